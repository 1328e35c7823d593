//! A person's access and refresh token.

use oauth2::TokenResponse as _;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::{
    entra::{access_token::IssuedAccessToken, wire::TokenResponseBody},
    secret::Secret,
};

/// A person's tokens for Graph. No `Debug`. Used to create a
/// [`PersonToken`](crate::entra::person_token::PersonToken).
#[derive(Clone)]
pub struct PersonTokens {
    /// The access token.
    pub(crate) access: Secret,
    /// The refresh token.
    pub(crate) refresh: Secret,
    /// When the access token is renewed: five minutes before its expiry.
    pub(crate) renew_at: Instant,
    /// The granted scopes.
    pub scopes: Vec<String>,
}

impl PersonTokens {
    /// The tokens in a response that was just received.
    pub(crate) fn of(granted: &TokenResponseBody, refresh: Secret) -> Self {
        let IssuedAccessToken { access, renew_at } = IssuedAccessToken::of(granted);
        let scopes = granted.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect();
        Self { access: Secret::new(access.to_string()), refresh, renew_at, scopes }
    }

    /// Without an access token, which must be requested with the refresh token.
    pub(crate) fn to_refresh(refresh: Secret, scopes: Vec<String>) -> Self {
        Self { access: Secret::new(String::new()), refresh, renew_at: Instant::now(), scopes }
    }

    /// The access token.
    pub(crate) fn issued(&self) -> IssuedAccessToken {
        IssuedAccessToken { access: Zeroizing::new(self.access.expose().to_owned()), renew_at: self.renew_at }
    }
}
