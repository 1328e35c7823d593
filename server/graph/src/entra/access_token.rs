//! Caches an access token. Concurrent callers wait for a single fetch.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::HeaderValue;
use oauth2::TokenResponse as _;
use token_core::error::ServiceError;
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::wire::TokenResponseBody;
use crate::{clock::millis, http::TransportError};

/// Prefix of the token in the `Authorization` header.
const SCHEME: &str = "Bearer ";
/// How long before its expiry a token is renewed.
const RENEWAL_MARGIN: Duration = Duration::from_secs(5 * 60);
/// Lifetime of a token without `expires_in`: the shortest that Microsoft documents.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Longest accepted lifetime: Entra's tokens live 28 hours at most.
const MAX_LIFETIME: Duration = Duration::from_secs(28 * 60 * 60);

/// Why there is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccessTokenError {
    /// Entra refused the app; the message contains the remedy.
    #[error("{0}")]
    Refused(String),
    /// Entra still has a transient error after all retries.
    #[error("sign-in is not available for the moment (status {status})")]
    Unavailable {
        /// HTTP status.
        status: u16,
    },
    /// Entra requires a longer delay than the client waits.
    #[error("sign-in asks for a pause")]
    Throttled {
        /// The delay.
        after: Duration,
    },
    /// No response.
    #[error(transparent)]
    Transport(TransportError),
    /// The person must sign in again.
    #[error("the user's sign-in has ended")]
    Ended,
    /// Entra requires a step-up authentication of the person.
    #[error("the user is asked to sign in once more")]
    StepUp,
}

impl From<AccessTokenError> for ServiceError {
    fn from(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::Refused(message) => Self::Credentials { message },
            AccessTokenError::Throttled { after } => Self::Throttled { after_ms: millis(after) },
            AccessTokenError::Transport(transport_error) => {
                Self::Unreachable { message: transport_error.reason }
            }
            AccessTokenError::Ended => Self::SignedOut,
            AccessTokenError::StepUp => Self::StepUp,
            AccessTokenError::Unavailable { status } => Self::Unreachable {
                message: format!(
                    "Microsoft Entra's sign-in answered {status}, again and again. Try again in a minute"
                ),
            },
        }
    }
}

/// An access token, ready for a request.
#[derive(Clone)]
pub struct Bearer {
    /// The number of its fetch, so that a refused token is discarded only once.
    fetch: u64,
    header: HeaderValue,
    renew_at: Instant,
}

impl Bearer {
    /// The value of the `Authorization` header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The token itself, to redact it in messages.
    pub fn secret(&self) -> &str {
        self.header.to_str().ok().and_then(|header| header.strip_prefix(SCHEME)).unwrap_or_default()
    }
}

/// A new access token.
pub(crate) struct IssuedAccessToken {
    /// The token.
    pub access: Zeroizing<String>,
    /// When it is to be renewed.
    pub renew_at: Instant,
}

impl IssuedAccessToken {
    /// The access token in a response that was just received.
    pub fn of(granted: &TokenResponseBody) -> Self {
        let life = granted.expires_in().unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME);
        Self {
            access: Zeroizing::new(granted.access_token().secret().clone()),
            renew_at: Instant::now() + usable_lifetime(life),
        }
    }

    fn bearer(&self, fetch: u64) -> Result<Bearer, AccessTokenError> {
        let text = Zeroizing::new(format!("{SCHEME}{}", *self.access));
        let mut header = HeaderValue::from_str(&text).map_err(|_| {
            AccessTokenError::Refused("the access token cannot be sent in a header".to_owned())
        })?;
        header.set_sensitive(true);
        Ok(Bearer { fetch, header, renew_at: self.renew_at })
    }
}

/// Caches the current access token.
#[derive(Default)]
pub(crate) struct AccessTokenCache {
    fetches: AtomicU64,
    last: Mutex<Option<Result<Bearer, AccessTokenError>>>,
}

impl AccessTokenCache {
    /// With an initial token.
    pub fn with(issued: &IssuedAccessToken) -> Self {
        let first = issued.bearer(0);
        Self { fetches: AtomicU64::new(1), last: Mutex::new(first.ok().map(Ok)) }
    }

    /// The current token; `fetch` runs if there is none or it expires soon, once for all waiting callers.
    pub async fn get(
        &self,
        fetch: impl Future<Output = Result<IssuedAccessToken, AccessTokenError>>,
    ) -> Result<Bearer, AccessTokenError> {
        let fetches_before = self.fetches.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(bearer)) if Instant::now() < bearer.renew_at => return Ok(bearer.clone()),
            // A fetch failed while this caller waited: share its error instead of fetching again.
            Some(Err(error)) if self.fetches.load(Ordering::Acquire) != fetches_before => {
                return Err(error.clone());
            }
            _ => {}
        }
        let result = fetch.await.and_then(|issued| issued.bearer(self.fetches.load(Ordering::Acquire)));
        self.fetches.fetch_add(1, Ordering::AcqRel);
        *last = Some(result.clone());
        result
    }

    /// Discards this token, which Graph refused, unless it is replaced already: [`AccessTokenCache::get`] fetches.
    pub async fn invalidate(&self, bearer: &Bearer) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Some(Ok(held)) if held.fetch == bearer.fetch) {
            *last = None;
        }
    }

    /// Discards the token: the next [`AccessTokenCache::get`] fetches.
    pub async fn clear(&self) {
        *self.last.lock().await = None;
    }
}

/// How long a token is used: until five minutes before its expiry, or half of a short lifetime.
fn usable_lifetime(life: Duration) -> Duration {
    life - RENEWAL_MARGIN.min(life / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_until_five_minutes_before_its_expiry() {
        assert_eq!(usable_lifetime(Duration::from_secs(3599)), Duration::from_secs(3299));
    }

    #[test]
    fn half_of_a_short_lifetime_is_used() {
        assert_eq!(usable_lifetime(Duration::from_secs(60)), Duration::from_secs(30));
    }
}
