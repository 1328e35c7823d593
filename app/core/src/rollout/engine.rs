//! The run: follows a plan, a few calls at a time, and never writes twice what it has not read.
//!
//! The engine owns the rows, the [`Directory`] does the writing, `job` decides what each answer means. A run can be
//! stopped between calls and resumed by running the same [`Rollout`] again.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::{
    StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};

use super::{
    Progress,
    flight::{Answer, Landed, fly},
    job::{Job, Next},
    plan::{PlannedRow, Verdict},
    queue::Queue,
};
use crate::{
    fault::Fault,
    manage::{Proof, Task},
    ports::{Clock, Directory, Pause, Refusal, RefusalKind},
    seed_file::Entry,
};

/// Calls under way at once. Each is two `$batch` requests of 20, so that eight requests are in flight.
const LANES: usize = 4;
/// Rows in one call.
const CHUNK: usize = 40;
/// Longest uninterrupted sleep: how soon Stop is noticed, in milliseconds.
const NAP_MS: u64 = 250;
/// Shortest and longest pause of the whole run, in milliseconds.
const HOLD_MS: (u64, u64) = (1_000, 30_000);
/// Longest time without any progress during which the run obeys pauses that Graph asks for, in milliseconds.
const MAX_STUCK_MS: u64 = 600_000;
/// Failed calls in a row after which the run halts.
const MAX_FAULTS: u32 = 6;
/// Bounds of the time before the end of an interval in which no code is sent, in milliseconds. Twice the slowest
/// recent call lies between them; five seconds is what the field's scripts keep without measuring.
const MARGIN_MS: (u64, u64) = (1_000, 5_000);

/// Who watches a run.
pub trait Watcher {
    /// Row `row` of the plan changed.
    fn changed(&self, row: usize, progress: &Progress);
    /// The whole run waits `ms` milliseconds for `why`; `None` when it goes on.
    fn holding(&self, hold: Option<(u64, &Fault)>);
}

/// Asks a run to stop after the calls under way.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks for the stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Takes the request back, for a resume.
    pub fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Every row is done or has failed.
    Complete,
    /// Stop was asked for; rows are left.
    Stopped,
    /// A fault that stands in the way of every row; rows are left.
    Halted(Fault),
}

/// The work of one plan, with what is left of it.
#[derive(Debug)]
pub struct Rollout {
    queue: Queue,
    hold_until_ms: u64,
    is_holding: bool,
    faults: u32,
    fault_at_ms: u64,
    /// The first pause since the last progress.
    stuck_since_ms: Option<u64>,
    slowest_ms: u64,
}

impl Rollout {
    /// Takes the work out of the plan of a seed file. `rows` and `entries` go side by side.
    pub fn new(rows: &[PlannedRow], entries: &[Entry]) -> Self {
        let sides = rows.iter().zip(entries).enumerate();
        Self::of(sides.filter_map(|(index, (planned, entry))| match (&planned.verdict, &entry.result) {
            (Verdict::Work(work), Ok(row)) => Job::of_row(index, row.token.clone(), work),
            _ => None,
        }))
    }

    /// Takes the work out of a plan for tokens of the tenant. `proofs` are those that the plan was made with.
    pub fn of_tasks(rows: &[PlannedRow<Task>], proofs: &[Proof]) -> Self {
        Self::of(rows.iter().enumerate().filter_map(|(index, planned)| match &planned.verdict {
            Verdict::Work(task) => Job::of_steps(index, &task.steps, proofs),
            _ => None,
        }))
    }

    fn of(jobs: impl Iterator<Item = Job>) -> Self {
        let mut queue = Queue::default();
        jobs.for_each(|job| queue.put(job, 0));
        Self {
            queue,
            hold_until_ms: 0,
            is_holding: false,
            faults: 0,
            fault_at_ms: 0,
            stuck_since_ms: None,
            slowest_ms: 0,
        }
    }

    /// Runs until everything is done, a stop is asked for, or a fault stands in the way.
    ///
    /// The future must be run to its end: rows that are under way when it is dropped are lost to this `Rollout`
    /// (a new plan finds them again).
    pub async fn run(
        &mut self,
        directory: &impl Directory,
        clock: &impl Clock,
        pause: &impl Pause,
        stop: &Stop,
        watcher: &impl Watcher,
    ) -> Ended {
        self.faults = 0;
        self.stuck_since_ms = None;
        self.queue.jobs_mut().for_each(Job::renew);
        let mut flights = FuturesUnordered::new();
        let mut halt = None;
        loop {
            let mut nap_ms = None;
            while halt.is_none() && !stop.is_requested() && flights.len() < LANES {
                let now_ms = clock.now_ms();
                let Some((next, jobs)) = self.take(now_ms, watcher) else {
                    nap_ms = self.nap_ms(now_ms);
                    break;
                };
                flights.push(fly(directory, now_ms, next, jobs));
            }
            let landed = match (flights.is_empty(), nap_ms) {
                (true, None) => break,
                (true, Some(ms)) => {
                    pause.pause(Duration::from_millis(ms)).await;
                    None
                }
                (false, None) => flights.next().await,
                (false, Some(ms)) => {
                    match select(flights.next(), pin!(pause.pause(Duration::from_millis(ms)))).await {
                        Either::Left((landed, _)) => landed,
                        Either::Right(_) => None,
                    }
                }
            };
            if let Some(landed) = landed {
                let fault = self.land(landed, clock.now_ms(), watcher);
                halt = halt.or(fault);
            }
        }
        self.go_on(watcher);
        match halt {
            Some(fault) => Ended::Halted(fault),
            None if self.queue.due_ms().is_none() => Ended::Complete,
            None => Ended::Stopped,
        }
    }

    fn take(&mut self, now_ms: u64, watcher: &impl Watcher) -> Option<(Next, Vec<Job>)> {
        if now_ms < self.hold_until_ms {
            return None;
        }
        self.go_on(watcher);
        let margin = (self.slowest_ms * 2).clamp(MARGIN_MS.0, MARGIN_MS.1);
        self.queue.take(CHUNK, now_ms, margin)
    }

    /// How long to sleep when nothing can go now; `None` when no row is left.
    fn nap_ms(&self, now_ms: u64) -> Option<u64> {
        let due_ms = self.queue.due_ms()?.max(self.hold_until_ms);
        Some(due_ms.saturating_sub(now_ms).clamp(1, NAP_MS))
    }

    /// Applies a call's answers; returns a fault that must end the run.
    fn land(&mut self, landed: Landed, now_ms: u64, watcher: &impl Watcher) -> Option<Fault> {
        match landed.answers {
            Ok(answers) => {
                self.faults = 0;
                self.slowest_ms = now_ms.saturating_sub(landed.started_ms).max(self.slowest_ms / 2);
                self.apply(landed.jobs, answers, now_ms, watcher);
                None
            }
            // Microsoft, or our own server before it, asked for a pause and carried nothing out.
            Err(Fault::Throttled { after_ms }) => self.postpone(
                landed.jobs,
                after_ms,
                |after_ms| Fault::Throttled { after_ms },
                now_ms,
                watcher,
            ),
            Err(Fault::TooMany { after_ms }) => {
                self.postpone(landed.jobs, after_ms, |after_ms| Fault::TooMany { after_ms }, now_ms, watcher)
            }
            Err(fault) => {
                let halt = self.count(&fault, landed.started_ms, now_ms, watcher);
                for mut job in landed.jobs {
                    let progress = job.interrupted(unanswered(fault.to_string()), now_ms);
                    self.settle(job, &progress, now_ms, watcher);
                }
                halt.then_some(fault)
            }
        }
    }

    fn apply(&mut self, jobs: Vec<Job>, answers: Vec<Answer>, now_ms: u64, watcher: &impl Watcher) {
        if answers.iter().any(Answer::is_done) {
            self.stuck_since_ms = None;
        }
        let throttled = answers.iter().filter(|answer| answer.kind() == Some(RefusalKind::Throttled)).count();
        if throttled * 2 > jobs.len() {
            // Requests that are sent while throttled count too: the whole run pauses.
            let after_ms = answers.iter().filter_map(Answer::after_ms).max().unwrap_or_default();
            self.hold(after_ms, |after_ms| Fault::Throttled { after_ms }, now_ms, watcher);
        }
        let mut answers = answers.into_iter();
        for mut job in jobs {
            let progress = match answers.next() {
                Some(Answer::Created(outcome)) => job.created(outcome, now_ms),
                Some(Answer::Written(outcome)) => job.written(outcome, now_ms),
                Some(Answer::Read(found)) => job.read(found, now_ms),
                None => job.interrupted(unanswered("the answer for this row is missing".to_owned()), now_ms),
            };
            self.settle(job, &progress, now_ms, watcher);
        }
    }

    /// The whole run is asked for a pause. That is no failure, so it is never counted; but a run that only pauses
    /// ends by telling so.
    fn postpone(
        &mut self,
        jobs: Vec<Job>,
        after_ms: u64,
        why: impl Fn(u64) -> Fault,
        now_ms: u64,
        watcher: &impl Watcher,
    ) -> Option<Fault> {
        for mut job in jobs {
            let kind = RefusalKind::Throttled;
            let progress = job.postponed(
                Refusal { kind, message: "asked for a pause".to_owned(), request_id: None },
                now_ms,
            );
            self.settle(job, &progress, now_ms, watcher);
        }
        let since_ms = *self.stuck_since_ms.get_or_insert(now_ms);
        if now_ms.saturating_add(after_ms) > since_ms.saturating_add(MAX_STUCK_MS) {
            return Some(why(after_ms));
        }
        self.hold(after_ms, why, now_ms, watcher);
        None
    }

    /// Counts a failed call and says whether the run must end. Calls that were under way when another one failed
    /// say nothing new: all lanes fail together when a line breaks.
    fn count(&mut self, fault: &Fault, started_ms: u64, now_ms: u64, watcher: &impl Watcher) -> bool {
        if !fault.is_passing() {
            return true;
        }
        if self.faults == 0 || started_ms > self.fault_at_ms {
            self.faults += 1;
            self.fault_at_ms = now_ms;
        }
        let halt = self.faults >= MAX_FAULTS;
        if !halt {
            let ms = HOLD_MS.0 << self.faults.saturating_sub(1).min(MAX_FAULTS);
            self.hold(ms.min(HOLD_MS.1), |_| fault.clone(), now_ms, watcher);
        }
        halt
    }

    fn hold(&mut self, ms: u64, why: impl Fn(u64) -> Fault, now_ms: u64, watcher: &impl Watcher) {
        let ms = ms.max(HOLD_MS.0);
        let until_ms = now_ms.saturating_add(ms);
        if until_ms > self.hold_until_ms {
            self.hold_until_ms = until_ms;
            self.is_holding = true;
            watcher.holding(Some((ms, &why(ms))));
        }
    }

    fn go_on(&mut self, watcher: &impl Watcher) {
        if std::mem::take(&mut self.is_holding) {
            watcher.holding(None);
        }
    }

    fn settle(&mut self, job: Job, progress: &Progress, now_ms: u64, watcher: &impl Watcher) {
        watcher.changed(job.row, progress);
        if progress.end.is_none() {
            self.queue.put(job, now_ms);
        } else {
            self.stuck_since_ms = None;
        }
    }
}

fn unanswered(message: String) -> Refusal {
    Refusal { kind: RefusalKind::Unanswered, message, request_id: None }
}
