//! The batch that undoes a run.

use token_core::{
    plan::{ActionRequest, PlannedWrite, Task, TaskRow, TokenAction, Verdict, WriteKind},
    run::{Progress, Stage},
    token::{Token, TokenStatus},
    user::{User, UserId},
};

use super::snapshot::apply_expected;

/// The requests that undo a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undo {
    /// The requests, for another batch.
    pub requests: Vec<ActionRequest>,
    /// How many of the tokens must be activated again afterwards.
    pub codes: usize,
}

impl Undo {
    /// A hint for the person before they undo.
    pub fn hint(&self) -> Option<&'static str> {
        match (self.requests.len(), self.codes) {
            (_, 0) => None,
            (1, _) => Some(
                "Undo assigns it again. To activate it again, have a code from the token or its secret key at hand.",
            ),
            _ => Some(
                "Undo assigns them again. To activate them again, have their codes or secret keys at hand.",
            ),
        }
    }
}

/// The undo of what was done of each row, as far as possible; `None` when nothing can be undone. `user` looks up the
/// users of the plan.
pub(super) fn undo(
    rows: &[TaskRow],
    progress: &[Progress],
    user: impl Fn(&UserId) -> Option<User>,
) -> Option<Undo> {
    let mut undo = Undo { requests: Vec::new(), codes: 0 };
    for ((row, progress), line) in rows.iter().zip(progress).zip(1..) {
        let Verdict::Work(task) = &row.verdict else { continue };
        if let Some((token, action, needs_code)) =
            inverse(task, progress.steps, &user).or_else(|| inverse_of_half(task, progress))
        {
            undo.requests.push(ActionRequest::one(line, &token, action));
            undo.codes += usize::from(needs_code);
        }
    }
    (!undo.requests.is_empty()).then_some(undo)
}

/// The token as it is now, the action that reverts the steps, and whether the token must be activated again then.
fn inverse(
    task: &Task,
    steps: usize,
    user: impl Fn(&UserId) -> Option<User>,
) -> Option<(Token, TokenAction, bool)> {
    match task.steps.get(..steps)? {
        [step] => {
            let part = Task { kind: task.kind, steps: vec![step.clone()] };
            let holder = step.user.as_ref().and_then(user);
            let (action, hint) = part.undo(holder.as_ref())?;
            Some((token_after(step)?, action, hint.is_some()))
        }
        [old, new] if old.kind == WriteKind::Unassign && is_assignment(new) && !old.legacy => {
            let by = Box::new(token_after(old)?);
            let needs_code = old.token.status == TokenStatus::Activated;
            Some((
                token_after(new)?,
                TokenAction::Replace { by, code_source: None, delete_old: false },
                needs_code,
            ))
        }
        _ => None,
    }
}

/// The inverse of an assignment whose activation was refused.
fn inverse_of_half(task: &Task, progress: &Progress) -> Option<(Token, TokenAction, bool)> {
    let [step] = task.steps.as_slice() else { return None };
    let is_assigned = step.kind == WriteKind::AssignAndActivate
        && progress.end.is_some()
        && progress.stage == Stage::Assigned;
    is_assigned.then(|| {
        let assigned = PlannedWrite { kind: WriteKind::Assign, ..step.clone() };
        Some((token_after(&assigned)?, TokenAction::Unassign, false))
    })?
}

fn is_assignment(step: &PlannedWrite) -> bool {
    matches!(step.kind, WriteKind::Assign | WriteKind::AssignAndActivate)
}

/// The token after the step; `None` when it is deleted.
fn token_after(step: &PlannedWrite) -> Option<Token> {
    let part = Task { kind: token_core::plan::ActionKind::Assign, steps: vec![step.clone()] };
    let (_, expected) = part.expected(1).pop()?;
    if expected == token_core::plan::Expected::Gone {
        return None;
    }
    let mut token = (*step.token).clone();
    apply_expected(&mut token, &expected);
    Some(token)
}

#[cfg(test)]
mod tests;
