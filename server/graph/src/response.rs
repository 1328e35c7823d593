//! A response of Graph to a request or to one item of a batch.

use std::time::Duration;

use http::{
    HeaderMap, Response,
    header::{DATE, WWW_AUTHENTICATE},
};
use serde_json::Value;

use super::{
    challenge::challenge,
    retry::{parse_retry_after, read_retry_after},
    wire::{batch::BatchResponse, error},
};
use crate::clock;

/// A response. No `Debug`, so that bodies stay out of logs.
pub(crate) struct GraphResponse {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Graph's request id.
    pub request_id: Option<String>,
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
        Self {
            status: response.status().as_u16(),
            retry_after: read_retry_after(response.headers(), clock::now_ms()),
            request_id: request_id.or_else(|| error::error(&body).request_id.map(ToOwned::to_owned)),
            date: text(response.headers(), DATE.as_str()),
            challenge: challenge_of(response),
            body,
        }
    }

    /// Parses the response to one item of a batch. `Date` and a missing request id come from the batch's response.
    pub fn of_item(item: BatchResponse, batch: &Self) -> Self {
        let inside = || error::error(&item.body).request_id.map(ToOwned::to_owned);
        let request_id = item.header("request-id").or_else(inside).or_else(|| batch.request_id.clone());
        Self {
            status: item.status,
            retry_after: item.header("Retry-After").and_then(|retry_after| {
                parse_retry_after(&retry_after, batch.date.as_deref(), clock::now_ms())
            }),
            request_id,
            challenge: item
                .header(WWW_AUTHENTICATE.as_str())
                .as_deref()
                .filter(|_| is_refusal(item.status))
                .and_then(challenge),
            date: batch.date.clone(),
            body: item.body,
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

/// Whether responses with this status may carry a claims challenge.
fn is_refusal(status: u16) -> bool {
    matches!(status, 401 | 403)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
