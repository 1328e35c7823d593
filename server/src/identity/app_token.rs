//! The app's own access token for Microsoft Graph (client credentials, RFC 6749 section 4.4).
//!
//! Fetched once and shared: whoever needs it while it is being fetched waits for that one fetch.

use std::{
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::HeaderValue;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicTokenResponse},
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    graph::{
        GraphSettings,
        http::{CLIENT_REQUEST_ID, Http, NoAnswer, new_request_id},
        retry::{Failure, Next, RetryPolicy, jitter, told_to_wait},
    },
    identity::{Secret, aadsts},
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
    url: Url,
    scope: String,
    client_id: String,
    client_secret: Secret,
    policy: RetryPolicy,
    fetches: AtomicU64,
    last: Mutex<Option<Result<Bearer, IdentityError>>>,
}

impl AppToken {
    /// Nothing is fetched before the first [`AppToken::get`].
    pub fn new(settings: &GraphSettings, policy: RetryPolicy) -> Self {
        Self {
            url: token_url(&settings.authority, &settings.tenant_id),
            scope: format!("{}/.default", settings.endpoint.as_str().trim_end_matches('/')),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
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
        let result = self.fetch_patiently(http).await;
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

    async fn fetch_patiently(&self, http: &Http) -> Result<Bearer, IdentityError> {
        let mut attempt = 0;
        loop {
            let trouble = match self.fetch(http).await {
                Ok(token) => return self.bearer(&token),
                Err(Trouble::Final(error)) => return Err(error),
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

    async fn fetch(&self, http: &Http) -> Result<BasicTokenResponse, Trouble> {
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.url.clone()));
        client
            .exchange_client_credentials()
            .add_scope(Scope::new(self.scope.clone()))
            .request_async(&Post(http))
            .await
            .map_err(Trouble::from)
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

fn token_url(authority: &Url, tenant: &str) -> Url {
    let mut url = authority.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([tenant, "oauth2", "v2.0", "token"]);
    }
    url
}

/// The HTTP calls of the `oauth2` crate, over our client.
struct Post<'a>(&'a Http);

impl<'a> AsyncHttpClient<'a> for Post<'_> {
    type Error = Passing;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Passing>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Post<'_> {
    /// A passing status becomes an error here, because the crate forgets statuses and headers.
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, Passing> {
        request.headers_mut().insert(CLIENT_REQUEST_ID, new_request_id());
        let request = reqwest::Request::try_from(request)
            .map_err(|_| Passing::NoAnswer(NoAnswer::unsent("the sign-in request could not be built")))?;
        let response = self.0.send(request).await.map_err(Passing::NoAnswer)?;
        let status = response.status().as_u16();
        if status == 429 || status >= 500 {
            return Err(Passing::Status { status, told: told_to_wait(response.headers()) });
        }
        Ok(response)
    }
}

/// A trouble that may pass.
#[derive(Debug, thiserror::Error)]
enum Passing {
    #[error("status {status}")]
    Status { status: u16, told: Option<Duration> },
    #[error(transparent)]
    NoAnswer(NoAnswer),
}

impl Passing {
    fn failure(&self) -> Failure {
        match self {
            Self::Status { status, told } => Failure { status: Some(*status), told: *told },
            Self::NoAnswer(_) => Failure { status: None, told: None },
        }
    }
}

impl From<Passing> for IdentityError {
    fn from(passing: Passing) -> Self {
        match passing {
            Passing::Status { status, .. } => Self::Unavailable { status },
            Passing::NoAnswer(no_answer) => Self::NoAnswer(no_answer),
        }
    }
}

enum Trouble {
    Passing(Passing),
    Final(IdentityError),
}

impl From<RequestTokenError<Passing, BasicErrorResponse>> for Trouble {
    fn from(error: RequestTokenError<Passing, BasicErrorResponse>) -> Self {
        let words = match error {
            RequestTokenError::Request(passing) => return Self::Passing(passing),
            RequestTokenError::ServerResponse(answer) => return Self::answered(&answer),
            // Holds the body, which may hold an access token: its words stay here.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                "it did not answer as Microsoft Entra does. Check the authority's address"
            }
        };
        Self::Final(IdentityError::Refused(words.to_owned()))
    }
}

impl Trouble {
    fn answered(answer: &BasicErrorResponse) -> Self {
        let error = answer.error().as_ref();
        let number = answer.error_description().and_then(|text| aadsts::number(text));
        if aadsts::is_passing(error, number) {
            return Self::Passing(Passing::Status { status: 503, told: None });
        }
        let code = number.map_or_else(|| error.to_owned(), |number| format!("AADSTS{number}"));
        let words =
            number.and_then(aadsts::remedy).unwrap_or("see the error's page in Microsoft's documentation");
        Self::Final(IdentityError::Refused(format!("{words} ({code})")))
    }
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

    #[test]
    fn a_tenant_cannot_leave_its_place_in_the_address() {
        let url = token_url(&Url::parse("https://login.microsoftonline.com/").unwrap(), "a/../b?c");
        assert_eq!(url.as_str(), "https://login.microsoftonline.com/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
    }
}
