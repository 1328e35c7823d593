//! Steps about a token with SHA-256 and 60 seconds.

use graph::trial::TrialRequest;
use token_core::{
    audit::{AuditAction, TokenRef},
    ports::{Activation, Assignment},
};

use super::{
    activation::{is_activated, status_of},
    assignment::ensure_unassigned,
};
use crate::trial::{
    cleanup::unassign_surely,
    context::Context,
    observed::{Observed, StepError},
};

/// Creates it, and reads what is shown of it.
pub async fn create(context: &mut Context) -> Result<Observed, StepError> {
    let new = context.sha256.clone();
    let answer =
        context.tenant.write(AuditAction::Create, reference(context), TrialRequest::Create(&new)).await?;
    let said = context.tenant.describe(&answer);
    let Some((token, _)) = answer.token().filter(|_| answer.is_success()) else {
        return Ok(Observed::judge(false, format!("{said}.")));
    };
    context.note_made(&token);
    context.sha256_id = Some(token.id.clone());
    let seen = context.look_at(&token.id, |token| token.is_some()).await?;
    let Some(token) = seen.token else {
        return Ok(Observed::judge(false, format!("{said}; the token is not shown, {}.", seen.when)));
    };
    let (hash, interval) = (token.hash == Some(new.hash), token.interval_seconds == new.interval.seconds());
    let shown = |as_created| if as_created { "as created" } else { "otherwise" };
    let text = format!(
        "{said}; the hash is shown {}, the interval {}, {}.",
        shown(hash),
        shown(interval),
        seen.when
    );
    Ok(Observed::judge(answer.status == 201 && hash && interval, text))
}

/// Assigns and activates it, and unassigns it again: the user has room for one token only.
pub async fn activate(context: &mut Context) -> Result<Observed, StepError> {
    let id = context.sha256_id.clone().ok_or(StepError::Missing("There is no such token."))?;
    if context.token.is_some() {
        ensure_unassigned(context).await?;
    }
    let code = context.codes.fresh(&context.sha256, context.tenant.now_ms());
    context.tenant.hide(code.expose(), "‹code›");
    let (user, reference) = (context.user.id.clone(), reference(context));
    let activation = Activation { token: id.clone(), user: user.clone(), code };
    let request = TrialRequest::AssignAndActivate(&activation);
    let answer = context.tenant.write(AuditAction::AssignAndActivate, reference.clone(), request).await?;
    let said = context.tenant.describe(&answer);
    let seen = context.look_at(&id, |token| !answer.is_success() || is_activated(token)).await?;
    let text = format!("{said}; the token is {}, {}.", status_of(seen.token.as_ref()), seen.when);
    let as_assumed = answer.status == 204 && seen.as_wanted;
    if seen.token.is_some_and(|token| token.assigned_to.is_some()) {
        let assignment = Assignment { token: id.clone(), user };
        unassign_surely(&context.tenant, &reference, &assignment).await?;
        context.look_at(&id, |token| token.is_some_and(|token| token.assigned_to.is_none())).await?;
    }
    Ok(Observed::judge(as_assumed, text))
}

fn reference(context: &Context) -> TokenRef {
    let id = context.sha256_id.as_ref().map(|id| id.as_str().to_owned());
    TokenRef { id, serial: Some(context.sha256.serial.as_str().to_owned()) }
}
