//! One row under way: what to do next, and what each answer means for it. Pure: time comes in as an argument.

use super::{
    End, Failure, Progress, Stage,
    plan::{Then, Work},
    words::{self, Write},
};
use crate::{
    ports::{NewToken, Outcome, Refusal, RefusalKind},
    token::{Token, TokenId, TokenStatus},
    user::UserId,
};

/// Tries without progress after which a row fails.
const MAX_TRIES: u32 = 12;
/// Times that a refused row is read again when an earlier write may still surface.
const MAX_DOUBTS: u32 = 4;
/// How long a token that was just created may stay invisible, in milliseconds.
const VISIBLE_WITHIN_MS: u64 = 60_000;
/// Shortest and longest back-off, in milliseconds.
const BACKOFF_MS: std::ops::RangeInclusive<u64> = 1_000..=30_000;

/// The next call that a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Next {
    /// Read the token by its serial, because an answer left a doubt.
    Read,
    /// Activate a token that its user holds.
    Activate,
    /// Assign and activate in one write.
    AssignAndActivate,
    /// Assign.
    Assign,
    /// Create.
    Create,
}

impl Next {
    fn write(self) -> Write {
        match self {
            Self::Create | Self::Read => Write::Create,
            Self::Assign => Write::Assign,
            Self::AssignAndActivate | Self::Activate => Write::Activate,
        }
    }
}

/// A row under way.
#[derive(Debug)]
pub(super) struct Job {
    /// Index of the row in the plan.
    pub row: usize,
    /// The token to create, with the seed for its codes.
    pub new: NewToken,
    /// Its id, once known.
    pub token: Option<TokenId>,
    /// The user, when it is to have one.
    pub user: Option<UserId>,
    /// The next call.
    pub next: Next,
    /// Not before this moment.
    pub ready_at_ms: u64,
    goal: Stage,
    tries: u32,
    created_at_ms: Option<u64>,
    /// The write whose outcome is to be learnt by reading, and Graph's answer to it.
    doubt: Option<(Next, Refusal)>,
    /// Whether an earlier write without an answer may still surface.
    may_surface: bool,
}

impl Job {
    pub fn new(row: usize, new: NewToken, work: &Work) -> Self {
        let (first, goal) = match (work.create, work.then) {
            (true, None) | (false, None) => (Next::Create, Stage::Created),
            (true, Some(Then::Assign)) => (Next::Create, Stage::Assigned),
            (true, Some(_)) => (Next::Create, Stage::Activated),
            (false, Some(Then::Assign)) => (Next::Assign, Stage::Assigned),
            (false, Some(Then::AssignAndActivate)) => (Next::AssignAndActivate, Stage::Activated),
            (false, Some(Then::Activate)) => (Next::Activate, Stage::Activated),
        };
        Self {
            row,
            new,
            token: work.token.clone(),
            user: work.user.as_ref().map(|user| user.id.clone()),
            next: first,
            ready_at_ms: 0,
            goal,
            tries: 0,
            created_at_ms: None,
            doubt: None,
            may_surface: false,
        }
    }

    /// A create was answered.
    pub fn created(&mut self, outcome: Outcome<Token>, now_ms: u64) -> Progress {
        match outcome {
            Outcome::Done(token) => {
                self.token = Some(token.id);
                self.created_at_ms = Some(now_ms);
                self.advance(Stage::Created)
            }
            Outcome::Refused(refusal) if refusal.kind == RefusalKind::Conflict => {
                self.read(refusal, None, now_ms)
            }
            Outcome::Refused(refusal) => self.fail(words::refused(Write::Create, &refusal)),
            Outcome::Later { after_ms, refusal } => self.read(refusal, after_ms, now_ms),
            Outcome::Unknown(refusal) => self.read(refusal, None, now_ms),
        }
    }

    /// An assignment or activation was answered.
    pub fn handed_over(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        match outcome {
            Outcome::Done(()) => self.end(self.goal, End::Done),
            Outcome::Refused(refusal) => match refusal.kind {
                RefusalKind::NotFound if self.is_young(now_ms) => self.wait(&refusal, None, now_ms),
                RefusalKind::Forbidden => self.fail(words::refused(self.next.write(), &refusal)),
                _ => self.read(refusal, None, now_ms),
            },
            Outcome::Later { after_ms, refusal } => self.read(refusal, after_ms, now_ms),
            Outcome::Unknown(refusal) => self.read(refusal, None, now_ms),
        }
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if self.next == Next::Read {
            self.wait(&refusal, None, now_ms)
        } else {
            self.read(refusal, None, now_ms)
        }
    }

    /// The token was read by its serial.
    pub fn found(&mut self, token: Option<Token>, now_ms: u64) -> Progress {
        let Some(token) = token else { return self.not_found(now_ms) };
        self.token = Some(token.id.clone());
        let holder = token.holder.as_ref().map(|holder| &holder.id);
        match (holder, &self.user) {
            (None, None) => self.end(Stage::Created, End::Done),
            (Some(_), None) => self.end(Stage::Created, End::Done),
            (Some(held), Some(user)) if held != user => self.fail(words::taken(&token)),
            (Some(_), Some(_)) => self.found_assigned(&token, now_ms),
            (None, Some(_)) => self.found_available(now_ms),
        }
    }

    fn found_assigned(&mut self, token: &Token, now_ms: u64) -> Progress {
        if token.status == TokenStatus::Activated || self.goal == Stage::Assigned {
            return self.end(self.goal, End::Done);
        }
        match self.doubt.take() {
            Some((write, refusal)) if is_final(&refusal) && write != Next::Create => {
                self.retreat_or_fail(write, refusal, Stage::Assigned, now_ms)
            }
            _ => self.go_on(Next::Activate, Stage::Assigned, now_ms),
        }
    }

    fn found_available(&mut self, now_ms: u64) -> Progress {
        match self.doubt.take() {
            Some((write, refusal)) if is_final(&refusal) && write != Next::Create => {
                self.retreat_or_fail(write, refusal, Stage::Created, now_ms)
            }
            _ => self.go_on(self.handing_over(), Stage::Created, now_ms),
        }
    }

    /// A refused write: final, unless an earlier one without an answer may still surface in what Graph shows.
    fn retreat_or_fail(&mut self, write: Next, refusal: Refusal, stage: Stage, now_ms: u64) -> Progress {
        if self.may_surface && self.tries < MAX_DOUBTS {
            self.next = write;
            return self.read(refusal, None, now_ms);
        }
        self.end(stage, End::Failed(words::refused(write.write(), &refusal)))
    }

    fn not_found(&mut self, now_ms: u64) -> Progress {
        let doubt = self.doubt.take();
        match doubt {
            // Graph shows no such token although it refused a second one: it may surface, or be hidden for good.
            Some((write @ Next::Create, refusal)) if refusal.kind == RefusalKind::Conflict => {
                if self.tries >= MAX_DOUBTS {
                    return self.fail(words::refused(Write::Create, &refusal));
                }
                self.next = write;
                self.read(refusal, None, now_ms)
            }
            // Refused, and gone from the inventory: somebody deleted it meanwhile.
            Some((write, refusal))
                if write != Next::Create && is_final(&refusal) && !self.is_young(now_ms) =>
            {
                self.fail(words::gone(&refusal))
            }
            Some((write, refusal)) => {
                self.next = write;
                self.wait(&refusal, Some(0), now_ms)
            }
            None => {
                self.next = if self.token.is_some() { self.handing_over() } else { Next::Create };
                Progress { stage: self.stage(), ..Progress::default() }
            }
        }
    }

    fn advance(&mut self, reached: Stage) -> Progress {
        self.tries = 0;
        self.doubt = None;
        self.may_surface = false;
        if reached >= self.goal {
            return self.end(reached, End::Done);
        }
        self.next = self.handing_over();
        Progress { stage: reached, ..Progress::default() }
    }

    /// Goes on after a reading; tries still count, so that a tenant in two minds cannot keep a row for ever.
    fn go_on(&mut self, next: Next, stage: Stage, now_ms: u64) -> Progress {
        self.next = next;
        self.ready_at_ms = now_ms;
        Progress { stage, ..Progress::default() }
    }

    fn handing_over(&self) -> Next {
        if self.goal == Stage::Activated { Next::AssignAndActivate } else { Next::Assign }
    }

    fn is_young(&self, now_ms: u64) -> bool {
        self.created_at_ms.is_some_and(|created| now_ms.saturating_sub(created) < VISIBLE_WITHIN_MS)
    }

    /// The outcome of the write is in doubt: read before anything is repeated.
    fn read(&mut self, refusal: Refusal, after_ms: Option<u64>, now_ms: u64) -> Progress {
        let write = self.next;
        self.may_surface |= !is_final(&refusal);
        let progress = self.wait(&refusal, after_ms, now_ms);
        if progress.end.is_none() {
            self.doubt = Some((write, refusal));
            self.next = Next::Read;
        }
        progress
    }

    /// Tries again after a pause, or gives up.
    fn wait(&mut self, refusal: &Refusal, after_ms: Option<u64>, now_ms: u64) -> Progress {
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return self.fail(words::gave_up(Some(refusal)));
        }
        self.ready_at_ms = now_ms + after_ms.unwrap_or_else(|| self.backoff_ms(refusal));
        let waiting = Some(words::waiting_for(refusal.kind).to_owned());
        Progress { stage: self.stage(), waiting, end: None }
    }

    fn backoff_ms(&self, refusal: &Refusal) -> u64 {
        // A refusal is read back at once the first time; only what may be on its way needs time to show.
        if is_final(refusal) && !self.may_surface && self.tries == 1 {
            return 0;
        }
        let doubled = BACKOFF_MS.start().saturating_mul(1 << self.tries.saturating_sub(1).min(10));
        let longest = if refusal.kind == RefusalKind::NotFound { 3_000 } else { *BACKOFF_MS.end() };
        doubled.min(longest)
    }

    fn stage(&self) -> Stage {
        if self.token.is_some() { Stage::Created } else { Stage::Planned }
    }

    fn fail(&mut self, failure: Failure) -> Progress {
        self.end(self.stage(), End::Failed(failure))
    }

    fn end(&self, stage: Stage, end: End) -> Progress {
        Progress { stage, waiting: None, end: Some(end) }
    }
}

/// Whether Graph said that the write was not carried out.
fn is_final(refusal: &Refusal) -> bool {
    !matches!(refusal.kind, RefusalKind::Throttled | RefusalKind::Unanswered)
}
