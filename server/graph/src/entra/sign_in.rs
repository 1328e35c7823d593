//! Sign-in of people with OpenID Connect: authorize URL, code exchange, and verification of the id token (MICROSOFT_GRAPH.md 7.3).

mod error;
mod id_token;
mod jwks;
mod proof;
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
    proof::SignInProof,
    tokens::PersonTokens,
    urls::{AuthorizeRequest, Prompt},
};
use self::{id_token::ExpectedClaims, jwks::JwksCache};
use super::token_endpoint::{Grant, TokenEndpoint, TokenEndpointError};
use crate::{http::HttpClient, retry::RetryPolicy, secret::Secret, settings::GraphSettings};

/// A person whom Entra authenticated, identified by `tid` and `oid`; names may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The tenant.
    pub tid: Uuid,
    /// The object id in that tenant.
    pub oid: UserId,
    /// Display name; without one, the sign-in name or the object id.
    pub name: String,
    /// Sign-in name (`preferred_username`); may be empty.
    pub upn: String,
    /// App roles.
    pub roles: Vec<String>,
    /// The id of Entra's session, which a front-channel logout contains.
    pub sid: Option<String>,
    /// For a logout without account selection.
    pub login_hint: Option<String>,
    /// When and how they authenticated.
    #[serde(default)]
    pub proof: SignInProof,
}

/// Identifies a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonKey {
    /// The tenant.
    pub tid: Uuid,
    /// The object id in that tenant.
    pub oid: UserId,
}

impl Person {
    /// Identifies this person.
    pub fn key(&self) -> PersonKey {
        PersonKey { tid: self.tid, oid: self.oid.clone() }
    }
}

/// A successful refresh.
pub struct Refreshed {
    /// The person as Entra knows them now, with their roles; `None` when the response has no id token.
    pub person: Option<Person>,
    /// The new tokens.
    pub tokens: PersonTokens,
}

/// A successful sign-in.
pub struct SignedIn {
    /// The person.
    pub person: Person,
    /// Their tokens for Graph, if the sign-in requested `offline_access`.
    pub tokens: Option<PersonTokens>,
}

/// A client of Microsoft Entra for one app in one tenant. Share one for each connection: it caches Entra's keys.
pub struct EntraClient {
    http: Arc<HttpClient>,
    endpoint: TokenEndpoint,
    settings: GraphSettings,
    policy: RetryPolicy,
    keys: JwksCache,
}

impl EntraClient {
    /// Sends no request. `settings` are valid.
    pub(crate) fn new(settings: &GraphSettings, http: Arc<HttpClient>, policy: RetryPolicy) -> Self {
        Self {
            endpoint: TokenEndpoint::new(settings),
            keys: JwksCache::new(&settings.authority, &settings.tenant_id, &settings.client_id),
            http,
            policy,
            settings: settings.clone(),
        }
    }

    /// Redeems the authorization code for tokens, and verifies the id token.
    ///
    /// `verifier` belongs to the PKCE challenge, `redirect_uri` and `nonce` to the [`AuthorizeRequest`] of this sign-in. A
    /// code can be used only once: after any error the person must sign in again.
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
        let person = self.person(id_token, Some(nonce)).await?;
        let refresh = granted.refresh_token().map(|token| Secret::new(token.secret().clone()));
        let tokens = refresh.map(|refresh| PersonTokens::of(&granted, refresh));
        Ok(SignedIn { person, tokens })
    }

    /// Redeems a refresh token for an access token and an id token, whose claims are verified. Entra may rotate the
    /// refresh token.
    pub async fn refresh(&self, refresh: &Secret, scopes: &[String]) -> Result<Refreshed, RefreshError> {
        let grant = Grant::Refresh { token: refresh, scopes };
        let granted = match self.endpoint.request_tokens_with_retry(&self.http, self.policy, grant).await {
            Ok(granted) => granted,
            Err(TokenEndpointError::Refused(refusal)) => return Err(RefreshError::of(refusal)),
            Err(error) => return Err(RefreshError::Failed(EntraError(error.into()))),
        };
        let rotated = granted.refresh_token().map(|token| Secret::new(token.secret().clone()));
        let person = match granted.id_token.as_deref() {
            Some(id_token) => Some(self.person(id_token, None).await?),
            None => None,
        };
        Ok(Refreshed {
            person,
            tokens: PersonTokens::of(&granted, rotated.unwrap_or_else(|| refresh.clone())),
        })
    }

    /// Microsoft Graph's address, which is part of scopes.
    pub fn endpoint(&self) -> &Url {
        &self.settings.endpoint
    }

    async fn person(&self, id_token: &str, nonce: Option<&str>) -> Result<Person, SignInError> {
        let kid = id_token::key_id(id_token)?;
        let verification_key = self.keys.find(&self.http, self.policy, &kid).await?;
        let expected = ExpectedClaims {
            client_id: &self.settings.client_id,
            issuer: &verification_key.issuer,
            tenant: verification_key.tenant,
            nonce,
            now_ms: self.http.now_ms(),
        };
        id_token::person(id_token, &verification_key.key, &expected)
    }
}
