//! One row of a run: its next call, and what follows from each answer. Pure: time is an argument.
//!
//! A row is one step, or several in sequence: [`provisioning`] creates, assigns and activates a token, [`single_write`]
//! makes any other write. After any answer but "done" the token is read, and its state decides what follows.

mod provisioning;
mod single_write;
mod step;
mod uncertainty;

use std::collections::VecDeque;

use self::{provisioning::Provisioning, single_write::SingleWrite, step::JobStep};
use super::{End, Progress, messages};
use crate::{
    drift::{OwnClock, row_clock},
    plan::{CodeSource, ImportTask, NextWrite, PlannedWrite, WriteKind},
    ports::{Change, ChangeKind, Outcome, Refusal, SerialLookup, UnseenWrite},
    seed_file::SeedRow,
    token::{Interval, SerialNumber, Token, TokenId},
    user::UserId,
};

/// Tries without progress after which a write is not retried.
const MAX_TRIES: u32 = 20;
/// Times that a write is retried because the token was changed at the same moment, or because Graph does not find a
/// token to activate that it shows as assigned to the user.
const MAX_CONFLICTS: u32 = 5;
/// How long Microsoft Graph may take to show what it has done, in milliseconds (MICROSOFT_GRAPH.md 11: some seconds).
const LAG_MS: u64 = 60_000;
/// Delay after an unassignment before a write that depends on it, in milliseconds (MICROSOFT_GRAPH.md 1.7: scripts wait a
/// second).
const SETTLE_MS: u64 = 1_000;

/// How a token is read when the outcome of a write is uncertain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lookup {
    /// By its serial: it may not exist yet, or have another id.
    Serial,
    /// By its id.
    Id,
    /// In its user's list of tokens: the inventory does not show it.
    UserTokens,
}

/// The next call that a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NextCall {
    /// Read the token: the outcome of the last write is uncertain.
    Read(Lookup),
    /// Write.
    Write(ChangeKind),
    /// Read the token: the last write was answered well, and is not seen yet.
    ReadBack,
}

/// A row of a run.
#[derive(Debug)]
pub(super) struct Job {
    /// Index of the row in the plan.
    pub row: usize,
    /// The row's line in the file or the list, for the audit log.
    line: u32,
    step: Box<dyn JobStep>,
    /// The steps that follow.
    rest: VecDeque<Box<dyn JobStep>>,
    /// What the finished steps did.
    done: Vec<&'static str>,
    /// How often the row was deferred until other rows of its person have ended.
    deferrals: u32,
}

impl Job {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(row: usize, line: u64, seeds: &SeedRow, work: &ImportTask) -> Option<Self> {
        // The plan refuses to activate a row whose code says nothing of its clock.
        let clock = row_clock(seeds).unwrap_or_default();
        let step = Box::new(Provisioning::of_row(seeds.token.clone(), clock, work)?);
        let (line, rest) = (row_number(line), VecDeque::new());
        Some(Self { row, line, step, rest, done: Vec::new(), deferrals: 0 })
    }

    /// Writes on tokens of the tenant; `None` when there are none, or one lacks its user or code source.
    pub fn of_steps(
        row: usize,
        line: u64,
        steps: &[PlannedWrite],
        code_sources: &[CodeSource],
    ) -> Option<Self> {
        let mut rest = VecDeque::new();
        for (index, step) in steps.iter().enumerate() {
            let deleted_later = steps
                .iter()
                .skip(index + 1)
                .any(|later| later.kind == WriteKind::Delete && later.token.id == step.token.id);
            let activates_next = steps.get(index + 1).is_some_and(|next| next.kind == WriteKind::Activate);
            rest.push_back(job_step(step, code_sources, (deleted_later, activates_next))?);
        }
        let (line, step) = (row_number(line), rest.pop_front()?);
        Some(Self { row, line, step, rest, done: Vec::new(), deferrals: 0 })
    }

    /// The next call.
    pub fn next(&self) -> NextCall {
        self.step.next()
    }

    /// When the next call may be made.
    pub fn ready_at_ms(&self) -> u64 {
        self.step.uncertainty().ready_at_ms
    }

    /// Defers the next call.
    pub fn wait_until(&mut self, due_ms: u64) {
        self.step.uncertainty_mut().ready_at_ms = due_ms;
    }

    /// Whether it may wait once more for other rows of its person.
    pub fn can_be_deferred(&self) -> bool {
        self.deferrals < MAX_TRIES
    }

    /// The refused write is made again when other rows of its person have ended.
    pub fn defer(&mut self, now_ms: u64) -> Progress {
        self.deferrals += 1;
        self.wait_until(now_ms + 2 * SETTLE_MS);
        let waiting = Some(messages::DEFAULT_METHOD_LAST.to_owned());
        Progress { steps: self.done.len(), waiting, ..Progress::default() }
    }

    /// Resets the number of tries, for a resumed run.
    pub fn reset_tries(&mut self) {
        self.step.uncertainty_mut().tries = 0;
    }

    /// The person whom its next write concerns, if it concerns one.
    pub fn person(&self) -> Option<UserId> {
        let NextCall::Write(kind) = self.next() else { return None };
        if kind.concerns_person() { self.user() } else { None }
    }

    /// Sets the clock at which the token of a seed file's row is activated.
    pub fn set_clock(&mut self, clock: OwnClock) {
        self.step.set_clock(clock);
    }

    /// Whether its next write creates a token.
    pub fn creates(&self) -> bool {
        self.next() == NextCall::Write(ChangeKind::Create)
    }

    /// The writes that are left after its creation, if nothing goes wrong.
    pub fn writes_left(&self) -> usize {
        self.step.writes_left() + self.rest.len()
    }

    /// The writes that had no effect although they were answered well, since the last call.
    pub fn take_lost(&mut self) -> Vec<UnseenWrite> {
        let lost = std::mem::take(&mut self.step.uncertainty_mut().lost);
        let Some(token) = self.token() else { return Vec::new() };
        let (user, name) = (self.user(), self.step.new_name());
        let write = |(kind, request_id)| {
            let (token, user, name) = (token.clone(), user.clone(), name.clone());
            UnseenWrite { kind, token, user, name, request_id }
        };
        lost.into_iter().map(write).collect()
    }

    /// When the row's code may be sent, if not now.
    pub fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        self.step.code_due_ms(now_ms, margin_ms)
    }

    /// The interval of the codes that it computes, if it activates a token.
    pub fn code_interval(&self) -> Option<Interval> {
        self.step.code_interval()
    }

    /// Records that the row's call is sent.
    pub fn mark_sent(&mut self, now_ms: u64) {
        self.step.mark_sent(now_ms);
    }

    /// Handles the answer to a write.
    pub fn written(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress {
        let progress = self.step.written(outcome, request_id, now_ms);
        self.advance(progress, now_ms)
    }

    /// Handles the result of a lookup.
    pub fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        let progress = self.step.read(found, now_ms);
        self.advance(progress, now_ms)
    }

    /// Handles a call that failed as a whole: a lookup must show whether the write was carried out.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = self.step.interrupted(refusal, now_ms);
        self.advance(progress, now_ms)
    }

    /// As [`Job::interrupted`], but because the whole run pauses: it does not count as a try of this row.
    pub fn deferred(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = self.step.deferred(refusal, now_ms);
        self.advance(progress, now_ms)
    }

    /// Starts the next step when one is done; the row ends with its last step.
    fn advance(&mut self, mut progress: Progress, now_ms: u64) -> Progress {
        match &mut progress.end {
            Some(End::Done) => {
                let is_unassignment = self.step.is_unassignment();
                self.done.push(self.step.done_word());
                if let Some(next) = self.rest.pop_front() {
                    self.step = next;
                    progress.end = None;
                    self.step.uncertainty_mut().ready_at_ms = now_ms;
                    if is_unassignment {
                        self.step.uncertainty_mut().follow_unassignment(now_ms);
                    }
                }
            }
            Some(End::Failed(failure)) if self.done == ["deactivated"] => {
                *failure = messages::not_refreshed(failure);
            }
            Some(End::Failed(failure)) if !self.done.is_empty() => {
                failure.reason = format!("Already {}, but then: {}", self.done.join(" and "), failure.reason);
            }
            _ => {}
        }
        progress.steps = self.done.len();
        progress
    }
}

/// A row's items for each kind of call; `None` is a bug, not an error in the row.
impl Job {
    /// The change that the row needs, with a code of this time.
    pub fn change(&self, kind: ChangeKind, now_ms: u64) -> Option<Change> {
        self.step.change(kind, now_ms)
    }

    pub fn line(&self) -> u32 {
        self.line
    }

    pub fn serial(&self) -> Option<SerialNumber> {
        self.step.serial()
    }

    pub fn token(&self) -> Option<TokenId> {
        self.step.token()
    }

    pub fn user(&self) -> Option<UserId> {
        self.step.user()
    }
}

/// A line as the audit log numbers rows.
fn row_number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or_default()
}

fn job_step(
    step: &PlannedWrite,
    code_sources: &[CodeSource],
    (deleted_later, activates_next): (bool, bool),
) -> Option<Box<dyn JobStep>> {
    let then = match step.kind {
        WriteKind::Assign => NextWrite::Assign,
        WriteKind::AssignAndActivate => NextWrite::AssignAndActivate,
        WriteKind::Activate => NextWrite::Activate,
        _ => return Some(Box::new(SingleWrite::new(step, deleted_later, activates_next)?)),
    };
    let code_source = match step.code_source {
        Some(index) => Some(code_sources.get(index)?.clone()),
        None => None,
    };
    Some(Box::new(Provisioning::of_token(step.token.id.clone(), step.user.clone()?, then, code_source)))
}
