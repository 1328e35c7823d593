//! Entra's errors: the OAuth error code, the AADSTS number and the JSON body (MICROSOFT_GRAPH.md 7.2).

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;

/// An error of Entra. Its message never repeats a value that could be a secret.
#[derive(Debug)]
pub struct AadstsError {
    /// HTTP status of a JSON answer.
    pub status: u16,
    /// The OAuth error code.
    pub error: &'static str,
    pub number: u32,
    pub message: String,
    /// Entra's suberror.
    suberror: Option<&'static str>,
}

/// Returns an error.
pub fn refuse<T>(
    status: u16,
    error: &'static str,
    number: u32,
    message: impl Into<String>,
) -> Result<T, AadstsError> {
    Err(AadstsError::new(status, error, number, message))
}

/// Returns 9002313.
pub fn malformed<T>() -> Result<T, AadstsError> {
    refuse(400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.")
}

impl AadstsError {
    pub fn new(status: u16, error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self { status, error, number, message: message.into(), suberror: None }
    }

    /// 50076: the user must authenticate again.
    pub fn needs_interaction() -> Self {
        let message = "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.";
        Self::new(400, "interaction_required", 50076, message)
    }

    /// 65001: the requested permissions lack consent. At the token endpoint this is an `invalid_grant`.
    pub fn no_consent(at_token_endpoint: bool) -> Self {
        let message = "The user or administrator has not consented to use the application with the permissions that it asks for. Send an interactive authorization request for this user and resource.";
        let error = if at_token_endpoint { "invalid_grant" } else { "consent_required" };
        let suberror = at_token_endpoint.then_some("consent_required");
        Self { status: 400, error, number: 65001, message: message.to_owned(), suberror }
    }

    /// `AADSTS65001: … Trace ID: … Correlation ID: … Timestamp: …`
    pub fn description(&self, now_ms: u64) -> String {
        self.described(&Uuid::new_v4().to_string(), &Uuid::new_v4().to_string(), now_ms)
    }

    /// The URL of Microsoft's explanation.
    pub fn uri(&self) -> String {
        format!("https://login.microsoftonline.com/error?code={}", self.number)
    }

    /// The JSON body.
    pub fn body(&self, now_ms: u64) -> Value {
        let (trace, correlation) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let mut body = json!({
            "error": self.error,
            "error_description": self.described(&trace, &correlation, now_ms),
            "error_codes": [self.number],
            "timestamp": clock::with_blank(now_ms),
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": self.uri(),
        });
        if let (Some(suberror), Some(fields)) = (self.suberror, body.as_object_mut()) {
            fields.insert("suberror".to_owned(), suberror.into());
        }
        body
    }

    fn described(&self, trace: &str, correlation: &str, now_ms: u64) -> String {
        let timestamp = clock::with_blank(now_ms);
        format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.number, self.message
        )
    }
}
