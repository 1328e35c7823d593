//! Sends one request with an access token, and retries where that is safe.

mod exchange;

use std::sync::Arc;

use axum::body::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use reqwest::Request;
use tokio::time::{Instant, sleep};
use url::Url;
use zeroize::Zeroizing;

pub(crate) use self::exchange::ExchangeRequest;
use super::{
    creation_size::CreationSize,
    error::GraphError,
    http::{CLIENT_REQUEST_ID, HttpClient, Pool, new_request_id},
    path::{ApiRoot, ApiVersion},
    priority::{Priority, THROTTLE_PRIORITY},
    response::GraphResponse,
    retry::{FailedAttempt, RetryDecision, RetryPolicy, jitter},
    settings::GraphSettings,
    write_cost::WriteCost,
};
use crate::entra::{
    AccessTokenCache, AccessTokenError, Bearer, app_token::AppToken, person_token::PersonToken,
};

/// Header that `$search` requires.
const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The operation that a request belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// The path without ids, for the log.
    pub route: &'static str,
    /// The least privileged permission, for the message of a refusal.
    pub permission: &'static str,
    /// The API version that has it.
    pub version: ApiVersion,
    /// The priority of its requests.
    pub priority: Priority,
}

impl Operation {
    /// An operation of the beta version.
    pub const fn beta(route: &'static str, permission: &'static str) -> Self {
        Self { route, permission, version: ApiVersion::Beta, priority: Priority::Normal }
    }

    /// An operation of v1.0.
    pub const fn v1(route: &'static str, permission: &'static str) -> Self {
        Self { version: ApiVersion::V1, ..Self::beta(route, permission) }
    }

    /// The same with this priority.
    pub fn with_priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }
}

/// One request to Graph.
pub(crate) struct GraphRequest<'a> {
    /// Its operation.
    pub operation: Operation,
    /// Its URL.
    pub url: Url,
    /// Its HTTP method.
    pub method: Method,
    /// Its JSON.
    pub body: Option<Zeroizing<Vec<u8>>>,
    /// The secrets in the body, which no message may contain.
    pub secrets: Vec<&'a str>,
    /// The writes that Graph counts for it, and where they are counted; without any it may always be repeated.
    pub writes: Option<(usize, &'a WriteCost)>,
    /// Whether it may be sent again after a delay. One-time codes must be computed anew then, because Entra takes a late
    /// code for clock drift of the token; and the caller decides when many creations are sent again.
    pub may_wait: bool,
    /// Whether eventual consistency is accepted, which `$search` requires (MICROSOFT_GRAPH.md 3.1).
    pub eventual: bool,
}

impl GraphRequest<'_> {
    /// A GET.
    pub fn get(operation: Operation, url: Url) -> Self {
        Self {
            operation,
            url,
            method: Method::GET,
            body: None,
            secrets: Vec::new(),
            writes: None,
            may_wait: true,
            eventual: false,
        }
    }
}

/// Whose permissions the requests use.
#[derive(Clone)]
pub(crate) enum Actor {
    /// Application permissions.
    App(Arc<AppToken>),
    /// The delegated permissions of a signed-in person.
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

/// A client for one tenant, with the permissions of the app or of one person.
pub(crate) struct Client {
    /// Root URL of the beta version.
    pub beta: ApiRoot,
    /// Root URL of v1.0.
    pub v1: ApiRoot,
    /// When requests are retried.
    pub retry_policy: RetryPolicy,
    /// How many tokens the tenant creates by one write.
    pub creation_size: Arc<CreationSize>,
    http: Arc<HttpClient>,
    actor: Actor,
}

impl Client {
    /// With application permissions. Sends no request.
    pub fn new(settings: &GraphSettings, retry_policy: RetryPolicy, http: Arc<HttpClient>) -> Self {
        Self {
            beta: ApiRoot::new(&settings.endpoint, ApiVersion::Beta),
            v1: ApiRoot::new(&settings.endpoint, ApiVersion::V1),
            retry_policy,
            creation_size: Arc::default(),
            http,
            actor: Actor::App(Arc::new(AppToken::new(settings, retry_policy))),
        }
    }

    /// The same tenant with a person's permissions. What is known of bulk creations is shared.
    pub fn for_person(&self, token: Arc<PersonToken>) -> Self {
        Self {
            beta: self.beta.clone(),
            v1: self.v1.clone(),
            retry_policy: self.retry_policy,
            creation_size: Arc::clone(&self.creation_size),
            http: Arc::clone(&self.http),
            actor: Actor::Person(token),
        }
    }

    /// Microsoft's time, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.http.now_ms()
    }

    /// The same tenant and permissions, with permits of its own for requests in flight.
    pub fn with_pool(&self, pool: Pool) -> Self {
        Self {
            beta: self.beta.clone(),
            v1: self.v1.clone(),
            retry_policy: self.retry_policy,
            creation_size: Arc::clone(&self.creation_size),
            http: Arc::new(self.http.with_pool(pool)),
            actor: self.actor.clone(),
        }
    }

    /// Sends the request and retries while that is safe and allowed. Returns the successful response.
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
            let (failure, repeatable) = classify_failure(&error, request.writes.is_none());
            match self.retry_policy.decide(failure, attempt, repeatable, jitter()) {
                RetryDecision::Wait(after) if !request.may_wait && error.status() == Some(429) => {
                    return Err(GraphError::Throttled { after });
                }
                RetryDecision::Wait(_) if !request.may_wait => return Err(error),
                RetryDecision::Wait(pause) => sleep(pause).await,
                RetryDecision::Defer(after) => return Err(GraphError::Throttled { after }),
                RetryDecision::GiveUp => return Err(error),
            }
            attempt += 1;
        }
    }

    /// The root URL of an operation's version.
    pub fn root(&self, operation: Operation) -> &ApiRoot {
        match operation.version {
            ApiVersion::V1 => &self.v1,
            ApiVersion::Beta => &self.beta,
        }
    }

    /// Fails if no access token can be obtained.
    pub async fn check_credentials(&self) -> Result<(), GraphError> {
        self.actor.bearer(&self.http).await.map(drop).map_err(GraphError::no_access_token)
    }

    /// Discards the access token: Graph refused it inside a batch, or more was granted since.
    pub async fn renew_token(&self) {
        self.actor.cache().clear().await;
    }

    /// The error of a failing response. A claims challenge to a person is stored for the next sign-in.
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
        let mut http_request = Request::new(request.method.clone(), request.url.clone());
        http_request.headers_mut().extend([
            (header::AUTHORIZATION, bearer.header()),
            (header::ACCEPT, JSON),
            (CLIENT_REQUEST_ID, new_request_id()),
        ]);
        if request.eventual {
            http_request.headers_mut().insert(CONSISTENCY_LEVEL, HeaderValue::from_static("eventual"));
        }
        if let Some(priority) = request.operation.priority.value() {
            http_request.headers_mut().insert(THROTTLE_PRIORITY, HeaderValue::from_static(priority));
        }
        if let Some(body) = body {
            http_request.headers_mut().insert(header::CONTENT_TYPE, JSON);
            *http_request.body_mut() = Some(body.into());
        }
        let start = Instant::now();
        let response =
            self.http.send(http_request).await.map(|response| GraphResponse::of_request(&response));
        if let Some((writes, cost)) = request.writes {
            let is_unsent = response.as_ref().is_err_and(|error| error.unsent);
            cost.count(if is_unsent { 0 } else { writes });
            cost.note_limit(response.as_ref().ok().and_then(|response| response.limit_percentage));
        }
        log(&request.method, request.operation.route, response.as_ref().ok(), start);
        match response {
            Ok(response) if response.is_success() => Ok(response),
            Ok(response) => {
                // A gateway may echo the request's headers in its response.
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

/// The failure for the retry policy, and whether the request may be repeated.
fn classify_failure(error: &GraphError, reads_only: bool) -> (FailedAttempt, bool) {
    match error {
        GraphError::Refused(refused) => (refused.failed_attempt(), reads_only),
        // A request that was never sent cannot have been carried out.
        GraphError::Transport(transport_error) => {
            (FailedAttempt::of(None, None), reads_only || transport_error.unsent)
        }
        _ => (FailedAttempt::of(None, None), false),
    }
}
