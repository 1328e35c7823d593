//! A run of a plan, of an import or of token actions.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    audit::RunId,
    error::ServiceError,
    plan::{PlannedRow, Verdict},
    run::{
        Describe, Progress,
        engine::{Rollout, RunResult, Stop, Watcher},
        report::{self, RunTotals},
        row_status::RowStatus,
    },
    user::UserId,
};

use super::{announcer::Announcer, run_pause::RunPause};
use crate::{
    api::{
        clock::ServerClock,
        directory::{ApiDirectory, new_run_id},
    },
    browser::{Timer, performance_now},
};

/// How many rows are tried when the user wants to see a few before the others.
pub const FIRST_ROWS: usize = 5;
/// What a row waits for whose last write was answered well, while the run goes on.
pub const BEING_READ_BACK: &str = "Written, being read back";

/// A plan, and its run. `W` is the work of a row.
#[derive(Debug)]
pub struct RunState<W: 'static> {
    /// The plan, a row per row of the file or per request.
    pub plan: RwSignal<Arc<Vec<PlannedRow<W>>>>,
    /// The progress of each row.
    pub progress: StoredValue<Vec<Progress>>,
    /// Incremented whenever a row's progress changes.
    pub progress_version: RwSignal<u64>,
    /// The pause of the whole run, if any.
    pub pause: RwSignal<Option<RunPause>>,
    /// Whether a stop was requested while calls are still in flight.
    pub stopping: RwSignal<bool>,
    /// When the run began (`performance.now()`), and how many rows had ended by then.
    pub began: RwSignal<(f64, usize)>,
    /// The milliseconds that the pace of the run needs for the writes that are left.
    pub remaining_ms: RwSignal<u64>,
    /// How many rows are tried before the others; `None` when the run goes through all.
    pub first: RwSignal<Option<usize>>,
    /// Most tokens that the tenant creates by one write, when it has refused more.
    pub creation_size: RwSignal<Option<usize>>,
    /// The users who hold a directory role and whose tokens are to be changed, as the user of this page has confirmed.
    pub confirmed: RwSignal<Vec<UserId>>,
    /// Announces plans, pauses and results to screen readers.
    pub announcer: Announcer,
    /// The rest of the run, kept for resuming.
    rollout: StoredValue<Option<Rollout>>,
    /// The stop signal of the run.
    stop_signal: StoredValue<Arc<Stop>>,
    /// Incremented by each read, plan and run, so that superseded ones are discarded.
    generation: StoredValue<u64>,
}

// Derived, these would require that `W` can be copied.
impl<W: 'static> Clone for RunState<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W: 'static> Copy for RunState<W> {}

impl<W: Send + Sync + 'static> RunState<W> {
    /// No plan yet.
    pub fn new(announcer: Announcer) -> Self {
        Self {
            plan: RwSignal::new(Arc::new(Vec::new())),
            progress: StoredValue::new(Vec::new()),
            progress_version: RwSignal::new(0),
            pause: RwSignal::new(None),
            stopping: RwSignal::new(false),
            began: RwSignal::new((0.0, 0)),
            remaining_ms: RwSignal::new(0),
            first: RwSignal::new(None),
            creation_size: RwSignal::new(None),
            confirmed: RwSignal::new(Vec::new()),
            announcer,
            rollout: StoredValue::new(None),
            stop_signal: StoredValue::new(Arc::new(Stop::default())),
            generation: StoredValue::new(0),
        }
    }

    /// Starts a new generation; results of older ones are discarded.
    pub fn next_generation(self) -> u64 {
        self.generation.update_value(|generation| *generation += 1);
        self.generation.get_value()
    }

    /// Whether a generation is still the current one.
    pub fn is_current(self, generation: u64) -> bool {
        self.generation.get_value() == generation
    }

    /// How many rows have ended, and how. Reactive.
    pub fn totals(self) -> RunTotals {
        self.progress_version.track();
        let plan = self.plan.get();
        self.progress.with_value(|progress| RunTotals::of(&plan, progress))
    }

    /// The status of each row. Reactive.
    pub fn statuses(self) -> Vec<RowStatus> {
        self.progress_version.track();
        let plan = self.plan.get();
        self.progress.with_value(|progress| {
            plan.iter().zip(progress).map(|(row, progress)| RowStatus::of(row, progress)).collect()
        })
    }

    /// How many rows of the plan cannot be done. Reactive.
    pub fn impossible(self) -> usize {
        let is_impossible =
            |row: &&PlannedRow<W>| matches!(row.verdict, Verdict::Conflict(_) | Verdict::Cannot(_));
        self.plan.with(|plan| plan.iter().filter(is_impossible).count())
    }

    /// Replaces the plan; none of its rows has run yet.
    pub fn set_plan(self, rows: Vec<PlannedRow<W>>) {
        self.progress.set_value(vec![Progress::default(); rows.len()]);
        self.rollout.set_value(None);
        self.first.set(None);
        self.creation_size.set(None);
        self.confirmed.set(Vec::new());
        self.plan.set(Arc::new(rows));
        self.increment_version();
    }

    /// Replaces rows of a plan that has not run yet.
    pub fn replace_rows(self, rows: Vec<(usize, PlannedRow<W>)>)
    where
        W: Clone,
    {
        self.plan.update(|plan| {
            let plan = Arc::make_mut(plan);
            for (index, row) in rows {
                if let Some(slot) = plan.get_mut(index) {
                    *slot = row;
                }
            }
        });
        self.increment_version();
    }

    /// Drops the plan, the progress and the rest of the run with its seeds, and starts a new generation.
    pub fn reset(self) {
        self.next_generation();
        self.plan.set(Arc::new(Vec::new()));
        self.progress.set_value(Vec::new());
        self.rollout.set_value(None);
        self.first.set(None);
        self.confirmed.set(Vec::new());
        self.pause.set(None);
    }

    /// Drops the rest of a run of which nothing is left, with its seeds.
    pub fn forget_rest(self) {
        self.rollout.set_value(None);
    }

    /// Begins the run, or resumes it; [`RunState::drive`] does the work. A plan that is still being made is discarded:
    /// it must not replace the one that runs.
    pub fn begin(self) {
        self.next_generation();
        let totals = untrack(|| self.totals());
        self.began.set((performance_now(), totals.done + totals.failed + totals.written));
        self.remaining_ms.set(0);
        self.stop_signal.with_value(|stop| stop.clear());
        self.stopping.set(false);
    }

    /// Holds back all but the first rows of a plan that has not run yet.
    pub fn try_first(self) {
        self.first.set(Some(FIRST_ROWS));
    }

    /// The outcome of the rows that have run so far: "5 tokens tried: 5 activated and seen".
    pub fn tried(self) -> String
    where
        W: Describe,
    {
        let plan = self.plan.get_untracked();
        self.progress.with_value(|progress| report::tried(&plan, progress))
    }

    /// Does the work that is left, until all is done, the first rows are, a stop is requested, or an error halts the run.
    /// `make` makes the work of a plan that has not run yet, `before` is done before its first write.
    pub async fn drive<F: Future<Output = Result<(), ServiceError>>>(
        self,
        make: impl FnOnce(RunId, &[PlannedRow<W>]) -> Rollout,
        before: impl FnOnce(RunId) -> F,
    ) -> RunResult {
        let mut left = None;
        self.rollout.update_value(|kept| left = kept.take());
        let mut rollout = match left {
            Some(rollout) => rollout,
            None => {
                let id = new_run_id();
                if let Err(error) = before(id.clone()).await {
                    self.finish();
                    return RunResult::Halted(error);
                }
                let rollout = make(id, &self.plan.get_untracked());
                match self.first.get_untracked() {
                    Some(rows) => rollout.first(rows),
                    None => rollout,
                }
            }
        };
        let ended = match ServerClock::sync().await {
            Ok(clock) => {
                let stop = self.stop_signal.get_value();
                let directory = ApiDirectory::confirming(self.confirmed.get_untracked());
                rollout.run(&directory, &clock, &Timer, &stop, &RunWatcher(self)).await
            }
            Err(error) => RunResult::Halted(error),
        };
        self.creation_size.set(rollout.creation_size());
        self.rollout.set_value(Some(rollout));
        if ended == RunResult::FirstEnded {
            self.first.set(None);
        }
        self.finish();
        ended
    }

    /// The run in the audit log, once it has begun; `None` for a single task.
    pub fn run_id(self) -> Option<RunId> {
        self.rollout.with_value(|rollout| rollout.as_ref().and_then(|rollout| rollout.run_id().cloned()))
    }

    /// Requests the run to stop after the calls in flight.
    pub fn stop(self) {
        self.stopping.set(true);
        self.stop_signal.with_value(|stop| stop.request());
    }

    /// Clears all pauses after the run has ended.
    fn finish(self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.pause.set(None);
        self.stopping.set(false);
        self.increment_version();
    }

    /// Stores the progress of a row.
    fn record_progress(self, row: usize, mut progress: Progress) {
        if progress.is_written {
            progress.waiting = Some(BEING_READ_BACK.to_owned());
        }
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.increment_version();
    }

    fn increment_version(self) {
        self.progress_version.update(|progress_version| *progress_version += 1);
    }
}

/// Updates the state that the page or the dialog shows during the run.
struct RunWatcher<W: 'static>(RunState<W>);

impl<W: Send + Sync + 'static> Watcher for RunWatcher<W> {
    fn changed(&self, row: usize, progress: &Progress) {
        self.0.record_progress(row, progress.clone());
    }

    fn paused(&self, pause: Option<(u64, &ServiceError)>) {
        RunPause::show(self.0.pause, pause, self.0.announcer);
    }

    fn remaining(&self, ms: u64) {
        self.0.remaining_ms.set(ms);
    }
}
