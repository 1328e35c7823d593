//! The steps of a batch: read, plan, run, close.

use std::sync::Arc;

use futures_util::future::join;
use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    plan::token_actions::plan,
    ports::MAX_ITEMS,
    run::{
        Progress,
        engine::{Rollout, RunResult, Watcher},
    },
};

use super::{
    dialog_text, refresh,
    snapshot::{self, BatchSnapshot},
};
use crate::{
    api::{
        clock::ServerClock,
        directory::{ApiDirectory, new_run_id},
        tenant::missing_permissions,
    },
    browser::{Timer, performance_now, sleep},
    format::tokens,
    state::{
        run_pause::RunPause,
        token_actions::{ActionBatch, BatchPhase, TokenActions},
    },
};

/// Reads what the current batch needs, then plans it.
pub(super) fn prepare(actions: TokenActions) {
    let Some(batch) = actions.batch.get_untracked() else { return };
    let generation = actions.next_generation();
    actions.unconfirmed.set(0);
    actions.reading_status.set("Reading the tenant …".to_owned());
    actions.phase.set(BatchPhase::Reading);
    spawn_local(async move {
        let (read, missing) = join(load_with_retry(actions, generation, &batch), missing_permissions()).await;
        if !actions.is_current(generation) {
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
    loop {
        // In a small batch the users' token lists are read, which are more complete than the inventory.
        let known = match batch.requests.len() {
            ..=MAX_ITEMS => Vec::new(),
            _ => actions.store.with(|list| list.tokens().to_vec()),
        };
        let expected = actions.expected.get_untracked();
        match snapshot::load(&ApiDirectory, &batch.requests, &expected, known).await {
            Err(ServiceError::Throttled { after_ms }) if actions.is_current(generation) => {
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
    actions.progress.set_value(vec![Progress::default(); rows.len()]);
    actions.rollout.set_value(None);
    actions.tenant.set_value(Some(Arc::new(tenant)));
    let announcement = match (requests.as_slice(), rows.as_slice()) {
        ([request], [row]) => dialog_text::question(request, row).to_string(),
        _ => format!("The plan for {} is ready", tokens(rows.len())),
    };
    actions.requests.set(Arc::new(requests));
    actions.plan.set(Arc::new(rows));
    actions.progress_version.update(|progress_version| *progress_version += 1);
    actions.phase.set(BatchPhase::Planned);
    actions.announcer.announce(announcement);
}

/// Runs the plan, or what is left of it.
pub(super) fn run(actions: TokenActions) {
    let (Some(batch), plan) = (actions.batch.get_untracked(), actions.plan.get_untracked()) else { return };
    actions.next_generation();
    let totals = untrack(|| actions.totals());
    actions.began.set((performance_now(), totals.done + totals.failed));
    actions.stop.with_value(|stop| stop.clear());
    actions.stopping.set(false);
    actions.unconfirmed.set(0);
    actions.phase.set(BatchPhase::Running);
    spawn_local(async move {
        let mut left = None;
        actions.rollout.update_value(|stored| left = stored.take());
        let mut rollout = left.unwrap_or_else(|| Rollout::of_tasks(new_run_id(), &plan, &batch.code_sources));
        let ended = match ServerClock::sync().await {
            Ok(clock) => {
                let stop = actions.stop.get_value();
                rollout.run(&ApiDirectory, &clock, &Timer, &stop, &DialogWatcher(actions)).await
            }
            Err(error) => RunResult::Halted(error),
        };
        actions.rollout.set_value(Some(rollout));
        actions.finish_run();
        actions.confirming_stop.set(false);
        actions.phase.set(BatchPhase::Ended(ended));
        actions.announcer.announce(dialog_text::result(actions));
        refresh::start(actions);
        // The dialog was closed while calls were in flight.
        if !actions.open.get_untracked() {
            close(actions);
        }
    });
}

/// Asks the run to stop after the calls in flight.
pub(super) fn stop(actions: TokenActions) {
    actions.stopping.set(true);
    actions.stop.with_value(|stop| stop.request());
}

/// Closes the dialog; asks for confirmation during a run. A run with failed or remaining rows is kept until the next
/// batch.
pub(super) fn close(actions: TokenActions) {
    if actions.is_running() {
        if actions.stopping.get_untracked() {
            actions.open.set(false);
        } else {
            actions.confirming_stop.set(true);
        }
        return;
    }
    actions.open.set(false);
    let totals = untrack(|| actions.totals());
    let has_ended = actions.phase.with_untracked(|phase| matches!(phase, BatchPhase::Ended(_)));
    if !has_ended || totals.failed + totals.left == 0 {
        actions.reset();
    }
}

/// Stops the run and closes the dialog.
pub(super) fn stop_and_close(actions: TokenActions) {
    stop(actions);
    actions.confirming_stop.set(false);
    close(actions);
}

/// Updates the state that the dialog shows.
struct DialogWatcher(TokenActions);

impl Watcher for DialogWatcher {
    fn changed(&self, row: usize, progress: &Progress) {
        self.0.record_progress(row, progress.clone());
    }

    fn paused(&self, pause: Option<(u64, &ServiceError)>) {
        RunPause::show(self.0.pause, pause, self.0.announcer);
    }
}
