//! One row under way: what to do next, and what each answer means for it. Pure: time comes in as an argument.
//!
//! A row is one leg, or several that follow each other: [`provisioning`] brings a token to its user, [`single_write`] does
//! everything else. After any answer but "done" the token is read, and what the reading shows decides.

mod provisioning;
mod single_write;
mod uncertainty;

use std::collections::VecDeque;

use self::{provisioning::Provisioning, single_write::SingleWrite, uncertainty::Uncertainty};
use super::{
    End, Progress,
    plan::{ImportTask, NextWrite},
};
use crate::{
    manage::{CodeSource, PlannedWrite, WriteKind},
    ports::{Activation, Assignment, NewToken, Outcome, Refusal, Rename, SerialLookup},
    token::{SerialNumber, Token, TokenId},
    user::UserId,
};

/// Tries without progress after which a write is not repeated.
const MAX_TRIES: u32 = 20;
/// Times that a write is repeated because something else changed the token at the same moment, or because Graph does
/// not find a token to activate that it shows as its user's.
const MAX_CONFLICTS: u32 = 5;
/// How long Microsoft Graph may take to show what it has done, in milliseconds (FACTS section 11: some seconds).
const LAG_MS: u64 = 60_000;
/// Pause after an unassignment before what depends on it, in milliseconds (FACTS section 1.7: scripts wait a second).
const SETTLE_MS: u64 = 1_000;

/// A write, in the order of urgency: what is nearest its end goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Write {
    /// Delete a token that nobody holds.
    Delete,
    /// Activate a token that its user holds.
    Activate,
    /// Assign and activate in one.
    AssignAndActivate,
    /// Assign.
    Assign,
    /// Name a token that nobody holds.
    Rename,
    /// Make a token unusable for its user, who keeps it.
    Deactivate,
    /// Take a token from its user.
    Unassign,
    /// Create.
    Create,
}

/// How a token is read after doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lookup {
    /// By its serial: it may not be there yet, or under another id.
    Serial,
    /// By its id.
    Id,
    /// Among its user's own: the inventory hides it.
    UserTokens,
}

/// The next call that a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NextCall {
    /// Read the token: what became of the last write is in doubt.
    Read(Lookup),
    /// Write.
    Write(Write),
}

/// A row under way.
#[derive(Debug)]
pub(super) struct Job {
    /// Index of the row in the plan.
    pub row: usize,
    step: JobStep,
    /// What follows.
    rest: VecDeque<JobStep>,
    /// What the finished legs did.
    done: Vec<&'static str>,
}

#[derive(Debug)]
enum JobStep {
    Provisioning(Box<Provisioning>),
    SingleWrite(Box<SingleWrite>),
}

impl Job {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(row: usize, new: NewToken, work: &ImportTask) -> Option<Self> {
        let step = JobStep::Provisioning(Box::new(Provisioning::of_row(new, work)?));
        Some(Self { row, step, rest: VecDeque::new(), done: Vec::new() })
    }

    /// Steps on tokens of the tenant; `None` when there are none, or one lacks what it needs.
    pub fn of_steps(row: usize, steps: &[PlannedWrite], code_sources: &[CodeSource]) -> Option<Self> {
        let mut rest = VecDeque::new();
        for (index, step) in steps.iter().enumerate() {
            let deleted_later = steps
                .iter()
                .skip(index + 1)
                .any(|later| later.kind == WriteKind::Delete && later.token.id == step.token.id);
            rest.push_back(job_step(step, code_sources, deleted_later)?);
        }
        Some(Self { row, step: rest.pop_front()?, rest, done: Vec::new() })
    }

    /// The next call.
    pub fn next(&self) -> NextCall {
        match &self.step {
            JobStep::Provisioning(step) => step.next(),
            JobStep::SingleWrite(step) => step.next(),
        }
    }

    /// Not before this moment.
    pub fn ready_at_ms(&self) -> u64 {
        match &self.step {
            JobStep::Provisioning(step) => step.uncertainty.ready_at_ms,
            JobStep::SingleWrite(step) => step.uncertainty.ready_at_ms,
        }
    }

    /// Puts the row off.
    pub fn wait_until(&mut self, due_ms: u64) {
        self.uncertainty().ready_at_ms = due_ms;
    }

    /// Forgets how often it was tried: a person asked for another attempt.
    pub fn reset_tries(&mut self) {
        self.uncertainty().tries = 0;
    }

    /// When the row's code may go, if not now.
    pub fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        self.provisioning()?.code_due_ms(now_ms, margin_ms)
    }

    /// The row's call goes out.
    pub fn mark_sent(&mut self, now_ms: u64) {
        if let JobStep::Provisioning(step) = &mut self.step {
            step.mark_sent(now_ms);
        }
    }

    /// A create was answered.
    pub fn created(&mut self, outcome: Outcome<Token>, now_ms: u64) -> Progress {
        let progress = match &mut self.step {
            JobStep::Provisioning(step) => step.created(outcome, now_ms),
            // No chore creates.
            JobStep::SingleWrite(_) => Progress::default(),
        };
        self.advance(progress, now_ms)
    }

    /// Any other write was answered.
    pub fn written(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        let progress = match &mut self.step {
            JobStep::Provisioning(step) => step.written(outcome, now_ms),
            JobStep::SingleWrite(step) => step.written(outcome, now_ms),
        };
        self.advance(progress, now_ms)
    }

    /// The token was read.
    pub fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        let progress = match &mut self.step {
            JobStep::Provisioning(step) => step.read(found, now_ms),
            JobStep::SingleWrite(step) => step.read(found, now_ms),
        };
        self.advance(progress, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = match &mut self.step {
            JobStep::Provisioning(step) => step.interrupted(refusal, now_ms),
            JobStep::SingleWrite(step) => step.interrupted(refusal, now_ms),
        };
        self.advance(progress, now_ms)
    }

    /// As [`Job::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn deferred(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = match &mut self.step {
            JobStep::Provisioning(step) => step.deferred(refusal, now_ms),
            JobStep::SingleWrite(step) => step.deferred(refusal, now_ms),
        };
        self.advance(progress, now_ms)
    }

    /// The end of a leg is the beginning of the next; the end of the last is the row's.
    fn advance(&mut self, mut progress: Progress, now_ms: u64) -> Progress {
        match &mut progress.end {
            Some(End::Done) => {
                let is_unassignment =
                    matches!(&self.step, JobStep::SingleWrite(step) if step.is_unassignment());
                self.done.push(match &self.step {
                    JobStep::Provisioning(_) => "assigned",
                    JobStep::SingleWrite(step) => step.done_word(),
                });
                if let Some(next) = self.rest.pop_front() {
                    self.step = next;
                    progress.end = None;
                    self.uncertainty().ready_at_ms = now_ms;
                    if is_unassignment {
                        self.follow_unassignment(now_ms);
                    }
                }
            }
            Some(End::Failed(failure)) if !self.done.is_empty() => {
                failure.reason = format!("Already {}, but then: {}", self.done.join(" and "), failure.reason);
            }
            _ => {}
        }
        progress.steps = self.done.len();
        progress
    }

    fn follow_unassignment(&mut self, now_ms: u64) {
        match &mut self.step {
            JobStep::Provisioning(step) => step.follow_unassignment(now_ms),
            JobStep::SingleWrite(step) => step.follow_unassignment(now_ms),
        }
    }

    fn uncertainty(&mut self) -> &mut Uncertainty {
        match &mut self.step {
            JobStep::Provisioning(step) => &mut step.uncertainty,
            JobStep::SingleWrite(step) => &mut step.uncertainty,
        }
    }

    fn provisioning(&self) -> Option<&Provisioning> {
        match &self.step {
            JobStep::Provisioning(step) => Some(step),
            JobStep::SingleWrite(_) => None,
        }
    }
}

/// What a call needs to know of a row; `None` is a mistake of ours, not of the row's.
impl Job {
    pub fn new_token(&self) -> Option<NewToken> {
        self.provisioning()?.new_token()
    }

    pub fn serial(&self) -> Option<SerialNumber> {
        self.provisioning()?.serial()
    }

    pub fn activation(&self, now_ms: u64) -> Option<Activation> {
        self.provisioning()?.activation(now_ms)
    }

    pub fn assignment(&self) -> Option<Assignment> {
        match &self.step {
            JobStep::Provisioning(step) => step.assignment(),
            JobStep::SingleWrite(step) => step.assignment(),
        }
    }

    pub fn token(&self) -> Option<TokenId> {
        match &self.step {
            JobStep::Provisioning(step) => step.token(),
            JobStep::SingleWrite(step) => Some(step.token()),
        }
    }

    pub fn user(&self) -> Option<UserId> {
        self.assignment().map(|assignment| assignment.user)
    }

    pub fn rename(&self) -> Option<Rename> {
        match &self.step {
            JobStep::Provisioning(_) => None,
            JobStep::SingleWrite(step) => step.rename(),
        }
    }
}

fn job_step(step: &PlannedWrite, code_sources: &[CodeSource], deleted_later: bool) -> Option<JobStep> {
    let then = match step.kind {
        WriteKind::Assign => NextWrite::Assign,
        WriteKind::AssignAndActivate => NextWrite::AssignAndActivate,
        WriteKind::Activate => NextWrite::Activate,
        _ => return Some(JobStep::SingleWrite(Box::new(SingleWrite::new(step, deleted_later)?))),
    };
    let code_source = match step.code_source {
        Some(index) => Some(code_sources.get(index)?.clone()),
        None => None,
    };
    let step = Provisioning::of_token(step.token.id.clone(), step.user.clone()?, then, code_source);
    Some(JobStep::Provisioning(Box::new(step)))
}
