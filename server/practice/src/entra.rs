//! The Entra half: user sign-in, the token endpoint, its errors, and the issued tokens (MICROSOFT_GRAPH.md 6 and 7). Each endpoint
//! has a module of its own; this one holds their shared state.

use std::collections::HashSet;

use super::{permission::Permission, settings::PracticeSettings};

mod aadsts;
mod access;
mod app;
mod assertion;
mod authorize;
pub mod certificate;
pub mod claims;
mod consent;
mod discovery;
mod form;
mod grants;
mod id_token;
mod jwt;
mod keys;
mod logout;
mod page;
pub mod people;
mod redirect;
mod routes;
mod scope;
mod sessions;
mod test_controls;
mod token;

pub use routes::{loopback_base, routes};

/// The state of Entra.
pub struct EntraState {
    keys: keys::IdTokenKeys,
    sessions: sessions::SsoSessions,
    grants: grants::GrantStore,
    /// The issued access tokens.
    pub access: access::AccessTokens,
    /// The permissions granted to the app; admin consent adds to them.
    granted: Vec<Permission>,
    /// The defect of the next id token.
    next_wrong: Option<id_token::IdTokenDefect>,
    /// The ids of used client assertions: each is accepted once.
    assertions: HashSet<String>,
}

impl EntraState {
    pub fn new(settings: &PracticeSettings) -> Self {
        Self {
            keys: keys::IdTokenKeys::default(),
            sessions: sessions::SsoSessions::default(),
            grants: grants::GrantStore::default(),
            access: access::AccessTokens::default(),
            granted: settings.grant.clone(),
            next_wrong: None,
            assertions: HashSet::new(),
        }
    }
}
