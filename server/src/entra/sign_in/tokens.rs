//! A person's tokens.

use oauth2::TokenResponse as _;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::entra::{Secret, access_token::IssuedAccessToken, wire::TokenResponseBody};

/// A person's own tokens for Graph. No `Debug`: hand them to a
/// [`PersonToken`](crate::entra::person_token::PersonToken).
#[derive(Clone)]
pub struct PersonTokens {
    /// The access token.
    pub(crate) access: Secret,
    /// What the next one is asked for with.
    pub(crate) refresh: Secret,
    /// From when on the access token is not used: five minutes before its end.
    pub(crate) renew_at: Instant,
    /// What was granted, as Entra names it.
    pub scopes: Vec<String>,
}

impl PersonTokens {
    /// Those in an answer of now.
    pub(crate) fn of(granted: &TokenResponseBody, refresh: Secret) -> Self {
        let IssuedAccessToken { access, renew_at } = IssuedAccessToken::of(granted);
        let scopes = granted.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect();
        Self { access: Secret::new(access.to_string()), refresh, renew_at, scopes }
    }

    /// Without an access token: only what the first one is asked for with.
    pub(crate) fn to_refresh(refresh: Secret, scopes: Vec<String>) -> Self {
        Self { access: Secret::new(String::new()), refresh, renew_at: Instant::now(), scopes }
    }

    /// The access token.
    pub(crate) fn issued(&self) -> IssuedAccessToken {
        IssuedAccessToken { access: Zeroizing::new(self.access.expose().to_owned()), renew_at: self.renew_at }
    }
}
