//! A response of Graph to a request or to one item of a batch.

use std::time::Duration;

use http::{
    HeaderMap, Response,
    header::{DATE, WWW_AUTHENTICATE},
};
use serde_json::Value;

use super::{
    challenge::{challenge, challenge_in_message},
    retry::{parse_retry_after, read_retry_after},
    wire::{batch::BatchResponse, error},
};
use crate::clock;

/// The header that warns of throttling.
const LIMIT_PERCENTAGE: &str = "x-ms-throttle-limit-percentage";

/// A response. No `Debug`, so that bodies stay out of logs.
pub(crate) struct GraphResponse {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Graph's request id.
    pub request_id: Option<String>,
    /// The share of its limit that the app has used, in percent (MICROSOFT_GRAPH.md 5).
    pub limit_percentage: Option<u32>,
    /// The `Date` header.
    pub date: Option<String>,
    /// The claims request (JSON) of a claims challenge.
    pub challenge: Option<String>,
    /// The body; null if it is empty or not JSON.
    pub body: Value,
}

impl GraphResponse {
    /// Parses the response to a request.
    pub fn of_request(response: &Response<Vec<u8>>) -> Self {
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        let request_id = text(response.headers(), "request-id");
        let sent = response.status().as_u16();
        let (status, challenge) = with_challenge(sent, challenge_of(response), &body);
        Self {
            status,
            retry_after: read_retry_after(response.headers(), clock::now_ms()),
            request_id: request_id.or_else(|| error::error(&body).request_id.map(ToOwned::to_owned)),
            limit_percentage: text(response.headers(), LIMIT_PERCENTAGE).as_deref().and_then(percentage),
            date: text(response.headers(), DATE.as_str()),
            challenge,
            body,
        }
    }

    /// Parses the response to one item of a batch. `Date` and a missing request id come from the batch's response.
    pub fn of_item(item: BatchResponse, batch: &Self) -> Self {
        let inside = || error::error(&item.body).request_id.map(ToOwned::to_owned);
        let request_id = item.header("request-id").or_else(inside).or_else(|| batch.request_id.clone());
        let header = item.header(WWW_AUTHENTICATE.as_str());
        let challenge = header.as_deref().filter(|_| is_refusal(item.status)).and_then(challenge);
        let (status, challenge) = with_challenge(item.status, challenge, &item.body);
        Self {
            status,
            retry_after: item.header("Retry-After").and_then(|retry_after| {
                parse_retry_after(&retry_after, batch.date.as_deref(), clock::now_ms())
            }),
            request_id,
            limit_percentage: item.header(LIMIT_PERCENTAGE).as_deref().and_then(percentage),
            challenge,
            date: batch.date.clone(),
            body: item.body,
        }
    }

    /// The answer to one part of the request, with a status of its own.
    pub fn part(&self, status: u16, body: Value) -> Self {
        Self {
            status,
            retry_after: None,
            request_id: self.request_id.clone(),
            limit_percentage: None,
            date: self.date.clone(),
            challenge: None,
            body,
        }
    }

    /// Any 2xx: Graph does not always send the documented one.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn challenge_of(response: &Response<Vec<u8>>) -> Option<String> {
    if !is_refusal(response.status().as_u16()) {
        return None;
    }
    let values = response.headers().get_all(WWW_AUTHENTICATE);
    values.iter().filter_map(|value| value.to_str().ok()).find_map(challenge)
}

/// The status and the claims request of a response. A challenge in the message of a 404 stands for a 401: nothing is missing.
fn with_challenge(status: u16, challenge: Option<String>, body: &Value) -> (u16, Option<String>) {
    if challenge.is_some() || !matches!(status, 401 | 403 | 404) {
        return (status, challenge);
    }
    let found = error::error(body).message.as_deref().and_then(challenge_in_message);
    (if found.is_some() && status == 404 { 401 } else { status }, found)
}

/// The share of the limit in percent, from a factor such as 0.8.
fn percentage(text: &str) -> Option<u32> {
    let percent = text.trim().parse::<f64>().ok()? * 100.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=100_000.0).contains(&percent).then(|| percent.round() as u32)
}

/// Whether responses with this status may carry a claims challenge.
fn is_refusal(status: u16) -> bool {
    matches!(status, 401 | 403)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
