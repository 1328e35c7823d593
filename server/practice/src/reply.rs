//! The reply to a request, and the ids that Graph's replies carry.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

/// The ids by which Microsoft and the client identify a request.
#[derive(Debug, Clone)]
pub struct RequestIds {
    /// Graph's id.
    pub request: String,
    /// The client's id, or Graph's if it sent none.
    pub client: String,
}

impl RequestIds {
    pub fn new(client: Option<&str>) -> Self {
        let request = Uuid::new_v4().to_string();
        Self { client: client.unwrap_or(&request).to_owned(), request }
    }
}

/// An HTTP reply.
pub struct HttpReply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl HttpReply {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: None }
    }

    /// Converts it to an HTTP response that must not be cached. HTTP has whole seconds in `Retry-After`; only items of batches
    /// were seen with decimals.
    pub fn into_response(self, content_type: &'static str) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = match self.body {
            Some(body) => (status, [(header::CONTENT_TYPE, content_type)], body.to_string()).into_response(),
            None => status.into_response(),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, mut value) in self.headers {
            if name == "Retry-After" {
                value = value.parse().map_or(value, |seconds: f64| seconds.ceil().to_string());
            }
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
