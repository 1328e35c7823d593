//! What the columns of earlier files hold, remembered in this browser by the fingerprints of their headers.

use token_core::seed_file::{Mapping, RememberedMappings};

use crate::browser::local_storage;

/// The key in the browser's storage.
const KEY: &str = "token-inventory.columns";

/// What is remembered; nothing on the server and where the browser stores nothing.
pub fn load() -> RememberedMappings {
    let text = local_storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    RememberedMappings::parse(&text.unwrap_or_default())
}

/// Remembers what the columns of a header hold.
pub fn remember(fingerprint: &str, mapping: &Mapping) {
    let mut mappings = load();
    mappings.remember(fingerprint, mapping);
    if let Some(storage) = local_storage() {
        // A browser that stores nothing asks again for the next file.
        _ = storage.set_item(KEY, &mappings.to_string());
    }
}
