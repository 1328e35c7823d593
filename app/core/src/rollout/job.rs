//! One row under way: what to do next, and what each answer means for it. Pure: time comes in as an argument.
//!
//! After any answer but "done" the token is read, and what the reading shows decides. A reading may lag behind what
//! was done, so a refusal stands only when nothing that was sent before can still come to light.

use super::{
    End, Failure, Progress, Stage,
    plan::{Then, Work},
    tenant::is_other_maker,
    words,
};
use crate::{
    otp,
    ports::{Found, NewToken, Outcome, Refusal, RefusalKind},
    token::{Token, TokenId, TokenStatus},
    user::UserId,
};

/// Tries without progress after which a write is not repeated.
const MAX_TRIES: u32 = 20;
/// Tries without progress after which a row fails even unread.
const MAX_WAITS: u32 = 60;
/// Times that a write is repeated because something else changed the token at the same moment, or because Graph does
/// not find a token to activate that it shows as its user's.
const MAX_CLASHES: u32 = 5;
/// How long Microsoft Graph may take to show what it has done, in milliseconds (FACTS section 11: some seconds).
const LAG_MS: u64 = 60_000;
/// How long after a create without an answer the inventory must still lack the token before it is created again.
const SILENCE_MS: u64 = 5_000;
/// Shortest and longest back-off, in milliseconds; the last is the longest while the row waits for Graph's lag.
const BACKOFF_MS: u64 = 1_000;
const MAX_BACKOFF_MS: u64 = 30_000;
const MAX_LAG_BACKOFF_MS: u64 = 8_000;

/// A write, in the order of urgency: what is nearest its end goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Write {
    /// Activate a token that its user holds.
    Activate,
    /// Assign and activate in one.
    AssignAndActivate,
    /// Assign.
    Assign,
    /// Create.
    Create,
}

/// The next call that a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    /// Read the token by its serial: what became of the last write is in doubt.
    Read,
    /// Write.
    Write(Write),
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
    /// Not before this moment.
    pub ready_at_ms: u64,
    goal: Stage,
    stage: Stage,
    best: Stage,
    /// The write to come, or the last one while it is in doubt.
    write: Write,
    /// Whether its outcome is in doubt.
    in_doubt: bool,
    /// Graph's last answer to a write other than "done".
    last: Option<Refusal>,
    tries: u32,
    clashes: u32,
    /// Until then Graph may not show a token that it has.
    appears_by_ms: u64,
    /// Until then an assignment or activation without an answer may come to light.
    surfaces_by_ms: u64,
    /// No create before a reading that was made at this moment or later.
    silent_until_ms: u64,
    /// When the last call for this row went out.
    left_ms: u64,
    /// The interval whose code was sent.
    used_step: Option<u64>,
}

impl Job {
    /// The row's work; `None` when there is nothing to write.
    pub fn new(row: usize, new: NewToken, work: &Work) -> Option<Self> {
        let (write, stage) = match (work.create, work.then) {
            (true, _) => (Write::Create, Stage::Planned),
            (false, Some(Then::Assign)) => (Write::Assign, Stage::Created),
            (false, Some(Then::AssignAndActivate)) => (Write::AssignAndActivate, Stage::Created),
            (false, Some(Then::Activate)) => (Write::Activate, Stage::Assigned),
            (false, None) => return None,
        };
        let goal = match work.then {
            None => Stage::Created,
            Some(Then::Assign) => Stage::Assigned,
            Some(Then::AssignAndActivate | Then::Activate) => Stage::Activated,
        };
        Some(Self {
            row,
            new,
            token: work.token.clone(),
            user: work.user.as_ref().map(|user| user.id.clone()),
            ready_at_ms: 0,
            goal,
            stage,
            best: stage,
            write,
            in_doubt: false,
            last: None,
            tries: 0,
            clashes: 0,
            appears_by_ms: 0,
            surfaces_by_ms: 0,
            silent_until_ms: 0,
            left_ms: 0,
            used_step: None,
        })
    }

    /// The next call.
    pub fn next(&self) -> Next {
        if self.in_doubt { Next::Read } else { Next::Write(self.write) }
    }

    /// Forgets how often it was tried: a person asked for another attempt.
    pub fn renew(&mut self) {
        self.tries = 0;
    }

    /// When the row's code may go, if not now.
    ///
    /// No code is sent in the last `margin_ms` of its interval (it would arrive late and teach Entra a wrong clock),
    /// and none twice (FACTS section 2.9).
    pub fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        if !self.sends_code() {
            return None;
        }
        let remaining = otp::remaining_ms(self.new.interval, now_ms);
        let used = self.used_step == Some(otp::step(self.new.interval, now_ms));
        (used || remaining < margin_ms).then_some(now_ms + remaining)
    }

    /// The row's call goes out: remembers when, and which code it carries, if it carries one.
    pub fn leave(&mut self, now_ms: u64) {
        self.left_ms = now_ms;
        if self.sends_code() {
            self.used_step = Some(otp::step(self.new.interval, now_ms));
        }
    }

    fn sends_code(&self) -> bool {
        matches!(self.next(), Next::Write(Write::Activate | Write::AssignAndActivate))
    }

    /// A create was answered.
    pub fn created(&mut self, outcome: Outcome<Token>, now_ms: u64) -> Progress {
        match outcome {
            Outcome::Done(token) => self.stands(token.id, now_ms),
            Outcome::Refused(refusal) => {
                if refusal.kind == RefusalKind::Conflict && self.appears_by_ms == 0 {
                    // It exists, but was not there when the plan was made: it may take a while to show.
                    self.appears_by_ms = now_ms + LAG_MS;
                }
                self.doubt(refusal, None, now_ms)
            }
            Outcome::Later { after_ms, refusal } => self.doubt(refusal, after_ms, now_ms),
            Outcome::Unknown(refusal) => self.doubt(refusal, None, now_ms),
        }
    }

    /// An assignment or activation was answered.
    pub fn handed_over(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        let (refusal, after_ms) = match outcome {
            Outcome::Done(()) => return self.end(self.goal, End::Done),
            Outcome::Refused(refusal) | Outcome::Unknown(refusal) => (refusal, None),
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
        };
        match refusal.kind {
            // Not carried out: the new token is not visible everywhere yet.
            RefusalKind::NotFound if self.is_young(now_ms) => {
                self.used_step = None;
                self.last = Some(refusal);
                return self.wait(None, now_ms);
            }
            // No code was judged, so that it may go again.
            RefusalKind::Throttled => self.used_step = None,
            RefusalKind::NotFound | RefusalKind::Conflict => {
                self.used_step = None;
                self.clashes += 1;
            }
            _ => {}
        }
        self.doubt(refusal, after_ms, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if self.in_doubt { self.wait(None, now_ms) } else { self.doubt(refusal, None, now_ms) }
    }

    /// As [`Job::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn postponed(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.in_doubt {
            self.used_step = None;
            self.in_doubt_because_of(refusal, now_ms);
        }
        self.waiting()
    }

    /// The inventory was asked for the row's serial.
    pub fn read(&mut self, found: Found, now_ms: u64) -> Progress {
        let tokens = match found {
            Ok(tokens) => tokens,
            Err(refusal) => return self.fail(words::unreadable(&refusal)),
        };
        let (ours, theirs): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| self.is_ours(token));
        match (ours.into_iter().next(), theirs.first()) {
            (Some(token), _) => self.found(&token, now_ms),
            (None, Some(other)) if self.write == Write::Create && self.is_refused() => {
                self.fail(words::of_another_maker(other, self.last.as_ref()))
            }
            (None, _) => self.not_found(now_ms),
        }
    }

    fn is_ours(&self, token: &Token) -> bool {
        self.token.as_ref() == Some(&token.id) || !is_other_maker(&token.manufacturer, &self.new.manufacturer)
    }

    fn found(&mut self, token: &Token, now_ms: u64) -> Progress {
        if self.stage == Stage::Planned {
            let progress = self.stands(token.id.clone(), now_ms);
            if progress.end.is_some() {
                return progress;
            }
        }
        self.token = Some(token.id.clone());
        match (&token.holder, &self.user) {
            (_, None) => self.end(Stage::Created, End::Done),
            (Some(holder), Some(user)) if holder.id != *user => {
                self.end(Stage::Created, End::Failed(words::taken(token)))
            }
            (Some(_), Some(_)) => self.found_assigned(&token.status, now_ms),
            (None, Some(_)) => self.found_available(now_ms),
        }
    }

    fn not_found(&mut self, now_ms: u64) -> Progress {
        match self.write {
            Write::Create if !self.is_refused() && self.left_ms < self.silent_until_ms => {
                self.ready_at_ms = self.silent_until_ms;
                self.waiting()
            }
            Write::Create if !self.is_refused() => self.again(self.write, now_ms),
            _ if self.is_young(now_ms) => self.wait(None, now_ms),
            Write::Create => self.refused(),
            _ => self.end(Stage::Planned, End::Failed(words::gone(self.last.as_ref()))),
        }
    }

    fn found_assigned(&mut self, status: &TokenStatus, now_ms: u64) -> Progress {
        if *status == TokenStatus::Activated {
            return self.end(Stage::Activated, End::Done);
        }
        if self.goal == Stage::Assigned {
            return self.end(Stage::Assigned, End::Done);
        }
        self.reach(Stage::Assigned);
        let judged = self.write == Write::Activate
            || (self.write == Write::AssignAndActivate && *status == TokenStatus::FailedActivation);
        if judged && self.is_refused() {
            return self.refused_unless_surfacing(now_ms);
        }
        self.again(Write::Activate, now_ms)
    }

    fn found_available(&mut self, now_ms: u64) -> Progress {
        self.reach(Stage::Created);
        if self.write != Write::Create && self.is_refused() {
            return self.refused_unless_surfacing(now_ms);
        }
        self.again(self.handing_over(), now_ms)
    }

    /// The token stands in the inventory, for the first time that we know.
    fn stands(&mut self, id: TokenId, now_ms: u64) -> Progress {
        self.token = Some(id);
        self.appears_by_ms = now_ms + LAG_MS;
        self.reach(Stage::Created);
        if self.goal == Stage::Created {
            return self.end(Stage::Created, End::Done);
        }
        self.write = self.handing_over();
        self.in_doubt = false;
        self.last = None;
        Progress { stage: self.stage, ..Progress::default() }
    }

    /// Notes where the row stands; only what it never reached before is progress, so that a tenant in two minds
    /// cannot keep it for ever.
    fn reach(&mut self, stage: Stage) {
        self.stage = stage;
        if stage > self.best {
            self.best = stage;
            self.tries = 0;
        }
    }

    fn handing_over(&self) -> Write {
        if self.goal == Stage::Activated { Write::AssignAndActivate } else { Write::Assign }
    }

    /// Whether the new token may still be invisible.
    fn is_young(&self, now_ms: u64) -> bool {
        now_ms < self.appears_by_ms
    }

    /// Whether Graph said that the last write was not carried out and never will be.
    fn is_refused(&self) -> bool {
        self.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            // Changed at the same time, or not shown everywhere yet: worth another try, but not for ever.
            RefusalKind::Conflict => self.write == Write::Create || self.clashes >= MAX_CLASHES,
            RefusalKind::NotFound => self.write != Write::Activate || self.clashes >= MAX_CLASHES,
            _ => true,
        })
    }

    fn refused_unless_surfacing(&mut self, now_ms: u64) -> Progress {
        if now_ms < self.surfaces_by_ms { self.wait(None, now_ms) } else { self.refused() }
    }

    fn refused(&self) -> Progress {
        let failure = self.last.as_ref().map(|refusal| words::refused(self.write, refusal));
        self.fail(failure.unwrap_or_else(|| words::gave_up(None)))
    }

    /// Writes (again) after a reading, unless it was tried too often.
    fn again(&mut self, write: Write, now_ms: u64) -> Progress {
        if self.tries >= MAX_TRIES {
            if now_ms < self.surfaces_by_ms.max(self.appears_by_ms) {
                return self.wait(None, now_ms);
            }
            return self.fail(words::gave_up(self.last.as_ref()));
        }
        self.write = write;
        self.in_doubt = false;
        self.ready_at_ms = now_ms;
        let waiting = self.code_due_ms(now_ms, 0).map(|_| words::NEXT_CODE.to_owned());
        Progress { stage: self.stage, waiting, end: None }
    }

    /// The write has no good answer: the token is read before anything else.
    fn doubt(&mut self, refusal: Refusal, after_ms: Option<u64>, now_ms: u64) -> Progress {
        self.in_doubt_because_of(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    fn in_doubt_because_of(&mut self, refusal: Refusal, now_ms: u64) {
        if refusal.kind == RefusalKind::Unanswered {
            self.silent_until_ms = now_ms + SILENCE_MS;
        }
        if is_open(&refusal) {
            match self.write {
                Write::Create => self.appears_by_ms = now_ms + LAG_MS,
                _ => self.surfaces_by_ms = now_ms + LAG_MS,
            }
        }
        self.last = Some(refusal);
        self.in_doubt = true;
    }

    fn wait(&mut self, after_ms: Option<u64>, now_ms: u64) -> Progress {
        self.tries += 1;
        if self.tries > MAX_WAITS {
            return self.fail(words::gave_up(self.last.as_ref()));
        }
        self.ready_at_ms = now_ms + self.backoff_ms(now_ms).max(after_ms.unwrap_or_default());
        self.waiting()
    }

    fn backoff_ms(&self, now_ms: u64) -> u64 {
        let surfacing = now_ms < self.surfaces_by_ms;
        let open = self.last.as_ref().is_none_or(is_open);
        if self.in_doubt && !open && !surfacing && self.tries == 1 {
            // A plain refusal is read back at once; only what may be on its way needs time to show.
            return 0;
        }
        let longest = if open { MAX_BACKOFF_MS } else { MAX_LAG_BACKOFF_MS };
        BACKOFF_MS.saturating_mul(1 << self.tries.saturating_sub(1).min(10)).min(longest)
    }

    fn waiting(&self) -> Progress {
        let kind = self.last.as_ref().map_or(RefusalKind::Unanswered, |refusal| refusal.kind);
        Progress { stage: self.stage, waiting: Some(words::waiting_for(kind).to_owned()), end: None }
    }

    fn fail(&self, failure: Failure) -> Progress {
        self.end(self.stage, End::Failed(failure))
    }

    fn end(&self, stage: Stage, end: End) -> Progress {
        Progress { stage, waiting: None, end: Some(end) }
    }
}

/// Whether the write may have been carried out in spite of this answer.
fn is_open(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Throttled | RefusalKind::Unanswered)
}
