//! The steps of a batch: read, plan, run, close.

use std::{future::ready, sync::Arc};

use futures_util::future::join;
use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    plan::{TaskRow, token_actions::plan},
    ports::MAX_ITEMS,
    run::engine::Rollout,
};

use super::{
    dialog_text, refresh,
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
    actions.run.announcer.announce(announcement);
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
        actions.count_codes();
        actions.confirming_stop.set(false);
        actions.run.announcer.announce(dialog_text::result(actions, &ended));
        actions.phase.set(BatchPhase::Ended(ended));
        refresh::start(actions);
        // The dialog was closed while calls were in flight.
        if !actions.open.get_untracked() {
            close(actions);
        }
    });
}

/// Closes the dialog; asks for confirmation during a run. A run with failed or remaining rows is kept until the next
/// batch.
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
    let totals = untrack(|| actions.run.totals());
    let has_ended = actions.phase.with_untracked(|phase| matches!(phase, BatchPhase::Ended(_)));
    if !has_ended || totals.failed + totals.left == 0 {
        actions.reset();
    }
}

/// Stops the run and closes the dialog.
pub(super) fn stop_and_close(actions: TokenActions) {
    actions.run.stop();
    actions.confirming_stop.set(false);
    close(actions);
}
