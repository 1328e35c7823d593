//! The result that the audit log records for an answer of Microsoft.

use token_core::{
    audit::EntryStatus,
    error::ServiceError,
    ports::{Outcome, Refusal},
    self_service::{ActivationOutcome, Denial},
};

/// The result of one item: its status, the reason, and Graph's request id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteResult {
    /// The entry's result.
    pub status: EntryStatus,
    /// The reason; empty when it was done.
    pub reason: String,
    /// Graph's request id.
    pub request_id: Option<String>,
}

impl WriteResult {
    /// Carried out.
    pub fn done() -> Self {
        Self { status: EntryStatus::Done, reason: String::new(), request_id: None }
    }

    /// The result for one item's outcome.
    pub fn of_outcome<T>(outcome: &Outcome<T>) -> Self {
        match outcome {
            Outcome::Done(_) => Self::done(),
            Outcome::Refused(refusal) => Self::refused(EntryStatus::Refused, refusal),
            Outcome::Later { refusal, .. } | Outcome::Unknown(refusal) => {
                Self::refused(EntryStatus::Unknown, refusal)
            }
        }
    }

    fn refused(status: EntryStatus, refusal: &Refusal) -> Self {
        Self { status, reason: refusal.message.clone(), request_id: refusal.request_id.clone() }
    }

    /// The result for a call with one item.
    pub fn of_answer<T>(answer: &Result<Outcome<T>, ServiceError>) -> Self {
        answer.as_ref().map_or_else(Self::of_error, Self::of_outcome)
    }

    /// The result for every item of a call that failed as a whole.
    pub fn of_error(error: &ServiceError) -> Self {
        let request_id = match error {
            ServiceError::Forbidden { request_id, .. } | ServiceError::Upstream { request_id, .. } => {
                Some(request_id.clone()).filter(|id| id != "none")
            }
            _ => None,
        };
        Self { status: status(error), reason: error.to_string(), request_id }
    }
}

/// The result of an attempt on one's own token; `request_id` is Graph's id of the write, if there is one.
pub fn attempt_result(attempt: &ActivationOutcome, request_id: Option<String>) -> WriteResult {
    let denial = match attempt {
        ActivationOutcome::Done(_) => return WriteResult::done(),
        ActivationOutcome::Denied(denial) => denial,
        ActivationOutcome::Deactivated(denial) => {
            let why = attempt_result(&ActivationOutcome::Denied(denial.clone()), request_id);
            let reason = format!("The token was deactivated, and not activated again. {}", why.reason);
            return WriteResult { reason, ..why };
        }
    };
    let (status, reason) = match denial {
        Denial::CodeRefused => (EntryStatus::Refused, "The code was not accepted."),
        Denial::NotAvailable => (EntryStatus::Refused, "There is no such token for this user."),
        Denial::AlreadyActivated => (EntryStatus::Refused, "The token works already."),
        Denial::Full { .. } => (EntryStatus::Refused, "The user holds as many tokens as they may."),
        Denial::NotAllowed => (EntryStatus::Refused, "Not for this user, or not in this organisation."),
        Denial::Gone => (EntryStatus::Refused, "The token is no longer the user's."),
        Denial::Later { .. } => (EntryStatus::NotDone, "Microsoft asked to come back later."),
        Denial::Unclear => (
            EntryStatus::Unknown,
            "Microsoft's answer was lost or had no effect: reading the token back did not show it.",
        ),
    };
    WriteResult { status, reason: reason.to_owned(), request_id }
}

/// Throttling means that the write was certainly not carried out; a missing answer means that it may have been.
fn status(error: &ServiceError) -> EntryStatus {
    match error {
        ServiceError::SignedOut
        | ServiceError::NotAllowed { .. }
        | ServiceError::NotOperator
        | ServiceError::NotOffered
        | ServiceError::StepUp
        | ServiceError::SecondFactor
        | ServiceError::RateLimited { .. }
        | ServiceError::Invalid { .. }
        | ServiceError::Credentials { .. }
        | ServiceError::Forbidden { .. }
        | ServiceError::AuditUnavailable { .. }
        | ServiceError::SessionStoreUnavailable { .. } => EntryStatus::Refused,
        ServiceError::Upstream { status: 400..=407 | 409..=428 | 430..=499, .. } => EntryStatus::Refused,
        ServiceError::Throttled { .. } => EntryStatus::NotDone,
        ServiceError::Disconnected
        | ServiceError::Unreachable { .. }
        | ServiceError::Upstream { .. }
        | ServiceError::Internal { .. } => EntryStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_means_certainly_not_carried_out() {
        let upstream =
            |status| ServiceError::Upstream { status, message: "no".to_owned(), request_id: "0a".to_owned() };
        for (error, ending) in [
            (upstream(400), EntryStatus::Refused),
            (upstream(408), EntryStatus::Unknown),
            (upstream(503), EntryStatus::Unknown),
            (ServiceError::Unreachable { message: "timeout".to_owned() }, EntryStatus::Unknown),
            (ServiceError::Throttled { after_ms: 1 }, EntryStatus::NotDone),
            (ServiceError::SignedOut, EntryStatus::Refused),
        ] {
            assert_eq!(WriteResult::of_error(&error).status, ending, "{error:?}");
        }
        assert_eq!(WriteResult::of_error(&upstream(500)).request_id.as_deref(), Some("0a"));
    }
}
