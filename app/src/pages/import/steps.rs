//! The steps of an import: read the file, read the tenant, plan, run.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    plan::{Mode, Planner, snapshot},
    run::{
        Progress,
        engine::{Rollout, RunResult, Watcher},
        report::RunTotals,
    },
    seed_file::SeedFile,
};

use crate::{
    api::{
        clock::ServerClock,
        directory::{ApiDirectory, new_run_id},
    },
    browser::{Timer, Yielder, mark, performance_now, sleep},
    format::{grouped, tokens},
    state::import::{ImportPhase, ImportState, ReadFile},
    state::inventory::InventoryStore,
    state::run_pause::RunPause,
};

/// Rows that are processed between two checks whether to yield to the browser.
const ROWS_PER_YIELD: usize = 50;

/// Reads a file, then the tenant, then makes the plan.
pub fn read(state: ImportState, name: String, bytes: Vec<u8>) {
    let generation = state.next_generation();
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set(format!("Reading {name} …"));
    mark("import-read-begin");
    spawn_local(async move {
        let mut yielder = Yielder::begin();
        let mut source = match SeedFile::open(bytes) {
            Ok(source) => source,
            Err(problem) => return state.phase.set(ImportPhase::Choosing(Some(problem))),
        };
        let mut entries = Vec::new();
        loop {
            let rows = source.read(ROWS_PER_YIELD);
            if rows.is_empty() {
                break;
            }
            entries.extend(rows);
            yielder.yield_if_due(|| state.fraction.set(f64::from(source.progress()))).await;
            if !state.is_current(generation) {
                return;
            }
        }
        mark("import-read-end");
        let (format, notices) = (source.format().clone(), source.notices());
        state.file.set(Some(Arc::new(ReadFile { name, format, entries, notices })));
        load_tenant(state);
    });
}

/// Reads the tenant for the current file, then makes the plan.
pub fn load_tenant(state: ImportState) {
    let Some(file) = state.file.get_untracked() else { return };
    let generation = state.next_generation();
    let with_users = state.mode.get_untracked() != Mode::Import;
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Reading the tenant …".to_owned());
    mark("import-survey-begin");
    spawn_local(async move {
        let on_progress = |count| state.activity.set(format!("Reading the tenant: {} …", tokens(count)));
        let read = loop {
            match snapshot::load_snapshot(&ApiDirectory, &file.entries, with_users, on_progress).await {
                Err(ServiceError::Throttled { after_ms }) if state.is_current(generation) => {
                    let seconds = after_ms.div_ceil(1000);
                    state
                        .activity
                        .set(format!("Microsoft asks for a pause of {seconds} s. Then the tenant is read."));
                    sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
                }
                read => break read,
            }
        };
        if !state.is_current(generation) {
            return;
        }
        mark("import-survey-end");
        match read {
            Ok(read) => {
                state.tenant.set_value(Some(Arc::new(read)));
                state.has_users.set_value(with_users);
                plan(state);
            }
            Err(error) => state.phase.set(ImportPhase::ReadFailed(error)),
        }
    });
}

/// Makes a new plan after the mode has changed; reads the tenant again when the new mode needs its users.
pub fn replan(state: ImportState) {
    if state.mode.get_untracked() == Mode::Import || state.has_users.get_value() {
        plan(state);
    } else {
        load_tenant(state);
    }
}

/// Makes the plan for the current file and the snapshot of the tenant.
pub fn plan(state: ImportState) {
    let (Some(file), Some(tenant)) = (state.file.get_untracked(), state.tenant.get_value()) else { return };
    let generation = state.next_generation();
    let mode = state.mode.get_untracked();
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Making the plan …".to_owned());
    mark("import-plan-begin");
    spawn_local(async move {
        let mut yielder = Yielder::begin();
        let mut planner = Planner::new(mode, &tenant, &file.entries);
        let mut rows = Vec::with_capacity(file.entries.len());
        for (index, entry) in file.entries.iter().enumerate() {
            rows.push(planner.plan(index, entry));
            if index % ROWS_PER_YIELD == 0 {
                yielder.yield_if_due(|| {}).await;
            }
        }
        if !state.is_current(generation) {
            return;
        }
        if state.mode.get_untracked() != mode {
            return plan(state);
        }
        mark("import-plan-end");
        state.progress.set_value(vec![Progress::default(); rows.len()]);
        state.rollout.set_value(None);
        state.plan.set(Arc::new(rows));
        state.progress_version.update(|version| *version += 1);
        state.phase.set(ImportPhase::Planned);
        state.announcer.announce(format!("The plan for {} rows is ready", grouped(file.entries.len())));
    });
}

/// Runs the plan, or resumes it.
pub fn run(state: ImportState) {
    let (Some(file), plan) = (state.file.get_untracked(), state.plan.get_untracked()) else { return };
    let inventory = expect_context::<InventoryStore>();
    // A plan that is still being made must not replace the running one.
    state.next_generation();
    let totals = state.progress.with_value(|progress| RunTotals::of(&plan, progress));
    state.began.set((performance_now(), totals.done + totals.failed));
    state.stop.with_value(|stop| stop.clear());
    state.stopping.set(false);
    state.phase.set(ImportPhase::Running);
    mark("import-run-begin");
    spawn_local(async move {
        let mut left = None;
        state.rollout.update_value(|kept| left = kept.take());
        let mut rollout = left.unwrap_or_else(|| Rollout::new(new_run_id(), &plan, &file.entries));
        let ended = match ServerClock::sync().await {
            Ok(clock) => {
                let stop = state.stop.get_value();
                rollout.run(&ApiDirectory, &clock, &Timer, &stop, &ImportWatcher(state)).await
            }
            Err(error) => RunResult::Halted(error),
        };
        mark("import-run-end");
        state.rollout.set_value(Some(rollout));
        state.hold.set(None);
        state.clear_waiting();
        state.stopping.set(false);
        inventory.invalidate();
        let totals = state.progress.with_value(|progress| RunTotals::of(&plan, progress));
        state
            .announcer
            .announce(format!("{} done, {} failed, {} left", totals.done, totals.failed, totals.left));
        state.phase.set(ImportPhase::Ended(ended));
    });
}

/// Requests the run to stop after the calls under way.
pub fn stop(state: ImportState) {
    state.stopping.set(true);
    state.stop.with_value(|stop| stop.request());
}

/// Updates the page during the run.
struct ImportWatcher(ImportState);

impl Watcher for ImportWatcher {
    fn changed(&self, row: usize, progress: &Progress) {
        self.0.set_progress(row, progress.clone());
    }

    fn paused(&self, hold: Option<(u64, &ServiceError)>) {
        RunPause::show(self.0.hold, hold, self.0.announcer);
    }
}
