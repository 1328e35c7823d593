//! Steps about activation: wrong, right, fresh and earlier codes, and deactivation.

use graph::trial::{TrialAnswer, TrialRequest};
use token_core::{
    audit::AuditAction,
    otp::Code,
    token::{Token, TokenStatus},
};

use super::assignment::{ensure_unassigned, require_assigned};
use crate::trial::{
    context::Context,
    made,
    observed::{Observed, StepError},
};

/// How many intervals before the code of [`earlier_code`] is.
const EARLIER: u64 = 3;
const NOT_ACTIVATED: StepError = StepError::Missing("The token is not activated.");

/// Activates the main token with a wrong code.
pub async fn wrong_code(context: &mut Context) -> Result<Observed, StepError> {
    require_assigned(context)?;
    let code = wrong(context)?;
    let answer = send_code(context, code).await?;
    refused_code(context, &answer).await
}

/// Activates the main token with the right code.
pub async fn activate(context: &mut Context) -> Result<Observed, StepError> {
    require_assigned(context)?;
    let code = context.fresh_code();
    let answer = send_code(context, code).await?;
    activated(context, &answer).await
}

/// Activates the main token while it is activated.
pub async fn activate_again(context: &mut Context) -> Result<Observed, StepError> {
    require_activated(context)?;
    let code = context.fresh_code();
    let answer = send_code(context, code).await?;
    let said = context.tenant.describe(&answer);
    let seen = context.look(is_activated).await?;
    let state = if seen.as_wanted { "stays activated" } else { "is no longer activated" };
    let is_refused = (400..500).contains(&answer.status);
    Ok(Observed::judge(is_refused && seen.as_wanted, format!("{said}; the token {state}.")))
}

/// Deactivates the main token.
pub async fn deactivate(context: &mut Context) -> Result<Observed, StepError> {
    require_activated(context)?;
    let answer = send_deactivation(context).await?;
    let said = context.tenant.describe(&answer);
    if !answer.is_success() {
        return Ok(Observed::judge(false, format!("{said}.")));
    }
    let stays = |token: Option<&Token>| {
        token.is_some_and(|token| token.assigned_to.is_some() && token.status != TokenStatus::Activated)
    };
    let seen = context.look(stays).await?;
    let state = status_of(seen.token.as_ref());
    Ok(Observed::judge(seen.as_wanted, format!("{said}; the token is {state}, {}.", seen.when)))
}

/// Activates the main token again after deactivating.
pub async fn reactivate(context: &mut Context) -> Result<Observed, StepError> {
    require_assigned(context)?;
    if context.activated {
        return Err(StepError::Missing("The token was not deactivated."));
    }
    let code = context.fresh_code();
    let answer = send_code(context, code).await?;
    activated(context, &answer).await
}

/// Activates the main token with the code of some intervals before, after deactivating.
pub async fn earlier_code(context: &mut Context) -> Result<Observed, StepError> {
    ensure_deactivated(context).await?;
    let code = context.codes.earlier(&context.main, context.tenant.now_ms(), EARLIER);
    let answer = send_code(context, code).await?;
    activated(context, &answer).await
}

/// Assigns and activates the main token in one call, with a wrong code.
pub async fn combined_wrong_code(context: &mut Context) -> Result<Observed, StepError> {
    ensure_unassigned(context).await?;
    let code = wrong(context)?;
    let answer = send_combined(context, code).await?;
    refused_claim(context, &answer).await
}

/// Assigns and activates the main token in one call.
pub async fn combined(context: &mut Context) -> Result<Observed, StepError> {
    ensure_unassigned(context).await?;
    let code = context.fresh_code();
    let answer = send_combined(context, code).await?;
    activated(context, &answer).await
}

/// Assigns and activates the main token by its serial number, with a wrong code.
pub async fn by_serial_wrong_code(context: &mut Context) -> Result<Observed, StepError> {
    ensure_unassigned(context).await?;
    let code = wrong(context)?;
    let answer = send_by_serial(context, code).await?;
    refused_claim(context, &answer).await
}

/// Activates the main token by its serial number, after deactivating.
pub async fn by_serial_assigned(context: &mut Context) -> Result<Observed, StepError> {
    ensure_deactivated(context).await?;
    let code = context.fresh_code();
    let answer = send_by_serial(context, code).await?;
    activated(context, &answer).await
}

/// Assigns and activates the main token by its serial number.
pub async fn by_serial(context: &mut Context) -> Result<Observed, StepError> {
    ensure_unassigned(context).await?;
    let code = context.fresh_code();
    let answer = send_by_serial(context, code).await?;
    activated(context, &answer).await
}

/// Judges the answer to a wrong code.
async fn refused_code(context: &mut Context, answer: &TrialAnswer) -> Result<Observed, StepError> {
    let said = context.tenant.describe(answer);
    let seen = context.look(|token| token.is_some()).await?;
    let is_wrong = answer.status == 400 && seen.as_wanted && !context.activated;
    Ok(Observed::judge(is_wrong, format!("{said}; the token is {}.", status_of(seen.token.as_ref()))))
}

/// Judges the answer to a wrong code for a token that was not assigned.
async fn refused_claim(context: &mut Context, answer: &TrialAnswer) -> Result<Observed, StepError> {
    let observed = refused_code(context, answer).await?;
    let assigned = if context.assigned { "is assigned" } else { "is not assigned" };
    Ok(Observed { text: format!("{} It {assigned}.", observed.text), ..observed })
}

/// Judges the answer to a right code.
async fn activated(context: &mut Context, answer: &TrialAnswer) -> Result<Observed, StepError> {
    let said = context.tenant.describe(answer);
    if !answer.is_success() {
        context.look(|token| token.is_some()).await?;
        return Ok(Observed::judge(false, format!("{said}.")));
    }
    let seen = context.look(is_activated).await?;
    let state = status_of(seen.token.as_ref());
    let as_assumed = answer.status == 204 && seen.as_wanted;
    Ok(Observed::judge(as_assumed, format!("{said}; the token is {state}, {}.", seen.when)))
}

async fn send_code(context: &Context, code: Code) -> Result<TrialAnswer, StepError> {
    let activation = context.activation(code)?;
    let request = TrialRequest::Activate(&activation);
    Ok(context.tenant.write(AuditAction::Activate, context.token_ref(), request).await?)
}

async fn send_combined(context: &Context, code: Code) -> Result<TrialAnswer, StepError> {
    let activation = context.activation(code)?;
    let request = TrialRequest::AssignAndActivate(&activation);
    Ok(context.tenant.write(AuditAction::AssignAndActivate, context.token_ref(), request).await?)
}

async fn send_by_serial(context: &Context, code: Code) -> Result<TrialAnswer, StepError> {
    context.token()?;
    context.tenant.hide(code.expose(), "‹code›");
    let (user, serial) = (&context.user.id, &context.main.serial);
    let request = TrialRequest::BySerial { user, serial, code: &code };
    Ok(context.tenant.write(AuditAction::AssignAndActivate, context.token_ref(), request).await?)
}

/// Deactivates the main token if it is activated.
async fn ensure_deactivated(context: &mut Context) -> Result<(), StepError> {
    require_assigned(context)?;
    if context.activated {
        let answer = send_deactivation(context).await?;
        let seen = context.look(|token| token.is_some() && !is_activated(token)).await?;
        if !answer.is_success() || !seen.as_wanted {
            return Err(StepError::Missing("The token could not be deactivated."));
        }
    }
    Ok(())
}

async fn send_deactivation(context: &Context) -> Result<TrialAnswer, StepError> {
    let assignment = context.assignment()?;
    let request = TrialRequest::Deactivate(&assignment);
    Ok(context.tenant.write(AuditAction::Deactivate, context.token_ref(), request).await?)
}

fn wrong(context: &Context) -> Result<Code, StepError> {
    let code = made::wrong_code(&context.main, context.tenant.now_ms());
    code.ok_or(StepError::Missing("No code is certainly wrong."))
}

pub(super) fn is_activated(token: Option<&Token>) -> bool {
    token.is_some_and(|token| token.status == TokenStatus::Activated)
}

fn require_activated(context: &Context) -> Result<(), StepError> {
    require_assigned(context)?;
    if context.activated { Ok(()) } else { Err(NOT_ACTIVATED) }
}

/// The status in words; one that the program does not know is left out, because it could be anything.
pub(super) fn status_of(token: Option<&Token>) -> &'static str {
    match token.map(|token| &token.status) {
        None => "not shown",
        Some(TokenStatus::Available) => "available",
        Some(TokenStatus::Assigned) => "assigned",
        Some(TokenStatus::Activated) => "activated",
        Some(TokenStatus::FailedActivation) => "in failedActivation",
        Some(TokenStatus::Other(_)) => "in a status that the program does not know",
    }
}
