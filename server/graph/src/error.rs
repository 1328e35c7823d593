//! Errors of the Graph client in full detail, and their conversion to messages for users.

use std::time::Duration;

use token_core::{
    error::ServiceError,
    ports::{Outcome, Refusal, RefusalKind},
};

use crate::{
    clock::millis,
    entra::AccessTokenError,
    http::TransportError,
    permission::role,
    redact::redact,
    response::GraphResponse,
    retry::FailedAttempt,
    wire::error::{self, ErrorDetail},
};

/// Why a request to Graph failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum GraphError {
    /// No access token.
    #[error(transparent)]
    NoAccessToken(AccessTokenError),
    /// Microsoft requires a step-up authentication; nothing was carried out.
    #[error("the user is asked to sign in once more")]
    StepUp {
        /// Graph's request id.
        request_id: Option<String>,
    },
    /// No response.
    #[error(transparent)]
    Transport(TransportError),
    /// A response with an error status.
    #[error("status {} {}", .0.status, .0.code)]
    Refused(Box<GraphErrorResponse>),
    /// Graph requires a longer delay than the client waits.
    #[error("a pause is asked for")]
    Throttled {
        /// The delay.
        after: Duration,
    },
    /// A successful response that cannot be parsed, or that lacks this item of a batch.
    #[error("{what}")]
    Unreadable {
        /// What is wrong with it.
        what: &'static str,
        /// Graph's request id.
        request_id: Option<String>,
    },
    /// The arguments are invalid; nothing was sent.
    #[error("{0}")]
    Invalid(String),
}

/// An error response of Graph.
#[derive(Debug, Clone)]
pub(crate) struct GraphErrorResponse {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, or empty.
    pub code: String,
    /// Graph's message without secrets, or empty.
    pub message: String,
    /// What Graph says of parts of the request, without secrets.
    pub details: Vec<RefusedPart>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Graph's request id.
    pub request_id: Option<String>,
    /// The least privileged permission for the operation.
    pub permission: &'static str,
    /// Whether delegated permissions were used.
    pub is_delegated: bool,
}

/// What Graph says of one part of a refused request; the fields may be empty.
#[derive(Debug, Clone)]
pub(crate) struct RefusedPart {
    /// Graph's error code.
    pub code: String,
    /// Graph's message.
    pub message: String,
    /// The part of the request.
    pub target: String,
}

impl GraphError {
    /// The error of a request without an access token.
    pub fn no_access_token(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::StepUp => Self::StepUp { request_id: None },
            error => Self::NoAccessToken(error),
        }
    }

    /// Parses an error response. `secrets` are those in the request; they are redacted.
    pub fn refused(
        response: &GraphResponse,
        permission: &'static str,
        is_delegated: bool,
        secrets: &[&str],
    ) -> Self {
        let body = error::error(&response.body);
        Self::Refused(Box::new(GraphErrorResponse {
            status: response.status,
            code: redact(body.code.unwrap_or_default(), secrets),
            message: redact(&body.message.unwrap_or_default(), secrets),
            details: body.details.iter().map(|detail| RefusedPart::of(detail, secrets)).collect(),
            retry_after: response.retry_after,
            request_id: response.request_id.clone(),
            permission,
            is_delegated,
        }))
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        if let Self::Refused(refused) = self { Some(refused.status) } else { None }
    }

    /// Whether a step-up authentication is required.
    pub fn is_step_up(&self) -> bool {
        matches!(self, Self::StepUp { .. })
    }

    /// Whether Graph refused the request permanently, so that it was certainly not carried out.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.is_permanent())
    }

    /// Whether the request was not sent, or was only answered by a demand for another sign-in.
    pub fn is_unsent(&self) -> bool {
        matches!(self, Self::StepUp { .. } | Self::NoAccessToken(_) | Self::Invalid(_))
    }

    /// Whether the request may be repeated after a known delay.
    pub fn has_retry_after(&self) -> bool {
        self.after().is_some()
    }

    /// The delay before the next attempt.
    fn after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Throttled { after } => Some(*after),
            _ => None,
        }
    }

    fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.request_id.as_deref(),
            Self::Unreadable { request_id, .. } | Self::StepUp { request_id } => request_id.as_deref(),
            _ => None,
        }
    }
}

impl RefusedPart {
    fn of(detail: &ErrorDetail<'_>, secrets: &[&str]) -> Self {
        let text = |text: Option<&str>| redact(text.unwrap_or_default(), secrets);
        Self { code: text(detail.code), message: text(detail.message), target: text(detail.target) }
    }
}

impl GraphErrorResponse {
    fn kind(&self) -> RefusalKind {
        match self.status {
            _ if self.is_concurrency_violation() => RefusalKind::Unanswered,
            400 if self.is_about_default_method() => RefusalKind::DefaultMethod,
            400 => RefusalKind::BadRequest,
            403 => RefusalKind::Forbidden,
            404 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            429 => RefusalKind::Throttled,
            // 401: the access token expired meanwhile; the next request uses a new one.
            401 | 408 | 500.. => RefusalKind::Unanswered,
            _ => RefusalKind::Other,
        }
    }

    /// Whether another write changed the object at the same time, so that the request may be repeated (MICROSOFT_GRAPH.md 6). Any
    /// other 409 says that it exists already.
    pub fn is_concurrency_violation(&self) -> bool {
        self.status == 409 && self.code.eq_ignore_ascii_case("Directory_ConcurrencyViolation")
    }

    /// The failed attempt, for the retry policy.
    pub fn failed_attempt(&self) -> FailedAttempt {
        FailedAttempt {
            status: Some(self.status),
            retry_after: self.retry_after,
            is_concurrency_violation: self.is_concurrency_violation(),
        }
    }

    /// Whether the method is not removed because it is the person's default (MICROSOFT_GRAPH.md 2.10).
    fn is_about_default_method(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        ["default authentication method", "cannot delete default method"]
            .iter()
            .any(|words| message.contains(words))
    }

    fn is_permanent(&self) -> bool {
        (400..500).contains(&self.status)
            && !matches!(self.kind(), RefusalKind::Throttled | RefusalKind::Unanswered)
    }

    /// A 403 without code and message, which Graph never sends.
    fn is_unexplained(&self) -> bool {
        self.status == 403 && self.message.is_empty() && self.code.is_empty()
    }

    /// Graph's message or code, or the status if both are empty.
    fn reason(&self) -> String {
        match (self.message.as_str(), self.code.as_str()) {
            _ if self.is_unexplained() => {
                "no reason given, so perhaps a proxy or gateway before Microsoft refused".to_owned()
            }
            ("", "") => format!("status {} without a message", self.status),
            ("", code) => code.to_owned(),
            (message, _) => message.to_owned(),
        }
    }
}

impl From<GraphError> for ServiceError {
    fn from(error: GraphError) -> Self {
        tracing::warn!(
            error = %error,
            graph.request_id = error.request_id().unwrap_or("none"),
            "Microsoft Graph did not do what was asked"
        );
        match error {
            GraphError::NoAccessToken(error) => error.into(),
            GraphError::StepUp { .. } => Self::StepUp,
            GraphError::Transport(transport_error) => Self::Unreachable { message: transport_error.reason },
            GraphError::Throttled { after } => Self::Throttled { after_ms: millis(after) },
            GraphError::Refused(refused) => (*refused).into(),
            GraphError::Unreadable { what, request_id } => {
                Self::Upstream { status: 200, message: what.to_owned(), request_id: id_or_none(request_id) }
            }
            GraphError::Invalid(message) => Self::Invalid { message },
        }
    }
}

impl From<GraphErrorResponse> for ServiceError {
    fn from(refused: GraphErrorResponse) -> Self {
        let message = refused.reason();
        let is_unexplained = refused.is_unexplained();
        let request_id = id_or_none(refused.request_id);
        match (refused.status, refused.retry_after) {
            (429 | 503, Some(after)) => Self::Throttled { after_ms: millis(after) },
            // A new access token was refused, too.
            (401, _) => Self::Credentials {
                message: format!(
                    "Microsoft Graph does not take its access token: {message} (request id {request_id})"
                ),
            },
            (403, _) if refused.is_delegated && !is_unexplained => {
                let message =
                    format!("{}. {}", message.trim_end_matches('.'), missing_permission(refused.permission));
                Self::Upstream { status: 403, message, request_id }
            }
            (403, _) if !is_unexplained => {
                Self::Forbidden { permission: refused.permission.to_owned(), request_id }
            }
            (status, _) => Self::Upstream { status, message, request_id },
        }
    }
}

/// The outcome of one item of a write.
pub(crate) fn outcome<T>(result: Result<T, GraphError>) -> Outcome<T> {
    let error = match result {
        Ok(done) => return Outcome::Done(done),
        Err(error) => error,
    };
    let (status, after_ms) = (error.status(), error.after().map(millis));
    let is_unsent =
        error.is_step_up() || matches!(&error, GraphError::NoAccessToken(AccessTokenError::Ended));
    let refusal = Refusal::from(error);
    if is_unsent {
        return Outcome::Refused(refusal);
    }
    match (refusal.kind, after_ms) {
        (RefusalKind::Throttled, _) | (RefusalKind::Unanswered, Some(_)) => {
            Outcome::Later { after_ms, refusal }
        }
        (RefusalKind::Unanswered, None) => Outcome::Unknown(refusal),
        _ if status.is_some_and(|status| (400..500).contains(&status)) => Outcome::Refused(refusal),
        _ => Outcome::Unknown(refusal),
    }
}

impl From<GraphError> for Refusal {
    fn from(error: GraphError) -> Self {
        let request_id = error.request_id().map(ToOwned::to_owned);
        let (kind, message) = match error {
            GraphError::Refused(refused) => (refused.kind(), refused.advice()),
            GraphError::StepUp { .. } => (
                RefusalKind::Other,
                "Microsoft asks you to confirm who you are. Sign in again, then repeat this row".to_owned(),
            ),
            GraphError::NoAccessToken(AccessTokenError::Ended) => {
                (RefusalKind::Other, "Your sign-in has ended. Sign in again, then repeat this row".to_owned())
            }
            GraphError::Throttled { .. } => {
                (RefusalKind::Throttled, "Microsoft Graph asks for a pause".to_owned())
            }
            error => (RefusalKind::Unanswered, error.to_string()),
        };
        Self { kind, message, request_id }
    }
}

impl GraphErrorResponse {
    /// Graph's message, with the permission that is probably missing.
    fn advice(&self) -> String {
        let reason = self.reason();
        match self.is_delegated {
            _ if self.status != 403 || self.is_unexplained() => reason,
            true => format!("{}. {}", reason.trim_end_matches('.'), missing_permission(self.permission)),
            false => format!("{reason} (needs the permission {})", self.permission),
        }
    }
}

/// The role and permission that a refused person may lack (MICROSOFT_GRAPH.md 8): Graph requires both.
fn missing_permission(permission: &str) -> String {
    match role(permission) {
        Some(role) => format!(
            "Either you lack the Entra role ({role}), or the app lacks the delegated permission {permission} with \
             admin consent"
        ),
        None => format!("The app lacks the delegated permission {permission} with admin consent"),
    }
}

fn id_or_none(request_id: Option<String>) -> String {
    request_id.unwrap_or_else(|| "none".to_owned())
}
