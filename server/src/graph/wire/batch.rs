//! `$batch`: up to twenty requests in one, answered in any order.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::Body;

/// Most requests in one batch.
pub(crate) const MAX_REQUESTS: usize = 20;

/// A batch.
#[derive(Serialize)]
pub(crate) struct Batch<'a> {
    /// Its requests.
    pub requests: Vec<BatchRequest<'a>>,
}

/// One request of a batch.
#[derive(Serialize)]
pub(crate) struct BatchRequest<'a> {
    /// Unique in the batch.
    pub id: String,
    /// HTTP method.
    pub method: &'static str,
    /// Relative to the version root.
    pub url: &'a str,
    /// Headers.
    pub headers: BatchHeaders,
    /// JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a Body>,
}

/// Headers of one request of a batch.
#[derive(Serialize)]
pub(crate) struct BatchHeaders {
    /// Ours, to find the request by.
    #[serde(rename = "client-request-id")]
    pub client_request_id: String,
    /// Required with a body.
    #[serde(rename = "Content-Type", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<&'static str>,
}

/// One answer of a batch.
#[derive(Deserialize)]
pub(crate) struct BatchAnswer {
    /// Of which request.
    pub id: String,
    /// HTTP status.
    pub status: u16,
    /// Headers.
    #[serde(default)]
    headers: Option<HashMap<String, Value>>,
    /// Body; missing for 204.
    #[serde(default)]
    pub body: Value,
}

impl BatchAnswer {
    /// A header, whatever its case.
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// The answers that can be read; `None` when the body is no batch answer at all.
pub(crate) fn answers(mut body: Value) -> Option<Vec<BatchAnswer>> {
    let Value::Array(responses) = body.get_mut("responses")?.take() else { return None };
    Some(responses.into_iter().filter_map(|answer| serde_json::from_value(answer).ok()).collect())
}
