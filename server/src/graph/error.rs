//! What goes wrong with Graph, in full detail, and the one border where it becomes words for people.

use std::time::Duration;

use token_core::{
    error::ServiceError,
    ports::{Outcome, Refusal, RefusalKind},
};

use super::{answer::Answer, http::NoAnswer, permission::role, scrub::clean, wire::error};
use crate::identity::IdentityError;

/// Why Graph did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum GraphError {
    /// No access token.
    #[error(transparent)]
    Identity(IdentityError),
    /// Microsoft wants the person to prove more; nothing was carried out.
    #[error("the person is asked to sign in once more")]
    StepUp {
        /// Graph's request id.
        request_id: Option<String>,
    },
    /// No answer.
    #[error(transparent)]
    NoAnswer(NoAnswer),
    /// An answer with a failing status.
    #[error("status {} {}", .0.status, .0.code)]
    Refused(Refused),
    /// Graph, or our own pace below its budget, asks for a longer pause than we sleep through.
    #[error("a pause is asked for")]
    Later {
        /// The pause.
        after: Duration,
    },
    /// A successful answer that cannot be read, or none for this item of a batch.
    #[error("{what}")]
    Unreadable {
        /// What is wrong with it.
        what: &'static str,
        /// Graph's request id.
        request_id: Option<String>,
    },
    /// The call breaks a rule of ours.
    #[error("{0}")]
    Invalid(String),
}

/// Graph's refusal.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// HTTP status.
    pub status: u16,
    /// Graph's code, or nothing.
    pub code: String,
    /// Graph's message without secrets, or nothing.
    pub message: String,
    /// The pause that Graph asked for.
    pub told: Option<Duration>,
    /// Graph's request id.
    pub request_id: Option<String>,
    /// The least permission for the call.
    pub permission: &'static str,
    /// Whether a person asked, not the app.
    pub of_person: bool,
}

impl GraphError {
    /// Why there is no access token.
    pub fn identity(error: IdentityError) -> Self {
        match error {
            IdentityError::StepUp => Self::StepUp { request_id: None },
            error => Self::Identity(error),
        }
    }

    /// Reads a failing answer. `secrets` are those that the very request carried.
    pub fn refused(answer: &Answer, permission: &'static str, of_person: bool, secrets: &[&str]) -> Self {
        let body = error::error(&answer.body);
        Self::Refused(Refused {
            status: answer.status,
            code: clean(body.code.unwrap_or_default(), secrets),
            message: clean(body.message.unwrap_or_default(), secrets),
            told: answer.told,
            request_id: answer.request_id.clone(),
            permission,
            of_person,
        })
    }

    /// The status of a refusal.
    pub fn status(&self) -> Option<u16> {
        if let Self::Refused(refused) = self { Some(refused.status) } else { None }
    }

    /// Whether the person must prove more.
    pub fn is_step_up(&self) -> bool {
        matches!(self, Self::StepUp { .. })
    }

    /// Whether Graph read the request and refused it for good, so that it was surely not carried out.
    pub fn is_firm(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.is_firm())
    }

    /// Whether it was only put off.
    pub fn asks_for_a_pause(&self) -> bool {
        self.after().is_some()
    }

    /// The pause that is asked for.
    fn after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.told,
            Self::Later { after } => Some(*after),
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

impl Refused {
    fn kind(&self) -> RefusalKind {
        match self.status {
            400 => RefusalKind::BadRequest,
            403 => RefusalKind::Forbidden,
            404 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            429 => RefusalKind::Throttled,
            // 401: the token ended meanwhile, and the next request goes with a new one.
            401 | 408 | 500.. => RefusalKind::Unanswered,
            _ => RefusalKind::Other,
        }
    }

    fn is_firm(&self) -> bool {
        (400..500).contains(&self.status)
            && !matches!(self.kind(), RefusalKind::Throttled | RefusalKind::Unanswered)
    }

    /// Refused without a word, which Graph never does.
    fn is_mute(&self) -> bool {
        self.status == 403 && self.message.is_empty() && self.code.is_empty()
    }

    /// Graph's own words, or the status when it said nothing.
    fn words(&self) -> String {
        match (self.message.as_str(), self.code.as_str()) {
            _ if self.is_mute() => {
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
            GraphError::Identity(error) => error.into(),
            GraphError::StepUp { .. } => Self::StepUp,
            GraphError::NoAnswer(no_answer) => Self::Unreachable { message: no_answer.reason },
            GraphError::Later { after } => Self::Throttled { after_ms: millis(after) },
            GraphError::Refused(refused) => refused.into(),
            GraphError::Unreadable { what, request_id } => {
                Self::Upstream { status: 200, message: what.to_owned(), request_id: or_none(request_id) }
            }
            GraphError::Invalid(message) => Self::Invalid { message },
        }
    }
}

impl From<Refused> for ServiceError {
    fn from(refused: Refused) -> Self {
        let message = refused.words();
        let is_mute = refused.is_mute();
        let request_id = or_none(refused.request_id);
        match (refused.status, refused.told) {
            (429 | 503, Some(after)) => Self::Throttled { after_ms: millis(after) },
            // A fresh access token was refused too.
            (401, _) => Self::Credentials {
                message: format!(
                    "Microsoft Graph does not take its access token: {message} (request id {request_id})"
                ),
            },
            (403, _) if refused.of_person && !is_mute => {
                let message = format!("{}. {}", message.trim_end_matches('.'), lacking(refused.permission));
                Self::Upstream { status: 403, message, request_id }
            }
            (403, _) if !is_mute => Self::Forbidden { permission: refused.permission.to_owned(), request_id },
            (status, _) => Self::Upstream { status, message, request_id },
        }
    }
}

impl From<IdentityError> for ServiceError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Refused(message) => Self::Credentials { message },
            IdentityError::Throttled { after } => Self::Throttled { after_ms: millis(after) },
            IdentityError::NoAnswer(no_answer) => Self::Unreachable { message: no_answer.reason },
            IdentityError::Ended => Self::SignedOut,
            IdentityError::StepUp => Self::StepUp,
            IdentityError::Unavailable { status } => Self::Unreachable {
                message: format!(
                    "Microsoft Entra's sign-in answered {status}, again and again. Try again in a minute"
                ),
            },
        }
    }
}

/// What became of one item of a write.
pub(crate) fn outcome<T>(result: Result<T, GraphError>) -> Outcome<T> {
    let error = match result {
        Ok(done) => return Outcome::Done(done),
        Err(error) => error,
    };
    let (status, after_ms) = (error.status(), error.after().map(millis));
    let is_unsent = error.is_step_up() || matches!(&error, GraphError::Identity(IdentityError::Ended));
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
            GraphError::Identity(IdentityError::Ended) => {
                (RefusalKind::Other, "Your sign-in has ended. Sign in again, then repeat this row".to_owned())
            }
            GraphError::Later { .. } => {
                (RefusalKind::Throttled, "Microsoft Graph asks for a pause".to_owned())
            }
            error => (RefusalKind::Unanswered, error.to_string()),
        };
        Self { kind, message, request_id }
    }
}

impl Refused {
    /// Graph's words, with the permission that is probably missing.
    fn advice(&self) -> String {
        let words = self.words();
        match self.of_person {
            _ if self.status != 403 || self.is_mute() => words,
            true => format!("{}. {}", words.trim_end_matches('.'), lacking(self.permission)),
            false => format!("{words} (needs the permission {})", self.permission),
        }
    }
}

/// What a person who is refused may lack (FACTS 8): Graph asks for both.
fn lacking(permission: &str) -> String {
    match role(permission) {
        Some(role) => format!(
            "Either you lack the Entra role ({role}), or the app lacks the delegated permission {permission} with \
             admin consent"
        ),
        None => format!("The app lacks the delegated permission {permission} with admin consent"),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn or_none(request_id: Option<String>) -> String {
    request_id.unwrap_or_else(|| "none".to_owned())
}
