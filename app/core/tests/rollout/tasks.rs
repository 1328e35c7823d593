//! Work on tokens that are there already, by the same engine.

mod faults;
mod meanwhile;
mod plan;
mod run;
mod steps;
mod wild;

use std::cell::{Cell, RefCell};

use token_core::{
    fault::Fault,
    manage::{Action, Ask, Proof, plan::TaskRow},
    otp,
    ports::Clock,
    rollout::{
        End, Progress,
        engine::{Ended, Rollout, Stop, Watcher},
        plan::Verdict,
        tenant::Tenant,
    },
    token::{Token, TokenStatus},
};

use super::{
    fake::Fake,
    rows::{new_token, serial, user},
};

/// What is wanted of token `n`.
pub type Wanted<'a> = &'a dyn Fn(usize) -> Action;

/// Users that a fake tenant has.
pub const PEOPLE: usize = 1_100;

/// A tenant where token `n` has this status and, unless it is available, user `n` holds it.
pub fn stocked(count: usize, status: &TokenStatus) -> Fake {
    (0..count).fold(Fake::new((0..PEOPLE).map(user)), |fake, n| {
        let holder = (*status != TokenStatus::Available).then(|| user(n));
        fake.with(new_token(n), status.clone(), holder.as_ref())
    })
}

pub fn token(fake: &Fake, n: usize) -> Token {
    fake.token(serial(n).as_str()).unwrap()
}

/// The seed of token `n`.
pub fn seed(n: usize) -> Proof {
    Proof::Seed(Box::new(new_token(n)))
}

/// The code that token `n` shows now.
pub fn shown(fake: &Fake, n: usize) -> Proof {
    let token = new_token(n);
    Proof::Code(otp::totp(&token.seed, token.hash, token.interval, fake.time.now_ms()))
}

/// An ask for each of the first tokens.
pub fn asks(fake: &Fake, count: usize, action: impl Fn(usize) -> Action) -> Vec<Ask> {
    (0..count).map(|n| Ask::one(n as u64 + 1, &token(fake, n), action(n))).collect()
}

/// A run under watch.
pub struct TaskRun<'a> {
    pub fake: &'a Fake,
    pub rows: Vec<TaskRow>,
    pub progress: RefCell<Vec<Progress>>,
    pub stop: Stop,
    pub stop_after: Cell<Option<usize>>,
    rollout: RefCell<Rollout>,
}

impl<'a> TaskRun<'a> {
    /// Plans over a tenant of which nothing is known but its users.
    pub fn planned(fake: &'a Fake, asks: &[Ask], proofs: &[Proof]) -> Self {
        let tenant = Tenant::new(Vec::new(), (0..PEOPLE).map(user).collect());
        let rows = token_core::manage::plan::plan(asks, &tenant, proofs);
        Self {
            fake,
            progress: RefCell::new(vec![Progress::default(); rows.len()]),
            stop: Stop::default(),
            stop_after: Cell::new(None),
            rollout: RefCell::new(Rollout::of_tasks(&rows, proofs)),
            rows,
        }
    }

    /// Starts or resumes.
    #[expect(clippy::await_holding_refcell_ref, reason = "one run at a time, on one thread")]
    pub async fn go(&self) -> Ended {
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
        if self.stop_after.get().is_some_and(|rows| self.ended() >= rows) {
            self.stop.request();
        }
    }

    fn holding(&self, _: Option<(u64, &Fault)>) {}
}
