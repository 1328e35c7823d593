//! Determines the outcome of an attempt: before the write from the user's tokens, afterwards from Microsoft Graph's
//! response and the tokens that are read again.

use super::{ActivationOutcome, Denial};
use crate::{
    error::ServiceError,
    ports::{Outcome, RefusalKind},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

/// Microsoft Graph's response to one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteResponse {
    /// Carried out.
    Accepted,
    /// Refused; a retry would be refused too.
    Refused(RefusalKind),
    /// To be retried later.
    Later {
        /// The delay that Graph asks for, in milliseconds.
        after_ms: Option<u64>,
    },
    /// No response, or one that does not show whether the write was carried out.
    Lost,
}

/// Classifies the outcome of a write.
///
/// # Errors
/// The errors that the caller handles: the user must sign in again, or the app is not set up. Then nothing was carried
/// out.
pub fn classify(outcome: Result<Outcome<()>, ServiceError>) -> Result<WriteResponse, ServiceError> {
    Ok(match outcome {
        Ok(Outcome::Done(())) => WriteResponse::Accepted,
        Ok(Outcome::Refused(refusal)) => WriteResponse::Refused(refusal.kind),
        Ok(Outcome::Later { after_ms, .. }) => WriteResponse::Later { after_ms },
        Ok(Outcome::Unknown(_)) | Err(ServiceError::Unreachable { .. } | ServiceError::Disconnected) => {
            WriteResponse::Lost
        }
        Err(ServiceError::Throttled { after_ms }) => WriteResponse::Later { after_ms: Some(after_ms) },
        Err(ServiceError::Forbidden { .. } | ServiceError::Upstream { status: 403, .. }) => {
            WriteResponse::Refused(RefusalKind::Forbidden)
        }
        Err(ServiceError::Upstream { status: 500.., .. }) => WriteResponse::Later { after_ms: None },
        Err(ServiceError::Upstream { .. }) => WriteResponse::Lost,
        Err(error) => return Err(error),
    })
}

/// Why an attempt ends before any write: the user's tokens could not be read.
///
/// # Errors
/// As [`classify`].
pub fn read_denial(error: ServiceError) -> Result<Denial, ServiceError> {
    Ok(match classify(Err(error))? {
        WriteResponse::Refused(RefusalKind::Forbidden) => Denial::NotAllowed,
        WriteResponse::Later { after_ms } => Denial::Later { after_ms },
        _ => Denial::Later { after_ms: None },
    })
}

/// What to do when a user enters a serial number.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "created once per attempt and moved at once")
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimDecision {
    /// The token is not assigned to the user: claim it.
    Claim,
    /// The token is assigned to the user: activate it.
    Activate(Token),
    /// Nothing, for this reason.
    Denied(Denial),
}

/// What to do when a user with the tokens `held`, of at most `most` allowed, enters this serial number.
pub fn decide_claim(held: &[Token], serial: &SerialNumber, most: usize) -> ClaimDecision {
    let same: Vec<&Token> = held.iter().filter(|token| token.serial == *serial).collect();
    // A token uploaded by CSV in the admin center and one of the inventory may have the same serial (MICROSOFT_GRAPH.md 1.9).
    match same.iter().find(|token| !is_active(token)) {
        Some(token) => ClaimDecision::Activate((*token).clone()),
        None if !same.is_empty() => ClaimDecision::Denied(Denial::AlreadyActivated),
        None if held.len() >= most => ClaimDecision::Denied(Denial::Full { most }),
        None => ClaimDecision::Claim,
    }
}

/// The user's token with this id, if it can be activated.
///
/// # Errors
/// When it is not assigned to the user, or activated already.
pub fn check_activation(held: Vec<Token>, token: &TokenId) -> Result<Token, Denial> {
    match held.into_iter().find(|held| held.id == *token) {
        None => Err(Denial::Gone),
        Some(token) if is_active(&token) => Err(Denial::AlreadyActivated),
        Some(token) => Ok(token),
    }
}

/// What to do with a token whose codes are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Deactivate it, then activate it.
    Refresh(Token),
    /// Activate it: it is not activated, perhaps since an earlier refresh.
    Activate(Token),
    /// Nothing, for this reason.
    Denied(Denial),
}

/// What to do when a user with the tokens `held` refreshes this one.
pub fn decide_refresh(held: Vec<Token>, token: &TokenId) -> RefreshDecision {
    match held.into_iter().find(|held| held.id == *token) {
        None => RefreshDecision::Denied(Denial::Gone),
        Some(token) if is_active(&token) => RefreshDecision::Refresh(token),
        Some(token) => RefreshDecision::Activate(token),
    }
}

/// Why a refresh ends before its second write, if it does: the token was not deactivated. `now` are the user's tokens, read
/// again unless the answer was clear.
pub fn deactivation_denial(token: &TokenId, answer: WriteResponse, now: Option<&[Token]>) -> Option<Denial> {
    let found = now.map(|now| now.iter().find(|held| held.id == *token));
    match (answer, found) {
        (WriteResponse::Accepted, _) => None,
        (_, Some(None)) => Some(Denial::Gone),
        (_, Some(Some(token))) if !is_active(token) => None,
        (WriteResponse::Refused(RefusalKind::Forbidden), _) => Some(Denial::NotAllowed),
        (WriteResponse::Refused(_), _) => Some(Denial::Later { after_ms: None }),
        (WriteResponse::Later { after_ms }, _) => Some(Denial::Later { after_ms }),
        (WriteResponse::Lost, _) => Some(Denial::Unclear),
    }
}

/// The outcome of a refresh whose token was deactivated, from that of the activation after it.
pub fn refresh_outcome(activation: ActivationOutcome) -> ActivationOutcome {
    match activation {
        // It says so first: the user cannot sign in with it now.
        ActivationOutcome::Denied(denial @ (Denial::Gone | Denial::AlreadyActivated)) => {
            ActivationOutcome::Denied(denial)
        }
        ActivationOutcome::Denied(denial) => ActivationOutcome::Deactivated(denial),
        outcome => outcome,
    }
}

/// The outcome of an activation; `now` are the user's tokens, read again: what was answered well and is not seen may have
/// had no effect (MICROSOFT_GRAPH.md 2).
pub fn activation_outcome(before: &Token, answer: WriteResponse, now: Option<&[Token]>) -> ActivationOutcome {
    let same = |tokens: &[Token]| tokens.iter().find(|token| token.id == before.id).cloned();
    match (answer, now.map(same)) {
        (WriteResponse::Accepted, Some(Some(token))) if is_active(&token) => done(token),
        (WriteResponse::Accepted, _) => ActivationOutcome::Denied(Denial::Unclear),
        (_, Some(None)) => ActivationOutcome::Denied(Denial::Gone),
        (WriteResponse::Refused(_), Some(Some(token))) if is_active(&token) => {
            ActivationOutcome::Denied(Denial::AlreadyActivated)
        }
        (_, Some(Some(token))) if is_active(&token) => done(token),
        (WriteResponse::Refused(kind), _) => ActivationOutcome::Denied(match kind {
            RefusalKind::BadRequest => Denial::CodeRefused,
            RefusalKind::Forbidden => Denial::NotAllowed,
            // Not visible yet, or changed by somebody else at the same time.
            _ => Denial::Later { after_ms: None },
        }),
        (WriteResponse::Later { after_ms }, _) => ActivationOutcome::Denied(Denial::Later { after_ms }),
        (WriteResponse::Lost, Some(Some(token))) if has_failed(&token) && !has_failed(before) => {
            ActivationOutcome::Denied(Denial::CodeRefused)
        }
        (WriteResponse::Lost, _) => ActivationOutcome::Denied(Denial::Unclear),
    }
}

/// Whether the user's tokens show this one as activated.
pub fn is_activated(now: &[Token], token: &TokenId) -> bool {
    now.iter().any(|held| held.id == *token && is_active(held))
}

/// The outcome of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimOutcome {
    /// The outcome that the user sees.
    pub attempt: ActivationOutcome,
    /// A token that the claim assigned without activating it: it must be unassigned again.
    pub release: Option<TokenId>,
}

/// The token with this serial that is assigned to the user now and was not before.
pub fn newly_assigned<'a>(before: &[Token], now: &'a [Token], serial: &SerialNumber) -> Option<&'a Token> {
    now.iter().find(|token| token.serial == *serial && !before.iter().any(|held| held.id == token.id))
}

/// The outcome of a claim; `now` are the user's tokens, read again.
pub fn claim_outcome(
    before: &[Token],
    serial: &SerialNumber,
    answer: WriteResponse,
    now: Option<&[Token]>,
) -> ClaimOutcome {
    let without_release = |attempt| ClaimOutcome { attempt, release: None };
    match (answer, now.and_then(|now| newly_assigned(before, now, serial))) {
        (WriteResponse::Accepted, Some(token)) => without_release(done(token.clone())),
        // It is assigned to the user, but not visible yet.
        (WriteResponse::Accepted, None) => without_release(ActivationOutcome::Denied(Denial::Unclear)),
        (_, Some(token)) if is_active(token) => without_release(done(token.clone())),
        (answer, Some(token)) => {
            let attempt = ActivationOutcome::Denied(assigned_claim_denial(answer, token));
            ClaimOutcome { attempt, release: Some(token.id.clone()) }
        }
        (answer, None) => without_release(ActivationOutcome::Denied(unassigned_claim_denial(answer))),
    }
}

/// The reason when a claim assigned the token without activating it.
fn assigned_claim_denial(answer: WriteResponse, token: &Token) -> Denial {
    match answer {
        WriteResponse::Refused(RefusalKind::BadRequest) => Denial::CodeRefused,
        WriteResponse::Lost if has_failed(token) => Denial::CodeRefused,
        answer => unassigned_claim_denial(answer),
    }
}

/// The reason when a claim changed nothing. A token that does not exist and one of another user are not distinguished.
fn unassigned_claim_denial(answer: WriteResponse) -> Denial {
    match answer {
        WriteResponse::Refused(RefusalKind::BadRequest | RefusalKind::NotFound | RefusalKind::Conflict) => {
            Denial::NotAvailable
        }
        WriteResponse::Refused(RefusalKind::Forbidden) => Denial::NotAllowed,
        WriteResponse::Later { after_ms } => Denial::Later { after_ms },
        WriteResponse::Refused(_) | WriteResponse::Accepted | WriteResponse::Lost => Denial::Unclear,
    }
}

/// The token as activated: Graph's response confirms the activation, while its list may still show the old status.
fn done(token: Token) -> ActivationOutcome {
    ActivationOutcome::Done(Token { status: TokenStatus::Activated, ..token })
}

fn is_active(token: &Token) -> bool {
    token.status == TokenStatus::Activated
}

fn has_failed(token: &Token) -> bool {
    token.status == TokenStatus::FailedActivation
}
