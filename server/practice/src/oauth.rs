//! Entra's part of OAuth and OpenID Connect without HTTP: what it has issued and remembers, and the scopes, claims and errors
//! of its endpoints, which are in [`crate::entra`] (MICROSOFT_GRAPH.md 7).

use std::collections::HashSet;

use super::{permission::Permission, settings::PracticeSettings, test_users::TestUser};

pub mod aadsts;
pub mod access_tokens;
pub mod claims;
pub mod grants;
pub mod id_token_defect;
pub mod keys;
pub mod scope;
pub mod sessions;

/// The state of Entra.
pub struct EntraState {
    pub keys: keys::IdTokenKeys,
    pub sessions: sessions::SsoSessions,
    pub grants: grants::GrantStore,
    /// The issued access tokens.
    pub access: access_tokens::AccessTokens,
    /// The permissions granted to the app; admin consent adds to them.
    pub granted: Vec<Permission>,
    /// The defect of the next id token.
    pub next_wrong: Option<id_token_defect::IdTokenDefect>,
    /// The test users whose app role was removed.
    pub without_role: Vec<TestUser>,
    /// `amr` of id tokens; `None`, as usual for version 2.0, leaves it out.
    pub methods: Option<Vec<String>>,
    /// The ids of used client assertions: each is accepted once.
    pub assertions: HashSet<String>,
}

impl EntraState {
    pub fn new(settings: &PracticeSettings) -> Self {
        Self {
            keys: keys::IdTokenKeys::default(),
            sessions: sessions::SsoSessions::default(),
            grants: grants::GrantStore::default(),
            access: access_tokens::AccessTokens::default(),
            granted: settings.grant.clone(),
            next_wrong: None,
            without_role: Vec::new(),
            methods: None,
            assertions: HashSet::new(),
        }
    }
}
