//! What an attempt comes to: before it by the tokens that the person holds, after it by Graph's answer and by what
//! reading back shows.

use super::{ActivationOutcome, Denial};
use crate::{
    error::ServiceError,
    ports::{Outcome, RefusalKind},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

/// Graph's answer to one write, as far as it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteResponse {
    /// Carried out.
    Accepted,
    /// Refused for good.
    Refused(RefusalKind),
    /// Come back later.
    Later {
        /// The pause that is asked for, in milliseconds.
        after_ms: Option<u64>,
    },
    /// No answer, or one that does not tell.
    Lost,
}

/// What a write came to.
///
/// # Errors
/// The faults that are the caller's business: the person must sign in again, or the app is not set up. Then nothing was
/// carried out.
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

/// Why an attempt ends before it began: the person's tokens could not be read.
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

/// What there is to do about a serial number.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "made once for each attempt, and moved on at once")
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimDecision {
    /// The person does not hold it: claim it.
    Claim,
    /// The person holds it: activate it.
    Activate(Token),
    /// Nothing.
    Denied(Denial),
}

/// What to do when somebody who holds these tokens enters this serial number, and may hold `most`.
pub fn decide_claim(held: &[Token], serial: &SerialNumber, most: usize) -> ClaimDecision {
    let same: Vec<&Token> = held.iter().filter(|token| token.serial == *serial).collect();
    // One of the older CSV way and one of the inventory may have the same serial (FACTS 1.9).
    match same.iter().find(|token| !is_active(token)) {
        Some(token) => ClaimDecision::Activate((*token).clone()),
        None if !same.is_empty() => ClaimDecision::Denied(Denial::AlreadyActivated),
        None if held.len() >= most => ClaimDecision::Denied(Denial::Full { most }),
        None => ClaimDecision::Claim,
    }
}

/// The token of this id that the person can activate, or why there is none.
///
/// # Errors
/// When they do not hold it, or it works already.
pub fn check_activation(held: Vec<Token>, token: &TokenId) -> Result<Token, Denial> {
    match held.into_iter().find(|held| held.id == *token) {
        None => Err(Denial::Gone),
        Some(token) if is_active(&token) => Err(Denial::AlreadyActivated),
        Some(token) => Ok(token),
    }
}

/// What an activation came to; `now` are the person's tokens, read back after anything but [`WriteResponse::Accepted`].
pub fn activation_outcome(before: &Token, answer: WriteResponse, now: Option<&[Token]>) -> ActivationOutcome {
    let same = |tokens: &[Token]| tokens.iter().find(|token| token.id == before.id).cloned();
    match (answer, now.map(same)) {
        (WriteResponse::Accepted, _) => done(before.clone()),
        (_, Some(None)) => ActivationOutcome::Denied(Denial::Gone),
        (WriteResponse::Refused(_), Some(Some(token))) if is_active(&token) => {
            ActivationOutcome::Denied(Denial::AlreadyActivated)
        }
        (_, Some(Some(token))) if is_active(&token) => done(token),
        (WriteResponse::Refused(kind), _) => ActivationOutcome::Denied(match kind {
            RefusalKind::BadRequest => Denial::CodeRefused,
            RefusalKind::Forbidden => Denial::NotAllowed,
            // Not yet visible, or changed by somebody else at the same time.
            _ => Denial::Later { after_ms: None },
        }),
        (WriteResponse::Later { after_ms }, _) => ActivationOutcome::Denied(Denial::Later { after_ms }),
        (WriteResponse::Lost, Some(Some(token))) if has_failed(&token) && !has_failed(before) => {
            ActivationOutcome::Denied(Denial::CodeRefused)
        }
        (WriteResponse::Lost, _) => ActivationOutcome::Denied(Denial::Unclear),
    }
}

/// What a claim came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimOutcome {
    /// What the person is told.
    pub attempt: ActivationOutcome,
    /// A token that the claim left in the person's hands without being activated: it goes back to the inventory.
    pub release: Option<TokenId>,
}

/// The token with this serial that the person holds now and did not before.
pub fn newly_assigned<'a>(before: &[Token], now: &'a [Token], serial: &SerialNumber) -> Option<&'a Token> {
    now.iter().find(|token| token.serial == *serial && !before.iter().any(|held| held.id == token.id))
}

/// What a claim came to; `now` are the person's tokens, read back.
pub fn claim_outcome(
    before: &[Token],
    serial: &SerialNumber,
    answer: WriteResponse,
    now: Option<&[Token]>,
) -> ClaimOutcome {
    let kept = |attempt| ClaimOutcome { attempt, release: None };
    match (answer, now.and_then(|now| newly_assigned(before, now, serial))) {
        (WriteResponse::Accepted, Some(token)) => kept(done(token.clone())),
        // It is the person's, and will be seen.
        (WriteResponse::Accepted, None) => kept(ActivationOutcome::Denied(Denial::Unclear)),
        (_, Some(token)) if is_active(token) => kept(done(token.clone())),
        (answer, Some(token)) => {
            let attempt = ActivationOutcome::Denied(assigned_claim_denial(answer, token));
            ClaimOutcome { attempt, release: Some(token.id.clone()) }
        }
        (answer, None) => kept(ActivationOutcome::Denied(unassigned_claim_denial(answer))),
    }
}

/// Why a claim failed that assigned its token and did not activate it.
fn assigned_claim_denial(answer: WriteResponse, token: &Token) -> Denial {
    match answer {
        WriteResponse::Refused(RefusalKind::BadRequest) => Denial::CodeRefused,
        WriteResponse::Lost if has_failed(token) => Denial::CodeRefused,
        answer => unassigned_claim_denial(answer),
    }
}

/// Why a claim failed that changed nothing. Unknown and somebody else's are not told apart.
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

/// Graph has said so, or shows it; a list may lag behind its own answer.
fn done(token: Token) -> ActivationOutcome {
    ActivationOutcome::Done(Token { status: TokenStatus::Activated, ..token })
}

fn is_active(token: &Token) -> bool {
    token.status == TokenStatus::Activated
}

fn has_failed(token: &Token) -> bool {
    token.status == TokenStatus::FailedActivation
}
