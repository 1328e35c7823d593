//! The app's own access token for Microsoft Graph.
//!
//! Fetched once and shared: whoever needs it while it is being fetched waits for that one fetch.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::HeaderValue;
use oauth2::{TokenResponse as _, basic::BasicTokenResponse};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use zeroize::Zeroizing;

use super::token_request::{Passing, TokenRequest, Trouble};
use crate::graph::{
    GraphSettings,
    http::{Http, NoAnswer},
    retry::{Next, RetryPolicy, jitter},
};

/// How long before its end a token is no longer used.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// The life of a token whose answer does not say: the shortest that Microsoft documents.
const ASSUMED_LIFE: Duration = Duration::from_secs(60 * 60);

/// Why there is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum IdentityError {
    /// Entra refused; the words hold the remedy.
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
    NoAnswer(NoAnswer),
}

impl From<Passing> for IdentityError {
    fn from(passing: Passing) -> Self {
        match passing {
            Passing::Status { status, .. } => Self::Unavailable { status },
            Passing::NoAnswer(no_answer) => Self::NoAnswer(no_answer),
        }
    }
}

/// An access token as it goes into a request.
#[derive(Clone)]
pub(crate) struct Bearer {
    /// Which fetch it came from: so that one refused token is thrown away once.
    fetch: u64,
    header: HeaderValue,
    renew: Instant,
}

impl Bearer {
    /// The value of the `Authorization` header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// Gets and keeps the access token.
pub(crate) struct AppToken {
    request: TokenRequest,
    policy: RetryPolicy,
    fetches: AtomicU64,
    last: Mutex<Option<Result<Bearer, IdentityError>>>,
}

impl AppToken {
    /// Nothing is fetched before the first [`AppToken::get`].
    pub fn new(settings: &GraphSettings, policy: RetryPolicy) -> Self {
        Self {
            request: TokenRequest::new(settings),
            policy,
            fetches: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    /// The current token, fetched when there is none or its end is near.
    pub async fn get(&self, http: &Http) -> Result<Bearer, IdentityError> {
        let asked_at = self.fetches.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(bearer)) if Instant::now() < bearer.renew => return Ok(bearer.clone()),
            // Failed while this caller waited: share that failure instead of asking again.
            Some(Err(error)) if self.fetches.load(Ordering::Acquire) != asked_at => return Err(error.clone()),
            _ => {}
        }
        let result = self.fetch(http).await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        *last = Some(result.clone());
        result
    }

    /// Graph did not take this token: the next [`AppToken::get`] fetches anew, unless that has happened already.
    pub async fn refused(&self, bearer: &Bearer) {
        let mut last = self.last.lock().await;
        if matches!(&*last, Some(Ok(held)) if held.fetch == bearer.fetch) {
            *last = None;
        }
    }

    /// The next [`AppToken::get`] fetches anew.
    pub async fn forget(&self) {
        *self.last.lock().await = None;
    }

    async fn fetch(&self, http: &Http) -> Result<Bearer, IdentityError> {
        let mut attempt = 0;
        loop {
            let trouble = match self.request.send(http).await {
                Ok(token) => return self.bearer(&token),
                Err(Trouble::Refused(words)) => return Err(IdentityError::Refused(words)),
                Err(Trouble::Passing(passing)) => passing,
            };
            match self.policy.next(trouble.failure(), attempt, true, jitter()) {
                Next::Wait(pause) => sleep(pause).await,
                Next::Later(after) => return Err(IdentityError::Throttled { after }),
                Next::GiveUp => return Err(trouble.into()),
            }
            attempt += 1;
        }
    }

    fn bearer(&self, token: &BasicTokenResponse) -> Result<Bearer, IdentityError> {
        let text = Zeroizing::new(format!("Bearer {}", token.access_token().secret()));
        let mut header = HeaderValue::from_str(&text)
            .map_err(|_| IdentityError::Refused("the access token cannot be sent in a header".to_owned()))?;
        header.set_sensitive(true);
        let life = token.expires_in().unwrap_or(ASSUMED_LIFE);
        Ok(Bearer {
            fetch: self.fetches.load(Ordering::Acquire),
            header,
            renew: Instant::now() + usable(life),
        })
    }
}

/// How much of a token's life is used: all but the last five minutes, or half of a very short one.
fn usable(life: Duration) -> Duration {
    life - MARGIN.min(life / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_until_five_minutes_before_its_end() {
        assert_eq!(usable(Duration::from_secs(3599)), Duration::from_secs(3299));
    }

    #[test]
    fn half_of_a_very_short_life_is_used() {
        assert_eq!(usable(Duration::from_secs(60)), Duration::from_secs(30));
    }
}
