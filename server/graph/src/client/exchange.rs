//! Sends one request outside of a batch and returns the answer as it is, whatever its status.

use http::{Method, Response, header};
use reqwest::Request;
use tokio::time::{Instant, sleep};
use url::Url;
use zeroize::Zeroizing;

use super::{Actor, Bytes, CLIENT_REQUEST_ID, Client, JSON, Operation, log, new_request_id};
use crate::{
    error::GraphError,
    response::GraphResponse,
    retry::{FailedAttempt, RetryDecision, jitter},
};

/// One request whose answer is wanted as it is.
pub(crate) struct ExchangeRequest {
    /// Its operation.
    pub operation: Operation,
    /// Its method.
    pub method: Method,
    /// Its URL.
    pub url: Url,
    /// Its JSON.
    pub body: Option<Zeroizing<Vec<u8>>>,
}

impl Client {
    /// Sends the request. Repeats it only after an expired access token, after 429, and reads after a passing failure.
    pub async fn exchange(&self, request: ExchangeRequest) -> Result<Response<Vec<u8>>, GraphError> {
        let ExchangeRequest { operation, method, url, body } = request;
        let body = body.map(Bytes::from_owner);
        let is_read = method == Method::GET;
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            let bearer = self.actor.bearer(&self.http).await.map_err(GraphError::no_access_token)?;
            let mut http_request = Request::new(method.clone(), url.clone());
            http_request.headers_mut().extend([
                (header::AUTHORIZATION, bearer.header()),
                (header::ACCEPT, JSON),
                (CLIENT_REQUEST_ID, new_request_id()),
            ]);
            if let Some(body) = body.clone() {
                http_request.headers_mut().insert(header::CONTENT_TYPE, JSON);
                *http_request.body_mut() = Some(body.into());
            }
            let start = Instant::now();
            let response = self.http.send(http_request).await;
            let parsed = response.as_ref().ok().map(GraphResponse::of_request);
            log(&method, operation.route, parsed.as_ref(), start);
            if let (Some(GraphResponse { challenge: Some(claims), request_id, .. }), Actor::Person(token)) =
                (&parsed, &self.actor)
            {
                token.set_challenge(claims.clone());
                return Err(GraphError::StepUp { request_id: request_id.clone() });
            }
            let status = parsed.as_ref().map(|parsed| parsed.status);
            if status == Some(401) && !renewed {
                renewed = true;
                self.actor.cache().invalidate(&bearer).await;
                continue;
            }
            let retry_after = parsed.and_then(|parsed| parsed.retry_after);
            let repeatable = is_read || response.as_ref().is_err_and(|error| error.unsent);
            let failure = FailedAttempt::of(status, retry_after);
            match (status, self.retry_policy.decide(failure, attempt, repeatable, jitter())) {
                (Some(200..=399), _) | (_, RetryDecision::GiveUp) => {
                    return response.map_err(GraphError::Transport);
                }
                (_, RetryDecision::Defer(after)) => return Err(GraphError::Throttled { after }),
                (_, RetryDecision::Wait(pause)) => sleep(pause).await,
            }
            attempt += 1;
        }
    }
}
