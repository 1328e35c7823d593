//! Signing people in: where their browser is sent, what it brings back, and who they are (FACTS 7.3).

mod addresses;
mod error;
mod id_token;
mod keys;
mod tokens;

use std::sync::Arc;

use oauth2::TokenResponse as _;
use serde::{Deserialize, Serialize};
use token_core::user::UserId;
use url::Url;
use uuid::Uuid;

pub use self::{
    addresses::{Ask, Prompt},
    error::{Failure, RefreshError, SignInError},
    tokens::PersonTokens,
};
use self::{id_token::Expected, keys::Keys};
use super::{
    Secret,
    endpoint::{Grant, TokenEndpoint, Trouble},
};
use crate::{
    clock,
    graph::{GraphSettings, RetryPolicy, http::Http},
};

/// Somebody whom Entra vouches for. Tell people apart by `tid` and `oid`; names change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The tenant.
    pub tid: Uuid,
    /// The object id in that tenant.
    pub oid: UserId,
    /// Display name; the sign-in name or the id where there is none.
    pub name: String,
    /// Sign-in name (`preferred_username`); may be empty.
    pub upn: String,
    /// App roles.
    pub roles: Vec<String>,
    /// Entra's session, which a front-channel logout names.
    pub sid: Option<String>,
    /// What a logout may say so that Entra need not ask who.
    pub login_hint: Option<String>,
}

/// What tells people apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonKey {
    /// The tenant.
    pub tid: Uuid,
    /// The object id in that tenant.
    pub oid: UserId,
}

impl Person {
    /// What tells this person from others.
    pub fn key(&self) -> PersonKey {
        PersonKey { tid: self.tid, oid: self.oid.clone() }
    }
}

/// A finished sign-in.
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Their own access to Graph, when the sign-in asked for `offline_access`.
    pub tokens: Option<PersonTokens>,
}

/// Microsoft Entra's sign-in for one app in one tenant. Keep one for a connection: it remembers Entra's keys.
pub struct Entra {
    http: Arc<Http>,
    endpoint: TokenEndpoint,
    settings: GraphSettings,
    policy: RetryPolicy,
    keys: Keys,
}

impl Entra {
    /// Nothing is sent yet. `settings` have been checked.
    pub(crate) fn new(settings: &GraphSettings, http: Arc<Http>, policy: RetryPolicy) -> Self {
        Self {
            endpoint: TokenEndpoint::new(settings),
            keys: Keys::new(&settings.authority, &settings.tenant_id),
            http,
            policy,
            settings: settings.clone(),
        }
    }

    /// Exchanges the code that the browser brought for the person, and verifies every word about them.
    ///
    /// `verifier` belongs to the challenge, `redirect_uri` and `nonce` to the [`Ask`] that this answers. A code is
    /// good for one try: whatever fails, the person starts anew.
    pub async fn redeem(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect_uri: &Url,
        nonce: &str,
    ) -> Result<SignedIn, SignInError> {
        let grant = Grant::Code { code, verifier, redirect_uri };
        let granted = self.endpoint.ask(&self.http, grant).await.map_err(SignInError::of)?;
        let id_token = granted.id_token.as_deref().ok_or(SignInError::NoIdToken)?;
        let person = self.person(id_token, nonce).await?;
        let refresh = granted.refresh_token().map(|token| Secret::new(token.secret().clone()));
        let tokens = refresh.map(|refresh| PersonTokens::of(&granted, refresh));
        Ok(SignedIn { person, tokens })
    }

    /// Exchanges a refresh token for an access token. Entra may have replaced the refresh token too.
    pub async fn refresh(&self, refresh: &Secret, scopes: &[String]) -> Result<PersonTokens, RefreshError> {
        let grant = Grant::Refresh { token: refresh, scopes };
        let granted = match self.endpoint.ask_patiently(&self.http, self.policy, grant).await {
            Ok(granted) => granted,
            Err(Trouble::Refused(refusal)) => return Err(RefreshError::of(refusal)),
            Err(trouble) => return Err(RefreshError::Failed(Failure(trouble.into()))),
        };
        let rotated = granted.refresh_token().map(|token| Secret::new(token.secret().clone()));
        Ok(PersonTokens::of(&granted, rotated.unwrap_or_else(|| refresh.clone())))
    }

    /// Microsoft Graph's address, which scopes name.
    pub fn endpoint(&self) -> &Url {
        &self.settings.endpoint
    }

    async fn person(&self, id_token: &str, nonce: &str) -> Result<Person, SignInError> {
        let kid = id_token::key_id(id_token)?;
        let found = self.keys.find(&self.http, &kid).await?;
        let expected = Expected {
            client_id: &self.settings.client_id,
            issuer: &found.issuer,
            tenant: found.tenant,
            nonce,
            now_ms: clock::now_ms(),
        };
        id_token::person(id_token, &found.key, &expected)
    }
}
