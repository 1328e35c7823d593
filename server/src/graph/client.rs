//! Sends one request: with the app's token, in Graph's pace, and again where that is safe and may help.

use std::sync::Arc;

use axum::body::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use reqwest::Request;
use tokio::time::{Instant, sleep};
use url::Url;
use zeroize::Zeroizing;

use super::{
    answer::Answer,
    error::GraphError,
    http::{CLIENT_REQUEST_ID, Http, new_request_id},
    pace::Pacer,
    path::{Root, Version},
    retry::{Failure, Next, RetryPolicy, jitter},
    settings::{GraphSettings, Limits},
};
use crate::identity::{Bearer, IdentityError, Kept, app_token::AppToken, person_token::PersonToken};

/// What `$search` does not work without.
const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a call is about.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    /// Its path without ids, for the log.
    pub route: &'static str,
    /// The least permission that it needs, for a refusal.
    pub permission: &'static str,
    /// Where Microsoft documents it.
    pub version: Version,
}

/// One request.
pub(crate) struct Call<'a> {
    /// What it is about.
    pub purpose: Purpose,
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
    pub ages: bool,
    /// Whether an index that lags a little may answer, which `$search` asks for (FACTS 3.1).
    pub eventual: bool,
}

impl Call<'_> {
    /// A GET.
    pub fn get(purpose: Purpose, url: Url) -> Self {
        Self { purpose, url, body: None, secrets: Vec::new(), writes: 0, ages: false, eventual: false }
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
    async fn bearer(&self, http: &Http) -> Result<Bearer, IdentityError> {
        match self {
            Self::App(token) => token.get(http).await,
            Self::Person(token) => token.get().await,
        }
    }

    fn kept(&self) -> &Kept {
        match self {
            Self::App(token) => token.kept(),
            Self::Person(token) => token.kept(),
        }
    }
}

/// Graph as one tenant's app, or one of its people, sees it.
pub(crate) struct Client {
    /// Where the addresses of the preview begin.
    pub beta: Root,
    /// Where those of the supported version do.
    pub v1: Root,
    /// How patient it is.
    pub policy: RetryPolicy,
    /// The pace of writes.
    pub pacer: Arc<Pacer>,
    http: Arc<Http>,
    actor: Actor,
}

impl Client {
    /// As the app itself. Nothing is sent yet.
    pub fn new(settings: &GraphSettings, limits: Limits, http: Arc<Http>) -> Self {
        Self {
            beta: Root::new(&settings.endpoint, Version::Beta),
            v1: Root::new(&settings.endpoint, Version::V1),
            policy: limits.retry,
            pacer: Arc::new(Pacer::new(limits.writes)),
            http,
            actor: Actor::App(Arc::new(AppToken::new(settings, limits.retry))),
        }
    }

    /// The same tenant as a person sees it. The budget of writes is shared: Graph counts per app and tenant.
    pub fn for_person(&self, token: Arc<PersonToken>) -> Self {
        Self {
            beta: self.beta.clone(),
            v1: self.v1.clone(),
            policy: self.policy,
            pacer: Arc::clone(&self.pacer),
            http: Arc::clone(&self.http),
            actor: Actor::Person(token),
        }
    }

    /// The successful answer, after as many attempts as are safe and allowed.
    pub async fn send(&self, mut call: Call<'_>) -> Result<Answer, GraphError> {
        let body = call.body.take().map(Bytes::from_owner);
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            let bearer = self.actor.bearer(&self.http).await.map_err(GraphError::identity)?;
            let error = match self.once(&call, body.clone(), &bearer).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if error.status() == Some(401) && !renewed {
                renewed = true;
                self.actor.kept().refused(&bearer).await;
                continue;
            }
            let (failure, repeatable) = judge(&error, call.writes == 0);
            match self.policy.next(failure, attempt, repeatable, jitter()) {
                Next::Wait(after) if call.ages && error.status() == Some(429) => {
                    return Err(GraphError::Later { after });
                }
                Next::Wait(_) if call.ages => return Err(error),
                Next::Wait(pause) => sleep(pause).await,
                Next::Later(after) => return Err(GraphError::Later { after }),
                Next::GiveUp => return Err(error),
            }
            self.pacer.note(call.writes);
            attempt += 1;
        }
    }

    /// Where a call's addresses begin.
    pub fn root(&self, purpose: Purpose) -> &Root {
        match purpose.version {
            Version::V1 => &self.v1,
            Version::Beta => &self.beta,
        }
    }

    /// Whether there is an access token to be had.
    pub async fn prove(&self) -> Result<(), GraphError> {
        self.actor.bearer(&self.http).await.map(drop).map_err(GraphError::identity)
    }

    /// The next request goes with a new token: Graph refused the old one inside a batch, or more was granted since.
    pub async fn renew_token(&self) {
        self.actor.kept().forget().await;
    }

    /// What a failing answer means for whoever asked. A challenge to a person is kept for the next sign-in.
    pub fn refusal(&self, answer: &Answer, purpose: Purpose, secrets: &[&str]) -> GraphError {
        match (&self.actor, &answer.challenge) {
            (Actor::Person(token), Some(claims)) => {
                token.challenged(claims.clone());
                GraphError::StepUp { request_id: answer.request_id.clone() }
            }
            (actor, _) => {
                let of_person = matches!(actor, Actor::Person(_));
                GraphError::refused(answer, purpose.permission, of_person, secrets)
            }
        }
    }

    async fn once(
        &self,
        call: &Call<'_>,
        body: Option<Bytes>,
        bearer: &Bearer,
    ) -> Result<Answer, GraphError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::new(method.clone(), call.url.clone());
        request.headers_mut().extend([
            (header::AUTHORIZATION, bearer.header()),
            (header::ACCEPT, JSON),
            (CLIENT_REQUEST_ID, new_request_id()),
        ]);
        if call.eventual {
            request.headers_mut().insert(CONSISTENCY_LEVEL, HeaderValue::from_static("eventual"));
        }
        if let Some(body) = body {
            request.headers_mut().insert(header::CONTENT_TYPE, JSON);
            *request.body_mut() = Some(body.into());
        }
        let start = Instant::now();
        let answer = self.http.send(request).await.map(|response| Answer::of_request(&response));
        log(&method, call.purpose.route, answer.as_ref().ok(), start);
        match answer {
            Ok(answer) if answer.is_success() => Ok(answer),
            Ok(answer) => {
                // A gateway may answer with the headers that it received.
                let secrets: Vec<&str> = call.secrets.iter().copied().chain([bearer.secret()]).collect();
                Err(self.refusal(&answer, call.purpose, &secrets))
            }
            Err(no_answer) => Err(GraphError::NoAnswer(no_answer)),
        }
    }
}

fn log(method: &Method, route: &str, answer: Option<&Answer>, start: Instant) {
    tracing::debug!(
        http.method = %method,
        graph.route = route,
        http.status = answer.map(|answer| answer.status),
        graph.request_id = answer.and_then(|answer| answer.request_id.as_deref()),
        milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "asked Microsoft Graph"
    );
}

/// How a failure looks to the retry policy, and whether repeating does no harm.
fn judge(error: &GraphError, reads_only: bool) -> (Failure, bool) {
    match error {
        GraphError::Refused(refused) => {
            (Failure { status: Some(refused.status), told: refused.told }, reads_only)
        }
        // What was never sent cannot have been carried out.
        GraphError::NoAnswer(no_answer) => {
            (Failure { status: None, told: None }, reads_only || no_answer.unsent)
        }
        _ => (Failure { status: None, told: None }, false),
    }
}
