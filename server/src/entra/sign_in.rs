//! Signing people in: where their browser is sent, what it brings back, and who they are (FACTS 7.3).

mod error;
mod id_token;
mod jwks;
mod tokens;
mod urls;

use std::sync::Arc;

use oauth2::TokenResponse as _;
use serde::{Deserialize, Serialize};
use token_core::user::UserId;
use url::Url;
use uuid::Uuid;

pub use self::{
    error::{EntraError, RefreshError, SignInError},
    tokens::PersonTokens,
    urls::{AuthorizeRequest, Prompt},
};
use self::{id_token::ExpectedClaims, jwks::JwksCache};
use super::{
    Secret,
    token_endpoint::{Grant, TokenEndpoint, TokenEndpointError},
};
use crate::{
    clock,
    graph::{GraphSettings, RetryPolicy, http::HttpClient},
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
pub struct EntraClient {
    http: Arc<HttpClient>,
    endpoint: TokenEndpoint,
    settings: GraphSettings,
    policy: RetryPolicy,
    keys: JwksCache,
}

impl EntraClient {
    /// Nothing is sent yet. `settings` have been checked.
    pub(crate) fn new(settings: &GraphSettings, http: Arc<HttpClient>, policy: RetryPolicy) -> Self {
        Self {
            endpoint: TokenEndpoint::new(settings),
            keys: JwksCache::new(&settings.authority, &settings.tenant_id),
            http,
            policy,
            settings: settings.clone(),
        }
    }

    /// Exchanges the code that the browser brought for the person, and verifies every word about them.
    ///
    /// `verifier` belongs to the challenge, `redirect_uri` and `nonce` to the [`AuthorizeRequest`] that this answers. A code is
    /// good for one try: whatever fails, the person starts anew.
    pub async fn redeem(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect_uri: &Url,
        nonce: &str,
    ) -> Result<SignedIn, SignInError> {
        let grant = Grant::Code { code, verifier, redirect_uri };
        let granted = self.endpoint.request_tokens(&self.http, grant).await.map_err(SignInError::of)?;
        let id_token = granted.id_token.as_deref().ok_or(SignInError::NoIdToken)?;
        let person = self.person(id_token, nonce).await?;
        let refresh = granted.refresh_token().map(|token| Secret::new(token.secret().clone()));
        let tokens = refresh.map(|refresh| PersonTokens::of(&granted, refresh));
        Ok(SignedIn { person, tokens })
    }

    /// Exchanges a refresh token for an access token. Entra may have replaced the refresh token too.
    pub async fn refresh(&self, refresh: &Secret, scopes: &[String]) -> Result<PersonTokens, RefreshError> {
        let grant = Grant::Refresh { token: refresh, scopes };
        let granted = match self.endpoint.request_tokens_with_retry(&self.http, self.policy, grant).await {
            Ok(granted) => granted,
            Err(TokenEndpointError::Refused(refusal)) => return Err(RefreshError::of(refusal)),
            Err(error) => return Err(RefreshError::Failed(EntraError(error.into()))),
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
        let verification_key = self.keys.find(&self.http, &kid).await?;
        let expected = ExpectedClaims {
            client_id: &self.settings.client_id,
            issuer: &verification_key.issuer,
            tenant: verification_key.tenant,
            nonce,
            now_ms: clock::now_ms(),
        };
        id_token::person(id_token, &verification_key.key, &expected)
    }
}
