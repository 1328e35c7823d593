//! Sends one request: with the app's token, in Graph's pace, and again where that is safe and may help.

use std::sync::Arc;

use axum::body::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use reqwest::Request;
use tokio::time::{Instant, sleep};
use url::Url;
use zeroize::Zeroizing;

use super::{
    error::GraphError,
    http::{CLIENT_REQUEST_ID, HttpClient, new_request_id},
    path::{ApiRoot, ApiVersion},
    response::GraphResponse,
    retry::{FailedAttempt, RetryDecision, RetryPolicy, jitter},
    settings::{ClientLimits, GraphSettings},
    write_throttle::WriteThrottle,
};
use crate::entra::{
    AccessTokenCache, AccessTokenError, Bearer, app_token::AppToken, person_token::PersonToken,
};

/// What `$search` does not work without.
const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a call is about.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Its path without ids, for the log.
    pub route: &'static str,
    /// The least permission that it needs, for a refusal.
    pub permission: &'static str,
    /// Where Microsoft documents it.
    pub version: ApiVersion,
}

/// One request.
pub(crate) struct GraphRequest<'a> {
    /// What it is about.
    pub operation: Operation,
    /// Where to.
    pub url: Url,
    /// JSON to POST; a GET without.
    pub body: Option<Zeroizing<Vec<u8>>>,
    /// The secrets inside the body, which no message may repeat.
    pub secrets: Vec<&'a str>,
    /// How many writes it holds; with none it may be repeated freely.
    pub writes: usize,
    /// Whether it holds codes, which age: after a pause the caller must make new ones, because a late code teaches
    /// Entra a wrong clock of the token.
    pub holds_code: bool,
    /// Whether an index that lags a little may answer, which `$search` asks for (FACTS 3.1).
    pub eventual: bool,
}

impl GraphRequest<'_> {
    /// A GET.
    pub fn get(operation: Operation, url: Url) -> Self {
        Self {
            operation,
            url,
            body: None,
            secrets: Vec::new(),
            writes: 0,
            holds_code: false,
            eventual: false,
        }
    }
}

/// Whose rights the requests have.
#[derive(Clone)]
pub(crate) enum Actor {
    /// The app's own.
    App(Arc<AppToken>),
    /// Those of a signed-in person, within what the app was granted.
    Person(Arc<PersonToken>),
}

impl Actor {
    async fn bearer(&self, http: &HttpClient) -> Result<Bearer, AccessTokenError> {
        match self {
            Self::App(token) => token.get(http).await,
            Self::Person(token) => token.get().await,
        }
    }

    fn cache(&self) -> &AccessTokenCache {
        match self {
            Self::App(token) => token.cache(),
            Self::Person(token) => token.cache(),
        }
    }
}

/// Graph as one tenant's app, or one of its people, sees it.
pub(crate) struct Client {
    /// Where the addresses of the preview begin.
    pub beta: ApiRoot,
    /// Where those of the supported version do.
    pub v1: ApiRoot,
    /// How patient it is.
    pub retry_policy: RetryPolicy,
    /// The pace of writes.
    pub write_throttle: Arc<WriteThrottle>,
    http: Arc<HttpClient>,
    actor: Actor,
}

impl Client {
    /// As the app itself. Nothing is sent yet.
    pub fn new(settings: &GraphSettings, limits: ClientLimits, http: Arc<HttpClient>) -> Self {
        Self {
            beta: ApiRoot::new(&settings.endpoint, ApiVersion::Beta),
            v1: ApiRoot::new(&settings.endpoint, ApiVersion::V1),
            retry_policy: limits.retry,
            write_throttle: Arc::new(WriteThrottle::new(limits.writes)),
            http,
            actor: Actor::App(Arc::new(AppToken::new(settings, limits.retry))),
        }
    }

    /// The same tenant as a person sees it. The budget of writes is shared: Graph counts per app and tenant.
    pub fn for_person(&self, token: Arc<PersonToken>) -> Self {
        Self {
            beta: self.beta.clone(),
            v1: self.v1.clone(),
            retry_policy: self.retry_policy,
            write_throttle: Arc::clone(&self.write_throttle),
            http: Arc::clone(&self.http),
            actor: Actor::Person(token),
        }
    }

    /// The successful answer, after as many attempts as are safe and allowed.
    pub async fn send(&self, mut request: GraphRequest<'_>) -> Result<GraphResponse, GraphError> {
        let body = request.body.take().map(Bytes::from_owner);
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            let bearer = self.actor.bearer(&self.http).await.map_err(GraphError::no_access_token)?;
            let error = match self.send_once(&request, body.clone(), &bearer).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if error.status() == Some(401) && !renewed {
                renewed = true;
                self.actor.cache().invalidate(&bearer).await;
                continue;
            }
            let (failure, repeatable) = classify_failure(&error, request.writes == 0);
            match self.retry_policy.decide(failure, attempt, repeatable, jitter()) {
                RetryDecision::Wait(after) if request.holds_code && error.status() == Some(429) => {
                    return Err(GraphError::Throttled { after });
                }
                RetryDecision::Wait(_) if request.holds_code => return Err(error),
                RetryDecision::Wait(pause) => sleep(pause).await,
                RetryDecision::Defer(after) => return Err(GraphError::Throttled { after }),
                RetryDecision::GiveUp => return Err(error),
            }
            self.write_throttle.record(request.writes);
            attempt += 1;
        }
    }

    /// Where a call's addresses begin.
    pub fn root(&self, operation: Operation) -> &ApiRoot {
        match operation.version {
            ApiVersion::V1 => &self.v1,
            ApiVersion::Beta => &self.beta,
        }
    }

    /// Whether there is an access token to be had.
    pub async fn check_credentials(&self) -> Result<(), GraphError> {
        self.actor.bearer(&self.http).await.map(drop).map_err(GraphError::no_access_token)
    }

    /// The next request goes with a new token: Graph refused the old one inside a batch, or more was granted since.
    pub async fn renew_token(&self) {
        self.actor.cache().clear().await;
    }

    /// What a failing answer means for whoever asked. A challenge to a person is kept for the next sign-in.
    pub fn error_of(&self, response: &GraphResponse, operation: Operation, secrets: &[&str]) -> GraphError {
        match (&self.actor, &response.challenge) {
            (Actor::Person(token), Some(claims)) => {
                token.set_challenge(claims.clone());
                GraphError::StepUp { request_id: response.request_id.clone() }
            }
            (actor, _) => {
                let is_delegated = matches!(actor, Actor::Person(_));
                GraphError::refused(response, operation.permission, is_delegated, secrets)
            }
        }
    }

    async fn send_once(
        &self,
        request: &GraphRequest<'_>,
        body: Option<Bytes>,
        bearer: &Bearer,
    ) -> Result<GraphResponse, GraphError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut http_request = Request::new(method.clone(), request.url.clone());
        http_request.headers_mut().extend([
            (header::AUTHORIZATION, bearer.header()),
            (header::ACCEPT, JSON),
            (CLIENT_REQUEST_ID, new_request_id()),
        ]);
        if request.eventual {
            http_request.headers_mut().insert(CONSISTENCY_LEVEL, HeaderValue::from_static("eventual"));
        }
        if let Some(body) = body {
            http_request.headers_mut().insert(header::CONTENT_TYPE, JSON);
            *http_request.body_mut() = Some(body.into());
        }
        let start = Instant::now();
        let response =
            self.http.send(http_request).await.map(|response| GraphResponse::of_request(&response));
        log(&method, request.operation.route, response.as_ref().ok(), start);
        match response {
            Ok(response) if response.is_success() => Ok(response),
            Ok(response) => {
                // A gateway may answer with the headers that it received.
                let secrets: Vec<&str> = request.secrets.iter().copied().chain([bearer.secret()]).collect();
                Err(self.error_of(&response, request.operation, &secrets))
            }
            Err(transport_error) => Err(GraphError::Transport(transport_error)),
        }
    }
}

fn log(method: &Method, route: &str, response: Option<&GraphResponse>, start: Instant) {
    tracing::debug!(
        http.method = %method,
        graph.route = route,
        http.status = response.map(|response| response.status),
        graph.request_id = response.and_then(|response| response.request_id.as_deref()),
        milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "asked Microsoft Graph"
    );
}

/// How a failure looks to the retry policy, and whether repeating does no harm.
fn classify_failure(error: &GraphError, reads_only: bool) -> (FailedAttempt, bool) {
    match error {
        GraphError::Refused(refused) => {
            (FailedAttempt { status: Some(refused.status), retry_after: refused.retry_after }, reads_only)
        }
        // What was never sent cannot have been carried out.
        GraphError::Transport(transport_error) => {
            (FailedAttempt { status: None, retry_after: None }, reads_only || transport_error.unsent)
        }
        _ => (FailedAttempt { status: None, retry_after: None }, false),
    }
}
