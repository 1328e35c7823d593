//! What the columns of earlier files hold, remembered in this browser by the fingerprints of their headers.

use token_core::seed_file::{Mapping, RememberedMappings};

use crate::browser::{store, stored};

/// The key in the browser's storage.
const KEY: &str = "token-inventory.columns";

/// What is remembered; nothing on the server and where the browser stores nothing.
pub fn load() -> RememberedMappings {
    RememberedMappings::parse(&stored(KEY).unwrap_or_default())
}

/// Remembers what the columns of a header hold.
pub fn remember(fingerprint: &str, mapping: &Mapping) {
    let mut mappings = load();
    mappings.remember(fingerprint, mapping);
    store(KEY, &mappings.to_string());
}
