//! The steps of a batch: read, plan, run, close.

use std::{future::ready, sync::Arc};

use futures_util::future::join;
use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    plan::{ActionRequest, TaskRow, Verdict, token_actions::plan},
    ports::MAX_ITEMS,
    run::engine::{Rollout, RunResult},
};

use super::{
    dialog_text, permissions, refresh,
    snapshot::{self, BatchSnapshot},
};
use crate::{
    api::{directory::ApiDirectory, tenant::missing_permissions},
    browser::sleep,
    format::{grouped, tokens},
    state::{
        boot_info::boot_info,
        token_actions::{ActionBatch, BatchPhase, TokenActions},
    },
};

/// Reads what the current batch needs, then plans it.
pub(super) fn prepare(actions: TokenActions) {
    let Some(batch) = actions.batch.get_untracked() else { return };
    let generation = actions.run.next_generation();
    actions.unconfirmed.set(0);
    actions.reading_status.set("Reading the tenant …".to_owned());
    actions.phase.set(BatchPhase::Reading);
    spawn_local(async move {
        let (read, missing) = join(load_with_retry(actions, generation, &batch), missing_permissions()).await;
        if !actions.run.is_current(generation) {
            return;
        }
        actions.missing.set(missing.unwrap_or_default());
        match read {
            Ok(read) => show_plan(actions, &batch, read),
            Err(error) => actions.phase.set(BatchPhase::Unread(error)),
        }
    });
}

async fn load_with_retry(
    actions: TokenActions,
    generation: u64,
    batch: &ActionBatch,
) -> Result<BatchSnapshot, ServiceError> {
    let policy = boot_info().privileged_targets;
    loop {
        // In a small batch the users' token lists are read, which are more complete than the inventory.
        let known = match batch.requests.len() {
            ..=MAX_ITEMS => Vec::new(),
            _ => actions.store.with(|list| list.tokens().to_vec()),
        };
        let expected = actions.expected.get_untracked();
        match snapshot::load(&ApiDirectory::new(), &batch.requests, &expected, known, policy).await {
            Err(ServiceError::Throttled { after_ms }) if actions.run.is_current(generation) => {
                let seconds = after_ms.div_ceil(1000);
                actions
                    .reading_status
                    .set(format!("Microsoft asks for a pause of {seconds} s. Then the tenant is read."));
                sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
            }
            read => return read,
        }
    }
}

fn show_plan(actions: TokenActions, batch: &ActionBatch, read: BatchSnapshot) {
    let BatchSnapshot { requests, tenant, seen, users } = read;
    let rows = plan(&requests, &tenant, &batch.code_sources);
    refresh::apply(actions, seen, users);
    actions.tenant.set_value(Some(Arc::new(tenant)));
    let question = match (requests.as_slice(), rows.as_slice()) {
        ([request], [row]) => Some(dialog_text::question(request, row).to_string()),
        _ => None,
    };
    let ready = format!("The plan for {} is ready", tokens(rows.len()));
    actions.requests.set(Arc::new(requests));
    actions.run.set_plan(rows);
    let announcement = question.unwrap_or_else(|| match untrack(|| actions.run.impossible()) {
        0 => ready,
        impossible => format!("{ready}; {} not possible", grouped(impossible)),
    });
    actions.phase.set(BatchPhase::Planned);
    match after_plan(actions, batch) {
        AfterPlan::Run => run(actions),
        AfterPlan::Tell => {
            actions.run.announcer.announce(dialog_text::result(actions, &RunResult::Complete));
        }
        AfterPlan::Ask => {
            actions.at_once.set(false);
            actions.open.set(true);
            actions.run.announcer.announce(announcement);
        }
    }
}

/// What follows a plan.
enum AfterPlan {
    /// It runs at once.
    Run,
    /// The panel tells why its only action is not possible.
    Tell,
    /// The dialog asks.
    Ask,
}

/// Actions that run at once are asked about nevertheless when the plan differs from what was expected, or names holders of
/// directory roles.
fn after_plan(actions: TokenActions, batch: &ActionBatch) -> AfterPlan {
    let plan = actions.run.plan.get_untracked();
    let work = plan.iter().filter(|row| matches!(row.verdict, Verdict::Work(_))).count();
    let has_permissions =
        actions.missing.with_untracked(|missing| permissions::missing_reason(&plan, missing).is_none());
    let requests = actions.requests.get_untracked();
    let mut pairs = batch.requests.iter().zip(requests.iter());
    let is_expected = pairs.all(|(before, now)| changed_assignee(actions, before, now).is_none());
    let has_role_holders = untrack(|| !actions.targets().holders.is_empty());
    let may_run = has_permissions && is_expected && !has_role_holders;
    match (actions.at_once.get_untracked(), work, plan.len()) {
        (true, 0, 1) => AfterPlan::Tell,
        (true, work, all) if work == all && may_run => AfterPlan::Run,
        _ => AfterPlan::Ask,
    }
}

/// Says that the token was assigned to somebody else since the person looked, other than by us.
pub(super) fn changed_assignee(
    actions: TokenActions,
    before: &ActionRequest,
    now: &ActionRequest,
) -> Option<String> {
    let (before, now) = (before.resolved.as_ref().ok()?, now.resolved.as_ref().ok()?);
    let is_ours = actions.expected.with_untracked(|expected| expected.contains_key(&now.token.id));
    snapshot::assignee_change(&before.token, &now.token).filter(|_| !is_ours)
}

/// Runs the first rows of the plan.
pub(super) fn run_first(actions: TokenActions) {
    actions.run.try_first();
    run(actions);
}

/// Runs the plan, or what is left of it.
pub(super) fn run(actions: TokenActions) {
    let Some(batch) = actions.batch.get_untracked() else { return };
    actions.run.begin();
    actions.unconfirmed.set(0);
    actions.phase.set(BatchPhase::Running);
    spawn_local(async move {
        let make = |id, plan: &[TaskRow]| {
            let rollout = Rollout::of_tasks(id, plan, &batch.code_sources);
            match actions.store.known_size() {
                Some(tokens) => rollout.with_inventory(tokens),
                None => rollout,
            }
        };
        let ended = actions.run.drive(make, |_| ready(Ok(()))).await;
        actions.count_codes(|| dialog_text::failure(actions));
        if ended == RunResult::Complete && untrack(|| actions.is_done()) {
            actions.forget_code_sources();
        }
        actions.confirming_stop.set(false);
        actions.run.announcer.announce(dialog_text::result(actions, &ended));
        actions.phase.set(BatchPhase::Ended(ended));
        refresh::start(actions);
    });
}

/// Closes the dialog; asks for confirmation during a run. What came of a run stays in the bar at the foot of the page,
/// with its undo, until the next batch.
pub(super) fn close(actions: TokenActions) {
    if actions.is_running() {
        if actions.run.stopping.get_untracked() {
            actions.open.set(false);
        } else {
            actions.confirming_stop.set(true);
        }
        return;
    }
    actions.open.set(false);
    let has_ended = actions.phase.with_untracked(|phase| matches!(phase, BatchPhase::Ended(_)));
    if !has_ended {
        actions.reset();
    }
}

/// Stops the run and closes the dialog.
pub(super) fn stop_and_close(actions: TokenActions) {
    actions.run.stop();
    actions.confirming_stop.set(false);
    close(actions);
}
