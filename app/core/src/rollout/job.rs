//! One row under way: what to do next, and what each answer means for it. Pure: time comes in as an argument.
//!
//! A row is one leg, or several that follow each other: [`hand_over`] brings a token to its user, [`chore`] does
//! everything else. After any answer but "done" the token is read, and what the reading shows decides.

mod chore;
mod doubt;
mod hand_over;

use std::collections::VecDeque;

use self::{chore::Chore, doubt::Doubt, hand_over::HandOver};
use super::{
    End, Progress,
    plan::{Then, Work},
};
use crate::{
    manage::{Proof, Step, What},
    ports::{Activation, Assignment, Found, NewToken, Outcome, Refusal, Rename},
    token::{SerialNumber, Token, TokenId},
    user::UserId,
};

/// Tries without progress after which a write is not repeated.
const MAX_TRIES: u32 = 20;
/// Times that a write is repeated because something else changed the token at the same moment, or because Graph does
/// not find a token to activate that it shows as its user's.
const MAX_CLASHES: u32 = 5;
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
pub(super) enum Reading {
    /// By its serial: it may not be there yet, or under another id.
    Serial,
    /// By its id.
    Id,
    /// Among its user's own: the inventory hides it.
    Holdings,
}

/// The next call that a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    /// Read the token: what became of the last write is in doubt.
    Read(Reading),
    /// Write.
    Write(Write),
}

/// A row under way.
#[derive(Debug)]
pub(super) struct Job {
    /// Index of the row in the plan.
    pub row: usize,
    leg: Leg,
    /// What follows.
    rest: VecDeque<Leg>,
    /// What the finished legs did.
    done: Vec<&'static str>,
}

#[derive(Debug)]
enum Leg {
    HandOver(Box<HandOver>),
    Chore(Box<Chore>),
}

impl Job {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(row: usize, new: NewToken, work: &Work) -> Option<Self> {
        let leg = Leg::HandOver(Box::new(HandOver::of_row(new, work)?));
        Some(Self { row, leg, rest: VecDeque::new(), done: Vec::new() })
    }

    /// Steps on tokens of the tenant; `None` when there are none, or one lacks what it needs.
    pub fn of_steps(row: usize, steps: &[Step], proofs: &[Proof]) -> Option<Self> {
        let mut rest = VecDeque::new();
        for (index, step) in steps.iter().enumerate() {
            let deleted_later = steps
                .iter()
                .skip(index + 1)
                .any(|later| later.what == What::Delete && later.token.id == step.token.id);
            rest.push_back(leg(step, proofs, deleted_later)?);
        }
        Some(Self { row, leg: rest.pop_front()?, rest, done: Vec::new() })
    }

    /// The next call.
    pub fn next(&self) -> Next {
        match &self.leg {
            Leg::HandOver(leg) => leg.next(),
            Leg::Chore(leg) => leg.next(),
        }
    }

    /// Not before this moment.
    pub fn ready_at_ms(&self) -> u64 {
        match &self.leg {
            Leg::HandOver(leg) => leg.doubt.ready_at_ms,
            Leg::Chore(leg) => leg.doubt.ready_at_ms,
        }
    }

    /// Puts the row off.
    pub fn wait_until(&mut self, due_ms: u64) {
        self.doubt().ready_at_ms = due_ms;
    }

    /// Forgets how often it was tried: a person asked for another attempt.
    pub fn renew(&mut self) {
        self.doubt().tries = 0;
    }

    /// When the row's code may go, if not now.
    pub fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        self.hand_over()?.code_due_ms(now_ms, margin_ms)
    }

    /// The row's call goes out.
    pub fn leave(&mut self, now_ms: u64) {
        if let Leg::HandOver(leg) = &mut self.leg {
            leg.leave(now_ms);
        }
    }

    /// A create was answered.
    pub fn created(&mut self, outcome: Outcome<Token>, now_ms: u64) -> Progress {
        let progress = match &mut self.leg {
            Leg::HandOver(leg) => leg.created(outcome, now_ms),
            // No chore creates.
            Leg::Chore(_) => Progress::default(),
        };
        self.go_on(progress, now_ms)
    }

    /// Any other write was answered.
    pub fn written(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        let progress = match &mut self.leg {
            Leg::HandOver(leg) => leg.written(outcome, now_ms),
            Leg::Chore(leg) => leg.written(outcome, now_ms),
        };
        self.go_on(progress, now_ms)
    }

    /// The token was read.
    pub fn read(&mut self, found: Found, now_ms: u64) -> Progress {
        let progress = match &mut self.leg {
            Leg::HandOver(leg) => leg.read(found, now_ms),
            Leg::Chore(leg) => leg.read(found, now_ms),
        };
        self.go_on(progress, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = match &mut self.leg {
            Leg::HandOver(leg) => leg.interrupted(refusal, now_ms),
            Leg::Chore(leg) => leg.interrupted(refusal, now_ms),
        };
        self.go_on(progress, now_ms)
    }

    /// As [`Job::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn postponed(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        let progress = match &mut self.leg {
            Leg::HandOver(leg) => leg.postponed(refusal, now_ms),
            Leg::Chore(leg) => leg.postponed(refusal, now_ms),
        };
        self.go_on(progress, now_ms)
    }

    /// The end of a leg is the beginning of the next; the end of the last is the row's.
    fn go_on(&mut self, mut progress: Progress, now_ms: u64) -> Progress {
        match &mut progress.end {
            Some(End::Done) => {
                let is_unassignment = matches!(&self.leg, Leg::Chore(leg) if leg.is_unassignment());
                self.done.push(match &self.leg {
                    Leg::HandOver(_) => "assigned",
                    Leg::Chore(leg) => leg.done_word(),
                });
                if let Some(next) = self.rest.pop_front() {
                    self.leg = next;
                    progress.end = None;
                    self.doubt().ready_at_ms = now_ms;
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
        match &mut self.leg {
            Leg::HandOver(leg) => leg.follow_unassignment(now_ms),
            Leg::Chore(leg) => leg.follow_unassignment(now_ms),
        }
    }

    fn doubt(&mut self) -> &mut Doubt {
        match &mut self.leg {
            Leg::HandOver(leg) => &mut leg.doubt,
            Leg::Chore(leg) => &mut leg.doubt,
        }
    }

    fn hand_over(&self) -> Option<&HandOver> {
        match &self.leg {
            Leg::HandOver(leg) => Some(leg),
            Leg::Chore(_) => None,
        }
    }
}

/// What a call needs to know of a row; `None` is a mistake of ours, not of the row's.
impl Job {
    pub fn new_token(&self) -> Option<NewToken> {
        self.hand_over()?.new_token()
    }

    pub fn serial(&self) -> Option<SerialNumber> {
        self.hand_over()?.serial()
    }

    pub fn activation(&self, now_ms: u64) -> Option<Activation> {
        self.hand_over()?.activation(now_ms)
    }

    pub fn assignment(&self) -> Option<Assignment> {
        match &self.leg {
            Leg::HandOver(leg) => leg.assignment(),
            Leg::Chore(leg) => leg.assignment(),
        }
    }

    pub fn token(&self) -> Option<TokenId> {
        match &self.leg {
            Leg::HandOver(leg) => leg.token(),
            Leg::Chore(leg) => Some(leg.token()),
        }
    }

    pub fn user(&self) -> Option<UserId> {
        self.assignment().map(|assignment| assignment.user)
    }

    pub fn rename(&self) -> Option<Rename> {
        match &self.leg {
            Leg::HandOver(_) => None,
            Leg::Chore(leg) => leg.rename(),
        }
    }
}

fn leg(step: &Step, proofs: &[Proof], deleted_later: bool) -> Option<Leg> {
    let then = match step.what {
        What::Assign => Then::Assign,
        What::AssignAndActivate => Then::AssignAndActivate,
        What::Activate => Then::Activate,
        _ => return Some(Leg::Chore(Box::new(Chore::new(step, deleted_later)?))),
    };
    let proof = match step.proof {
        Some(index) => Some(proofs.get(index)?.clone()),
        None => None,
    };
    let leg = HandOver::of_token(step.token.id.clone(), step.user.clone()?, then, proof);
    Some(Leg::HandOver(Box::new(leg)))
}
