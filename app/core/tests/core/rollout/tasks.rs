//! Actions on existing tokens, with the same engine.

mod concurrent_changes;
mod faults;
mod plan;
mod random_faults;
mod recipients;
mod refresh;
mod run;
mod steps;

use std::cell::{Cell, RefCell};

use token_core::{
    audit::RunId,
    drift::OwnClock,
    error::ServiceError,
    otp,
    plan::{ActionRequest, CodeSource, TaskRow, TokenAction, Verdict, snapshot::TenantSnapshot},
    ports::Clock,
    run::{
        End, Progress,
        engine::{Rollout, RunResult, Stop, Watcher},
    },
    token::{Token, TokenStatus},
};

use super::{
    fake::FakeTenant,
    rows::{new_token, serial, user},
};

/// The action on token `n`.
pub type Wanted<'a> = &'a dyn Fn(usize) -> TokenAction;

/// The number of users of a fake tenant.
pub const PEOPLE: usize = 1_100;

/// A tenant where token `n` has this status and, unless it is available, is assigned to user `n`.
pub fn stocked(count: usize, status: &TokenStatus) -> FakeTenant {
    (0..count).fold(FakeTenant::new((0..PEOPLE).map(user)), |fake, n| {
        let assigned_to = (*status != TokenStatus::Available).then(|| user(n));
        fake.with(new_token(n), status.clone(), assigned_to.as_ref())
    })
}

pub fn token(fake: &FakeTenant, n: usize) -> Token {
    fake.token(serial(n).as_str()).unwrap()
}

/// The seed of token `n`.
pub fn seed(n: usize) -> CodeSource {
    CodeSource::Seed(Box::new(new_token(n)), OwnClock::default())
}

/// The code that token `n` shows now.
pub fn shown(fake: &FakeTenant, n: usize) -> CodeSource {
    let token = new_token(n);
    CodeSource::Code(otp::totp(&token.seed, token.hash, token.interval, fake.time.now_ms()))
}

/// A request for each of the first tokens.
pub fn requests(
    fake: &FakeTenant,
    count: usize,
    action: impl Fn(usize) -> TokenAction,
) -> Vec<ActionRequest> {
    (0..count).map(|n| ActionRequest::one(n as u64 + 1, &token(fake, n), action(n))).collect()
}

/// A run and its recorded progress.
pub struct TaskRun<'a> {
    pub fake: &'a FakeTenant,
    pub rows: Vec<TaskRow>,
    pub progress: RefCell<Vec<Progress>>,
    /// The times left that were told, in milliseconds.
    pub remaining: RefCell<Vec<u64>>,
    pub stop: Stop,
    pub stop_after: Cell<Option<usize>>,
    rollout: RefCell<Rollout>,
}

impl<'a> TaskRun<'a> {
    /// Plans with a snapshot that has only the users.
    pub fn planned(fake: &'a FakeTenant, requests: &[ActionRequest], code_sources: &[CodeSource]) -> Self {
        let snapshot = TenantSnapshot::new(Vec::new(), (0..PEOPLE).map(user).collect());
        let rows = token_core::plan::token_actions::plan(requests, &snapshot, code_sources);
        Self {
            fake,
            progress: RefCell::new(vec![Progress::default(); rows.len()]),
            remaining: RefCell::default(),
            stop: Stop::default(),
            stop_after: Cell::new(None),
            rollout: RefCell::new(Rollout::of_tasks(RunId::from_random(1), &rows, code_sources)),
            rows,
        }
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

    /// Tokens that are written, seen or not, or have failed.
    fn written(&self) -> usize {
        let is_written = |progress: &&Progress| progress.is_written || progress.end.is_some();
        self.progress.borrow().iter().filter(is_written).count()
    }

    pub fn is_done(&self, row: usize) -> bool {
        self.progress(row).end == Some(End::Done)
    }

    pub fn all_done(&self) -> bool {
        (0..self.rows.len()).all(|row| self.is_done(row))
    }

    pub fn ended(&self) -> usize {
        self.progress.borrow().iter().filter(|progress| progress.end.is_some()).count()
    }
}

impl Watcher for TaskRun<'_> {
    fn changed(&self, row: usize, progress: &Progress) {
        assert_eq!(self.progress(row).end, None, "row {row} went on after its end");
        let Verdict::Work(task) = &self.rows[row].verdict else { unreachable!("row {row} has no work") };
        assert!(progress.steps <= task.steps.len());
        assert_eq!(progress.end == Some(End::Done), progress.steps == task.steps.len());
        self.progress.borrow_mut()[row] = progress.clone();
        if self.stop_after.get().is_some_and(|rows| self.written() >= rows) {
            self.stop.request();
        }
    }

    fn remaining(&self, ms: u64) {
        self.remaining.borrow_mut().push(ms);
    }

    fn paused(&self, _: Option<(u64, &ServiceError)>) {}
}
