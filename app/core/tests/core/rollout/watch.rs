//! A watcher that records progress, checks it against the tenant's actual state, and can request a stop.

use std::cell::{Cell, RefCell};

use token_core::{
    audit::RunId,
    drift::OwnClock,
    error::ServiceError,
    plan::{Mode, PlannedRow, Planner, Verdict, snapshot::load_snapshot},
    run::{
        End, Progress, Stage,
        engine::{Rollout, RunResult, Stop, Watcher},
    },
    seed_file::ParsedRow,
    token::SerialNumber,
};

use super::fake::FakeTenant;

/// Plans against the current tenant.
pub async fn plan(fake: &FakeTenant, mode: Mode, entries: &[ParsedRow]) -> Vec<PlannedRow> {
    let snapshot = load_snapshot(fake, entries, mode != Mode::Import, |_| {}).await.unwrap();
    let mut planner = Planner::new(mode, &snapshot, entries);
    entries.iter().enumerate().map(|(index, entry)| planner.plan(index, entry)).collect()
}

/// A run and its recorded progress.
pub struct Run<'a> {
    pub fake: &'a FakeTenant,
    pub rows: Vec<PlannedRow>,
    pub progress: RefCell<Vec<Progress>>,
    pub pauses: RefCell<Vec<Option<u64>>>,
    /// The time left that was told, and when, in milliseconds.
    pub remaining: RefCell<Vec<(u64, u64)>>,
    /// When rows were written.
    pub written_ms: RefCell<Vec<u64>>,
    pub stop: Stop,
    pub stop_after: Cell<Option<usize>>,
    rollout: RefCell<Rollout>,
}

impl<'a> Run<'a> {
    pub async fn planned(fake: &'a FakeTenant, mode: Mode, entries: &[ParsedRow]) -> Self {
        Self::of(fake, plan(fake, mode, entries).await, entries)
    }

    pub fn of(fake: &'a FakeTenant, rows: Vec<PlannedRow>, entries: &[ParsedRow]) -> Self {
        let rollout = RefCell::new(Rollout::new(RunId::from_random(1), &rows, entries));
        Self {
            fake,
            progress: RefCell::new(vec![Progress::default(); rows.len()]),
            rows,
            pauses: RefCell::default(),
            remaining: RefCell::default(),
            written_ms: RefCell::default(),
            stop: Stop::default(),
            stop_after: Cell::new(None),
            rollout,
        }
    }

    /// Says how many tokens the inventory has.
    pub fn with_inventory(self, tokens: usize) -> Self {
        Self { rollout: RefCell::new(self.rollout.into_inner().with_inventory(tokens)), ..self }
    }

    /// Activates by these clocks instead of those of the rows.
    pub fn with_clocks(self, clock_of: impl Fn(&SerialNumber) -> Option<OwnClock>) -> Self {
        Self { rollout: RefCell::new(self.rollout.into_inner().with_clocks(clock_of)), ..self }
    }

    /// Most tokens that the tenant creates by one write, as far as the run found out.
    pub fn creation_size(&self) -> Option<usize> {
        self.rollout.borrow().creation_size()
    }

    /// Begins with the first rows.
    pub fn first(self, rows: usize) -> Self {
        Self { rollout: RefCell::new(self.rollout.into_inner().first(rows)), ..self }
    }

    /// Starts or resumes.
    #[expect(clippy::await_holding_refcell_ref, reason = "one run at a time, on one thread")]
    pub async fn go(&self) -> RunResult {
        let time = &self.fake.time;
        self.rollout.borrow_mut().run(self.fake, time, time, &self.stop, self).await
    }

    pub fn progress(&self, row: usize) -> Progress {
        self.progress.borrow()[row].clone()
    }

    /// The reason for which a row failed.
    pub fn failure(&self, row: usize) -> String {
        match self.progress(row).end {
            Some(End::Failed(failure)) => failure.reason,
            end => format!("not failed: {end:?}"),
        }
    }

    pub fn ended(&self) -> usize {
        self.progress.borrow().iter().filter(|progress| progress.end.is_some()).count()
    }

    /// Rows that are written, seen or not, or have failed.
    fn written(&self) -> usize {
        let is_written = |progress: &&Progress| progress.is_written || progress.end.is_some();
        self.progress.borrow().iter().filter(is_written).count()
    }

    pub fn is_done(&self, row: usize) -> bool {
        self.progress(row).end == Some(End::Done)
    }

    /// The actual stage of a row's token, for its user.
    pub fn truth(&self, row: usize) -> Stage {
        let Verdict::Work(work) = &self.rows[row].verdict else { return Stage::Planned };
        self.fake.stage(&self.rows[row].serial, work.user.as_ref().map(|user| &user.id))
    }
}

impl Watcher for Run<'_> {
    fn changed(&self, row: usize, progress: &Progress) {
        let before = self.progress(row);
        assert_eq!(before.end, None, "row {row} went on after its end");
        let truth = self.truth(row);
        let known = !self.fake.was_changed_concurrently(&self.rows[row].serial);
        assert!(!known || progress.stage <= truth, "row {row} claims {progress:?} and is {truth:?}");
        if progress.is_written {
            self.written_ms.borrow_mut().push(self.fake.time.elapsed_ms());
        }
        self.progress.borrow_mut()[row] = progress.clone();
        if self.stop_after.get().is_some_and(|rows| self.written() >= rows) {
            self.stop.request();
        }
    }

    fn remaining(&self, ms: u64) {
        self.remaining.borrow_mut().push((self.fake.time.elapsed_ms(), ms));
    }

    fn paused(&self, hold: Option<(u64, &ServiceError)>) {
        self.pauses.borrow_mut().push(hold.map(|(ms, _)| ms));
    }
}
