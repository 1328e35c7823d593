//! An access token in use: fetched once and shared. Whoever needs it while it is being fetched waits for that one fetch.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::HeaderValue;
use oauth2::TokenResponse as _;
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::wire::TokenResponseBody;
use crate::graph::http::TransportError;

/// What stands before the token in the `Authorization` header.
const SCHEME: &str = "Bearer ";
/// How long before its end a token is no longer used.
const RENEWAL_MARGIN: Duration = Duration::from_secs(5 * 60);
/// The life of a token whose answer does not say: the shortest that Microsoft documents.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// No token is used for longer without another look, whatever its answer says: Entra's live 28 hours at most.
const MAX_LIFETIME: Duration = Duration::from_secs(28 * 60 * 60);

/// Why there is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum AccessTokenError {
    /// Entra refused the app; the words hold the remedy.
    #[error("{0}")]
    Refused(String),
    /// Entra answered with a passing trouble, more often than we repeat.
    #[error("sign-in is not available for the moment (status {status})")]
    Unavailable {
        /// HTTP status.
        status: u16,
    },
    /// Entra asks for a longer pause than we sleep through.
    #[error("sign-in asks for a pause")]
    Throttled {
        /// The pause.
        after: Duration,
    },
    /// No answer.
    #[error(transparent)]
    Transport(TransportError),
    /// The person's sign-in is over.
    #[error("the person's sign-in has ended")]
    Ended,
    /// The person must prove more before Entra gives another token.
    #[error("the person is asked to sign in once more")]
    StepUp,
}

/// An access token as it goes into a request.
#[derive(Clone)]
pub(crate) struct Bearer {
    /// Which fetch it came from: so that one refused token is thrown away once.
    fetch: u64,
    header: HeaderValue,
    renew_at: Instant,
}

impl Bearer {
    /// The value of the `Authorization` header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The token itself, to be hidden where somebody repeats it.
    pub fn secret(&self) -> &str {
        self.header.to_str().ok().and_then(|header| header.strip_prefix(SCHEME)).unwrap_or_default()
    }
}

/// A fresh access token.
pub(crate) struct IssuedAccessToken {
    /// The token.
    pub access: Zeroizing<String>,
    /// From when on another is asked for.
    pub renew_at: Instant,
}

impl IssuedAccessToken {
    /// The access token in an answer of now.
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

/// Keeps the current access token.
#[derive(Default)]
pub(crate) struct AccessTokenCache {
    fetches: AtomicU64,
    last: Mutex<Option<Result<Bearer, AccessTokenError>>>,
}

impl AccessTokenCache {
    /// Beginning with a token that is there already.
    pub fn with(issued: &IssuedAccessToken) -> Self {
        let first = issued.bearer(0);
        Self { fetches: AtomicU64::new(1), last: Mutex::new(first.ok().map(Ok)) }
    }

    /// The current token; `fetch` runs when there is none or its end is near, for all who wait.
    pub async fn get(
        &self,
        fetch: impl Future<Output = Result<IssuedAccessToken, AccessTokenError>>,
    ) -> Result<Bearer, AccessTokenError> {
        let fetches_before = self.fetches.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(bearer)) if Instant::now() < bearer.renew_at => return Ok(bearer.clone()),
            // Failed while this caller waited: share that failure instead of asking again.
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

    /// Graph did not take this token: the next [`AccessTokenCache::get`] fetches anew, unless that has happened already.
    pub async fn invalidate(&self, bearer: &Bearer) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Some(Ok(held)) if held.fetch == bearer.fetch) {
            *last = None;
        }
    }

    /// The next [`AccessTokenCache::get`] fetches anew.
    pub async fn clear(&self) {
        *self.last.lock().await = None;
    }
}

/// How much of a token's life is used: all but the last five minutes, or half of a very short one.
fn usable_lifetime(life: Duration) -> Duration {
    life - RENEWAL_MARGIN.min(life / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_until_five_minutes_before_its_end() {
        assert_eq!(usable_lifetime(Duration::from_secs(3599)), Duration::from_secs(3299));
    }

    #[test]
    fn half_of_a_very_short_life_is_used() {
        assert_eq!(usable_lifetime(Duration::from_secs(60)), Duration::from_secs(30));
    }
}
