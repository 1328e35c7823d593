//! A session, as the list shows it.

use serde::{Deserialize, Serialize};

use crate::api::access::Role;

/// A session of a user in one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Identifies it for ending it; nobody can use the session with it.
    pub key: String,
    /// The user's name.
    pub name: String,
    /// Their user principal name; may be empty.
    pub upn: String,
    /// Their role.
    pub role: Role,
    /// When they signed in, in milliseconds since 1970.
    pub signed_in_ms: u64,
    /// For how many seconds it was not used.
    pub idle_s: u64,
    /// The address from which they signed in.
    pub address: String,
    /// Whether it is the session that asks.
    pub is_current: bool,
    /// Whether it belongs to the person who asks.
    pub is_own: bool,
}
