//! Runs a plan, a few calls at a time. After an inconclusive answer it reads the token before it writes again.
//!
//! The engine owns the rows, the [`Directory`] makes the writes, `job` decides what follows from each answer. A run
//! can be stopped between calls and resumed by running the same [`Rollout`] again.

mod next_call;

use std::{
    cmp::Reverse,
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
    call::{CompletedCall, ReadBack, RowAnswer, RowCall, RunInfo, Usage, dispatch},
    job::{Job, NextCall},
    pace::{Pace, PaceAnswer},
    queue::Queue,
    unseen::UnseenWrites,
};
use crate::{
    audit::RunId,
    drift::OwnClock,
    error::ServiceError,
    plan::{CodeSource, PlannedRow, Task, Verdict},
    ports::{ChangeKind, Clock, Directory, Outcome, Refusal, RefusalKind, Sleeper},
    seed_file::ParsedRow,
    token::{SerialNumber, Token},
};

/// Concurrent calls. Each is two `$batch` requests of 20, so that eight requests are in flight.
const MAX_IN_FLIGHT: usize = 4;
/// Longest uninterrupted sleep, in milliseconds: the longest delay before [`Stop`] takes effect.
const POLL_INTERVAL_MS: u64 = 250;
/// Shortest and longest pause of the whole run, in milliseconds.
const PAUSE_MS: (u64, u64) = (1_000, 30_000);
/// How long a run without any progress keeps pausing when Graph asks for it, in milliseconds; then it halts.
const MAX_STALL_MS: u64 = 600_000;
/// A run with more rows begins with the tokens of the longest interval, not in the order of the file: after a fault a row waits for its
/// next code, and the last rows should not have long to wait.
const LARGE_RUN: usize = 100;
/// Consecutive failed calls after which the run halts.
const MAX_FAILED_CALLS: u32 = 6;
/// Observes a run.
pub trait Watcher {
    /// Row `row` of the plan changed.
    fn changed(&self, row: usize, progress: &Progress);
    /// The whole run pauses for so many milliseconds because of this error; `None` when it resumes.
    fn paused(&self, pause: Option<(u64, &ServiceError)>);
    /// The pace lets the writes that are left end in so many milliseconds.
    fn remaining(&self, ms: u64);
}

/// Asks a run to stop once the calls in flight have completed.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Requests the stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Withdraws the request, before a resume.
    pub fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether the stop was requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunResult {
    /// Every row is done or has failed.
    Complete,
    /// A stop was requested; rows are left.
    Stopped,
    /// The first rows are done or have failed ([`Rollout::first`]); rows are left.
    FirstEnded,
    /// An error that affects every row; rows are left.
    Halted(ServiceError),
}

/// The unfinished work of one plan.
#[derive(Debug)]
pub struct Rollout {
    /// The run in the audit log; `None` for a single task.
    run: Option<RunInfo>,
    queue: Queue,
    /// The rows after the first ones, until those have ended.
    held: Vec<Job>,
    pace: Pace,
    unseen: UnseenWrites,
    /// Tokens in the inventory, as far as known.
    inventory: usize,
    /// How long the writes that are left take at the pace, in milliseconds.
    remaining_ms: u64,
    /// Since when writes are answered well and not read back.
    unseen_since_ms: Option<u64>,
    is_reading_back: bool,
    /// Calls in flight other than those that read back.
    in_flight: usize,
    /// Most tokens that the tenant creates by one write, when it has refused more.
    creation_size: Option<usize>,
    paused_until_ms: u64,
    is_paused: bool,
    failed_calls: u32,
    last_failure_ms: u64,
    /// When the first pause since the last progress began.
    stalled_since_ms: Option<u64>,
    slowest_call_ms: u64,
}

impl Rollout {
    /// The work in the plan of a seed file, as the run with this id. `rows[i]` is the plan of `entries[i]`.
    pub fn new(run: RunId, rows: &[PlannedRow], entries: &[ParsedRow]) -> Self {
        let sides = rows.iter().zip(entries).enumerate();
        Self::of(
            Some(RunInfo { id: run, size: size(rows.len()) }),
            sides.filter_map(|(index, (planned, entry))| match (&planned.verdict, &entry.result) {
                (Verdict::Work(work), Ok(row)) => Job::of_row(index, planned.line, row, work),
                _ => None,
            }),
        )
    }

    /// The work in a plan for tokens of the tenant, as the run with this id; a single task is not a run. `code_sources`
    /// are those that the plan was made with.
    pub fn of_tasks(run: RunId, rows: &[PlannedRow<Task>], code_sources: &[CodeSource]) -> Self {
        let run = (rows.len() > 1).then(|| RunInfo { id: run, size: size(rows.len()) });
        Self::of(
            run,
            rows.iter().enumerate().filter_map(|(index, planned)| match &planned.verdict {
                Verdict::Work(task) => Job::of_steps(index, planned.line, &task.steps, code_sources),
                _ => None,
            }),
        )
    }

    fn of(run: Option<RunInfo>, jobs: impl Iterator<Item = Job>) -> Self {
        let mut jobs: Vec<Job> = jobs.collect();
        if jobs.len() > LARGE_RUN {
            jobs.sort_by_key(|job| Reverse(job.code_interval()));
        }
        let mut queue = Queue::default();
        jobs.into_iter().for_each(|job| queue.push(job, 0));
        Self {
            run,
            queue,
            held: Vec::new(),
            pace: Pace::new(),
            unseen: UnseenWrites::default(),
            inventory: usize::MAX,
            remaining_ms: 0,
            unseen_since_ms: None,
            is_reading_back: false,
            in_flight: 0,
            creation_size: None,
            paused_until_ms: 0,
            is_paused: false,
            failed_calls: 0,
            last_failure_ms: 0,
            stalled_since_ms: None,
            slowest_call_ms: 0,
        }
    }

    /// The run's id in the audit log; `None` for a single task, which is not a run.
    pub fn run_id(&self) -> Option<&RunId> {
        self.run.as_ref().map(|run| &run.id)
    }

    /// Says how many tokens the inventory has before the run: where it is small, its pages are read instead of each token.
    #[must_use]
    pub fn with_inventory(mut self, tokens: usize) -> Self {
        self.inventory = tokens + self.queue.jobs().filter(|job| job.creates()).count();
        self
    }

    /// Activates tokens of a seed file by these clocks instead of their rows' own: what a sample measured of the token or of its
    /// delivery.
    #[must_use]
    pub fn with_clocks(mut self, clock_of: impl Fn(&SerialNumber) -> Option<OwnClock>) -> Self {
        for job in self.queue.jobs_mut() {
            if let Some(clock) = job.serial().and_then(|serial| clock_of(&serial)) {
                job.set_clock(clock);
            }
        }
        self
    }

    /// Holds back all but the first rows of the plan: the run ends with [`RunResult::FirstEnded`] when those have ended, and
    /// the next call of [`Rollout::run`] goes on with the rest.
    #[must_use]
    pub fn first(mut self, rows: usize) -> Self {
        self.held = self.queue.split_off(rows);
        self
    }

    /// Most tokens that the tenant creates by one write, when it has refused more; 1 when each token is a write of its own.
    pub fn creation_size(&self) -> Option<usize> {
        self.creation_size
    }

    /// Runs until everything is done, a stop is requested, or an error halts the run.
    ///
    /// The future must be polled to completion: if it is dropped, this `Rollout` loses the rows in flight (a new plan
    /// finds them again).
    pub async fn run(
        &mut self,
        directory: &(impl Directory + ?Sized),
        clock: &impl Clock,
        sleeper: &impl Sleeper,
        stop: &Stop,
        watcher: &impl Watcher,
    ) -> RunResult {
        self.failed_calls = 0;
        self.stalled_since_ms = None;
        if self.queue.is_empty() {
            std::mem::take(&mut self.held).into_iter().for_each(|job| self.queue.push(job, 0));
        }
        self.queue.jobs_mut().for_each(Job::reset_tries);
        let run = self.run.clone();
        let mut calls = FuturesUnordered::new();
        let mut halt = None;
        loop {
            let mut sleep_ms = None;
            while halt.is_none() && calls.len() < MAX_IN_FLIGHT {
                let now_ms = clock.now_ms();
                let taken =
                    if stop.is_requested() { self.take_unseen(now_ms) } else { self.take(now_ms, watcher) };
                let Some((call, jobs)) = taken else {
                    sleep_ms = self.sleep_ms(now_ms).filter(|_| !stop.is_requested());
                    break;
                };
                calls.push(dispatch(directory, run.as_ref(), now_ms, call, jobs));
            }
            let completed = match (calls.is_empty(), sleep_ms) {
                (true, None) => break,
                (true, Some(ms)) => {
                    sleeper.sleep(Duration::from_millis(ms)).await;
                    None
                }
                (false, None) => calls.next().await,
                (false, Some(ms)) => {
                    match select(calls.next(), pin!(sleeper.sleep(Duration::from_millis(ms)))).await {
                        Either::Left((completed, _)) => completed,
                        Either::Right(_) => None,
                    }
                }
            };
            if let Some(completed) = completed {
                let error = self.complete(completed, clock.now_ms(), watcher);
                halt = halt.or(error);
                self.unseen.report(directory, run.as_ref()).await;
            }
        }
        self.resume(watcher);
        match halt {
            Some(error) => RunResult::Halted(error),
            None if !self.queue.is_empty() => RunResult::Stopped,
            None if !self.held.is_empty() => RunResult::FirstEnded,
            None => RunResult::Complete,
        }
    }

    /// Applies a call's answers; returns an error that must end the run.
    fn complete(
        &mut self,
        completed: CompletedCall,
        now_ms: u64,
        watcher: &impl Watcher,
    ) -> Option<ServiceError> {
        let sent = match completed.call {
            RowCall::Rows(next) => {
                self.in_flight -= 1;
                self.cost(next, completed.jobs.len())
            }
            RowCall::ReadBack(ReadBack::Inventory) => {
                self.is_reading_back = false;
                0
            }
            RowCall::ReadBack(ReadBack::Ids) => 0,
        };
        if completed.answers.is_err() {
            self.pace.unanswered(sent);
        }
        let persons: Vec<_> = completed.jobs.iter().filter_map(Job::person).collect();
        persons.into_iter().for_each(|person| self.queue.release(person, now_ms));
        match completed.answers {
            Ok(answers) => {
                self.failed_calls = 0;
                self.slowest_call_ms =
                    now_ms.saturating_sub(completed.started_ms).max(self.slowest_call_ms / 2);
                if sent > 0 {
                    self.learn((sent, completed.started_ms), &answers, completed.usage, now_ms);
                }
                self.apply(completed.jobs, answers, now_ms, watcher);
                self.tell_remaining(now_ms, watcher);
                None
            }
            // Microsoft, or our own server, asked for a pause and carried nothing out.
            Err(ServiceError::Throttled { after_ms }) => self.defer(
                completed.jobs,
                after_ms,
                |after_ms| ServiceError::Throttled { after_ms },
                now_ms,
                watcher,
            ),
            Err(ServiceError::RateLimited { after_ms }) => self.defer(
                completed.jobs,
                after_ms,
                |after_ms| ServiceError::RateLimited { after_ms },
                now_ms,
                watcher,
            ),
            Err(error) => {
                let halt = self.count_failure(&error, completed.started_ms, now_ms, watcher);
                for mut job in completed.jobs {
                    let progress = job.interrupted(unanswered(error.to_string()), now_ms);
                    self.update(job, &progress, now_ms, watcher);
                }
                halt.then_some(error)
            }
        }
    }

    fn apply(&mut self, jobs: Vec<Job>, answers: Vec<RowAnswer>, now_ms: u64, watcher: &impl Watcher) {
        if answers.iter().any(RowAnswer::is_done) {
            self.stalled_since_ms = None;
        }
        let throttled = answers.iter().filter(|answer| answer.is_throttled()).count();
        if throttled * 2 > jobs.len() {
            // Requests that are sent while throttled count against the limit too: the whole run pauses.
            let after_ms = answers.iter().filter_map(RowAnswer::after_ms).max().unwrap_or_default();
            self.pause(after_ms, |after_ms| ServiceError::Throttled { after_ms }, now_ms, watcher);
        }
        let mut answers = answers.into_iter();
        for mut job in jobs {
            let progress = match answers.next() {
                Some(RowAnswer::Written(outcome, _)) if self.has_others(&job, &outcome) => job.defer(now_ms),
                Some(RowAnswer::Written(outcome, request_id)) => job.written(outcome, request_id, now_ms),
                Some(RowAnswer::Read(found)) => job.read(found, now_ms),
                None => job.interrupted(unanswered("the answer for this row is missing".to_owned()), now_ms),
            };
            self.update(job, &progress, now_ms, watcher);
        }
    }

    /// The whole run must pause. That is not counted as a failure; but a run that makes no progress for
    /// [`MAX_STALL_MS`] ends with this error.
    fn defer(
        &mut self,
        jobs: Vec<Job>,
        after_ms: u64,
        why: impl Fn(u64) -> ServiceError,
        now_ms: u64,
        watcher: &impl Watcher,
    ) -> Option<ServiceError> {
        for mut job in jobs {
            let kind = RefusalKind::Throttled;
            let progress = job.deferred(
                Refusal { kind, message: "asked for a pause".to_owned(), request_id: None },
                now_ms,
            );
            self.update(job, &progress, now_ms, watcher);
        }
        let since_ms = *self.stalled_since_ms.get_or_insert(now_ms);
        if now_ms.saturating_add(after_ms) > since_ms.saturating_add(MAX_STALL_MS) {
            return Some(why(after_ms));
        }
        self.pause(after_ms, why, now_ms, watcher);
        None
    }

    /// Counts a failed call and returns whether the run must end. Calls that were in flight when another one failed are
    /// not counted: when the connection breaks, all of them fail together.
    fn count_failure(
        &mut self,
        error: &ServiceError,
        started_ms: u64,
        now_ms: u64,
        watcher: &impl Watcher,
    ) -> bool {
        if !error.is_transient() {
            return true;
        }
        if self.failed_calls == 0 || started_ms > self.last_failure_ms {
            self.failed_calls += 1;
            self.last_failure_ms = now_ms;
        }
        let halt = self.failed_calls >= MAX_FAILED_CALLS;
        if !halt {
            let ms = PAUSE_MS.0 << self.failed_calls.saturating_sub(1).min(MAX_FAILED_CALLS);
            self.pause(ms.min(PAUSE_MS.1), |_| error.clone(), now_ms, watcher);
        }
        halt
    }

    fn pause(&mut self, ms: u64, why: impl Fn(u64) -> ServiceError, now_ms: u64, watcher: &impl Watcher) {
        let ms = ms.max(PAUSE_MS.0);
        let until_ms = now_ms.saturating_add(ms);
        if until_ms > self.paused_until_ms {
            self.paused_until_ms = until_ms;
            self.is_paused = true;
            watcher.paused(Some((ms, &why(ms))));
        }
    }

    fn resume(&mut self, watcher: &impl Watcher) {
        if std::mem::take(&mut self.is_paused) {
            watcher.paused(None);
        }
    }

    /// Whether Graph keeps the token because it is its person's default method, and other rows of this person are left:
    /// the default method can go when it is the last (MICROSOFT_GRAPH.md 2.10).
    fn has_others(&self, job: &Job, outcome: &Outcome<Option<Token>>) -> bool {
        let is_default =
            matches!(outcome, Outcome::Refused(refusal) if refusal.kind == RefusalKind::DefaultMethod);
        is_default
            && job.can_be_deferred()
            && self.queue.jobs().any(|other| other.user().is_some() && other.user() == job.user())
    }

    /// Adapts the pace to the answers of a call.
    fn learn(&mut self, (sent, sent_ms): (usize, u64), answers: &[RowAnswer], usage: Usage, now_ms: u64) {
        self.creation_size = usage.creation_size.or(self.creation_size);
        self.pace.answered(
            PaceAnswer {
                sent,
                sent_ms,
                writes: usage.writes,
                refused: answers.iter().filter(|answer| answer.is_throttled()).count(),
                retry_after_ms: answers.iter().filter_map(RowAnswer::after_ms).max(),
                percentage: usage.limit_percentage,
            },
            now_ms,
        );
    }

    fn tell_remaining(&mut self, now_ms: u64, watcher: &impl Watcher) {
        let creations = self.queue.jobs().filter(|job| job.creates()).count();
        let others: usize = self.queue.jobs().map(Job::writes_left).sum();
        let creation = NextCall::Write(ChangeKind::Create);
        self.remaining_ms = self.pace.remaining_ms(self.cost(creation, creations) + others, now_ms);
        watcher.remaining(self.remaining_ms);
    }

    fn update(&mut self, mut job: Job, progress: &Progress, now_ms: u64, watcher: &impl Watcher) {
        watcher.changed(job.row, progress);
        self.unseen.add(&mut job);
        if progress.end.is_none() {
            self.queue.push(job, now_ms);
        } else {
            self.stalled_since_ms = None;
        }
    }
}

/// Rows as the audit log counts them.
fn size(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn unanswered(message: String) -> Refusal {
    Refusal { kind: RefusalKind::Unanswered, message, request_id: None }
}
