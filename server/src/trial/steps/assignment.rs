//! Steps about who has a token: assign, read and unassign.

use graph::trial::{TokenForm, TrialRequest};
use token_core::{
    audit::{AuditAction, TokenRef},
    ports::Assignment,
    token::TokenId,
};

use crate::trial::{
    cleanup::unassign_surely,
    context::Context,
    observed::{Observed, StepError},
};

/// Assigns the main token.
pub async fn assign(context: &mut Context) -> Result<Observed, StepError> {
    let assignment = context.assignment()?;
    let request = TrialRequest::Assign(&assignment);
    let answer = context.tenant.write(AuditAction::Assign, context.token_ref(), request).await?;
    // Until it is read.
    context.assigned = answer.is_success();
    Ok(Observed::judge(answer.status == 201, format!("{}.", context.tenant.describe(&answer))))
}

/// Reads the main token after the assignment.
pub async fn read_assigned(context: &mut Context) -> Result<Observed, StepError> {
    require_assigned(context)?;
    let seen = context.look(|token| token.is_some_and(|token| token.assigned_to.is_some())).await?;
    let Some(assigned_to) = seen.token.and_then(|token| token.assigned_to) else {
        return Ok(Observed::judge(false, format!("Nobody is in assignedTo, {}.", seen.when)));
    };
    let is_theirs = assigned_to.id == context.user.id;
    let who = if is_theirs { "The user is" } else { "Another id is" };
    Ok(Observed::judge(is_theirs, format!("{who} in assignedTo, {}.", seen.when)))
}

/// Reads the user's tokens.
pub async fn read_user(context: &mut Context) -> Result<Observed, StepError> {
    let id = context.token()?;
    require_assigned(context)?;
    let mut pauses = context.tenant.access.pace.pauses();
    loop {
        let answer = context.tenant.read(TrialRequest::Methods(&context.user.id)).await?;
        let found = answer.tokens().into_iter().find(|(token, _)| token.id == id);
        if let Some((_, form)) = found {
            let nested = form == TokenForm::Nested;
            let form = if nested { "in device" } else { "with flat properties" };
            return Ok(Observed::judge(nested, format!("200 with the token {form}, under the same id.")));
        }
        match pauses.next() {
            Some(pause) if answer.is_success() && context.stop.pause(pause).await => {
                context.tenant.drop_last_exchange();
            }
            _ => {
                let text = format!("{} without the token's id.", context.tenant.describe(&answer));
                return Ok(Observed::judge(false, text));
            }
        }
    }
}

/// Unassigns the main token.
pub async fn unassign(context: &mut Context) -> Result<Observed, StepError> {
    let assignment = context.assignment()?;
    require_assigned(context)?;
    let request = TrialRequest::Unassign(&assignment);
    let answer = context.tenant.write(AuditAction::Unassign, context.token_ref(), request).await?;
    let said = context.tenant.describe(&answer);
    if !answer.is_success() {
        return Ok(Observed::judge(false, format!("{said}.")));
    }
    let seen = context.look(|token| token.is_some_and(|token| token.assigned_to.is_none())).await?;
    let state = if seen.as_wanted { "available again" } else { "still assigned" };
    Ok(Observed::judge(seen.as_wanted, format!("{said}; the token is {state}, {}.", seen.when)))
}

/// Assigns two tokens to the user at the same time.
pub async fn two_at_once(context: &mut Context) -> Result<Observed, StepError> {
    let first = context.assignment()?;
    let second = context.second.clone().ok_or(StepError::Missing("There is no second token."))?;
    ensure_unassigned(context).await?;
    let user = context.user.id.clone();
    let second = Assignment { token: second, user };
    let reference = TokenRef { id: Some(second.token.as_str().to_owned()), serial: None };
    let (one, other) = tokio::join!(
        context.tenant.write(AuditAction::Assign, context.token_ref(), TrialRequest::Assign(&first)),
        context.tenant.write(AuditAction::Assign, reference, TrialRequest::Assign(&second)),
    );
    let (one, other) = (one?, other?);
    let wanted = [(&one, &first.token), (&other, &second.token)];
    let answered = wanted.iter().filter(|(answer, _)| answer.is_success()).count();
    let mut pauses = context.tenant.access.pace.pauses();
    let seen = loop {
        let answer = context.tenant.read(TrialRequest::Methods(&context.user.id)).await?;
        let tokens = answer.tokens();
        let has = |id: &TokenId| tokens.iter().any(|(token, _)| token.id == *id);
        let seen = wanted.iter().filter(|(_, id)| has(id)).count();
        match pauses.next() {
            Some(pause) if seen < answered && context.stop.pause(pause).await => {
                context.tenant.drop_last_exchange();
            }
            _ => break seen,
        }
    };
    context.assigned = true;
    let (one, other) = (context.tenant.describe(&one), context.tenant.describe(&other));
    Ok(Observed::judge(
        seen <= answered,
        format!("{one}, and {other}; {seen} of 2 tokens are seen at the user."),
    ))
}

/// Unassigns the main token unless it is unassigned.
pub async fn ensure_unassigned(context: &mut Context) -> Result<(), StepError> {
    let seen = context.look(|token| token.is_some()).await?;
    if seen.token.is_some_and(|token| token.assigned_to.is_none()) {
        return Ok(());
    }
    let assignment = context.assignment()?;
    unassign_surely(&context.tenant, &context.token_ref(), &assignment).await?;
    let seen = context.look(|token| token.is_some_and(|token| token.assigned_to.is_none())).await?;
    if seen.as_wanted { Ok(()) } else { Err(StepError::Missing("The token could not be unassigned.")) }
}

/// Fails when the main token is not assigned.
pub fn require_assigned(context: &Context) -> Result<(), StepError> {
    context.token()?;
    if context.assigned { Ok(()) } else { Err(StepError::Missing("The token is not assigned.")) }
}
