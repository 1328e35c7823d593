//! Graph's errors: status, code, message and JSON body (MICROSOFT_GRAPH.md 6).

use serde_json::{Value, json};

use super::{
    clock,
    reply::{HttpReply, RequestIds},
};

/// An error of Graph. Its message never repeats a value that could be a secret.
#[derive(Debug, Clone)]
pub struct GraphRefusal {
    /// HTTP status.
    pub status: u16,
    /// Graph's code.
    pub code: &'static str,
    /// Graph's message.
    pub message: String,
    /// What is wrong in detail, as OData has it: objects with `code`, `target` and `message`.
    pub details: Vec<Value>,
    /// Seconds in `Retry-After`, if it is sent.
    pub retry_after: Option<f64>,
    /// The header `WWW-Authenticate`, if another access token is required.
    pub authenticate: Option<String>,
}

impl GraphRefusal {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
            authenticate: None,
        }
    }

    /// 400: the request is invalid.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "badRequest", message)
    }

    /// 400: an OData option that this collection does not support.
    pub fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// 400: the path does not exist in this version.
    pub fn no_such_segment(segment: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// 404 of the directory: no such user.
    pub fn no_such_user(name: &str) -> Self {
        let message = format!(
            "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// 404 of the inventory: no such token, or not visible yet.
    pub fn no_such_token() -> Self {
        Self::new(404, "ResourceNotFound", "Resource not found.")
    }

    /// 405.
    pub fn wrong_method() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// 409: exists already, or is assigned to another user.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "conflict", message)
    }

    /// 409: another request changed the object at the same time; it may be repeated (MICROSOFT_GRAPH.md 6).
    pub fn concurrency_violation() -> Self {
        let message = "Another request is changing the same object. Please retry later.";
        Self::new(409, "Directory_ConcurrencyViolation", message)
    }

    /// 400: the method is its user's default method (seen for phone and app methods).
    pub fn default_method() -> Self {
        Self::bad_request(
            "The requested authentication method matches the user's current default authentication method, and cannot be deleted until the default authentication method is changed.",
        )
    }

    /// 429 with `Retry-After` in seconds.
    pub fn throttled(seconds: f64) -> Self {
        let refusal = Self::new(429, "TooManyRequests", "Please retry again later.");
        Self { retry_after: Some(seconds), ..refusal }
    }

    /// 503 with `Retry-After` in seconds.
    pub fn unavailable(seconds: f64) -> Self {
        let refusal = Self::new(503, "serviceNotAvailable", "The service is unavailable.");
        Self { retry_after: Some(seconds), ..refusal }
    }

    /// 401 with a claims challenge: the user must sign in again, with step-up authentication.
    pub fn insufficient_claims(challenge: String) -> Self {
        let message = "The access token does not satisfy the claims that this request needs.";
        Self { authenticate: Some(challenge), ..Self::new(401, "InvalidAuthenticationToken", message) }
    }

    /// 404 with a claims challenge in the message, as it was seen (MICROSOFT_GRAPH.md 6).
    pub fn hidden_challenge(claims: &Value) -> Self {
        Self::new(404, "Unauthorized", format!("Additional claims required {claims}"))
    }

    /// The reply in the form of the service behind the authentication methods, without Graph's envelope.
    pub fn bare_reply(self) -> HttpReply {
        let mut reply =
            HttpReply::json(self.status, json!({ "Message": self.message, "MessageDetail": self.code }));
        reply.headers.extend(self.authenticate.map(|challenge| ("WWW-Authenticate", challenge)));
        reply
    }

    /// The reply with this error.
    pub fn reply(self, ids: &RequestIds, now_ms: u64) -> HttpReply {
        let mut reply = HttpReply::json(self.status, self.body(ids, now_ms));
        if let Some(seconds) = self.retry_after {
            reply.headers.push(("Retry-After", seconds.to_string()));
        }
        if let Some(challenge) = self.authenticate {
            reply.headers.push(("WWW-Authenticate", challenge));
        }
        reply
    }

    fn body(&self, ids: &RequestIds, now_ms: u64) -> Value {
        let date = clock::without_zone(now_ms);
        if self.status == 429 {
            return json!({ "error": { "code": self.code, "message": self.message, "innerError": {
                "code": "429", "date": date, "message": "Please retry after",
                "request-id": ids.request, "client-request-id": ids.client, "status": "429" } } });
        }
        json!({ "error": { "code": self.code, "message": self.message, "target": null, "details": self.details,
            "innerError": { "date": date, "request-id": ids.request, "client-request-id": ids.client } } })
    }
}
