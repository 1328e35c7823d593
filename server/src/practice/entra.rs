//! The Entra half: the sign-in of people, the token endpoint, its errors, and the tokens given out
//! (FACTS sections 6 and 7). What each endpoint does is in a module of its own; here is what they remember together.

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

/// What Entra remembers while it runs.
pub struct EntraState {
    keys: keys::IdTokenKeys,
    sessions: sessions::SsoSessions,
    grants: grants::GrantStore,
    /// The access tokens that are good.
    pub access: access::AccessTokens,
    /// Permissions that the app was granted; an administrator's consent adds to them.
    granted: Vec<Permission>,
    /// How the next id token is wrong.
    next_wrong: Option<id_token::IdTokenDefect>,
    /// The ids of client assertions that were taken: each is good once.
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
