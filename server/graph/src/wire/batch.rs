//! `$batch`: up to twenty requests in one; the responses come in any order.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use super::body::WriteBody;

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
    pub body: Option<&'a WriteBody>,
}

/// Headers of a request in a batch.
#[derive(Serialize)]
pub(crate) struct BatchHeaders {
    /// Identifies the request in Microsoft's logs.
    #[serde(rename = "client-request-id")]
    pub client_request_id: String,
    /// Required with a body.
    #[serde(rename = "Content-Type", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<&'static str>,
    /// Which requests Graph throttles first.
    #[serde(rename = "x-ms-throttle-priority", skip_serializing_if = "Option::is_none")]
    pub throttle_priority: Option<&'static str>,
    /// Required by advanced queries.
    #[serde(rename = "ConsistencyLevel", skip_serializing_if = "Option::is_none")]
    pub consistency_level: Option<&'static str>,
}

/// The response to one request of a batch.
#[derive(Deserialize)]
pub(crate) struct BatchResponse {
    /// The id of the request.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// HTTP status.
    #[serde(deserialize_with = "status")]
    pub status: u16,
    /// Headers.
    #[serde(default)]
    headers: Option<HashMap<String, Value>>,
    /// Body; missing for 204.
    #[serde(default)]
    pub body: Value,
}

impl BatchResponse {
    /// The header with this name, case-insensitive.
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// A string or a number.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("neither a text nor a number")),
    }
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<u16, D::Error> {
    text(from)?.trim().parse().map_err(D::Error::custom)
}

/// The responses that can be parsed; `None` if the body is not a batch response.
pub(crate) fn responses(mut body: Value) -> Option<Vec<BatchResponse>> {
    let Value::Array(responses) = body.get_mut("responses")?.take() else { return None };
    Some(responses.into_iter().filter_map(|response| serde_json::from_value(response).ok()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_a_number_as_id_and_a_string_as_status() {
        let odd =
            json!([{ "id": 7, "status": "204" }, { "id": "8", "status": 200 }, { "id": "9", "status": "?" }]);
        let read = responses(json!({ "responses": odd })).unwrap();
        let read: Vec<_> = read.iter().map(|response| (response.id.as_str(), response.status)).collect();
        assert_eq!(read, [("7", 204), ("8", 200)]);
    }
}
