//! What each answer means for a token on its way to its user.
//!
//! A reading may lag behind what was done, so a refusal stands only when nothing that was sent before can still come
//! to light.

use super::{
    super::{LAG_MS, MAX_CLASHES, MAX_TRIES, SETTLE_MS, Write, doubt::is_open},
    HandOver,
};
use crate::{
    ports::{Found, Outcome, Refusal, RefusalKind},
    rollout::{End, Failure, Progress, Stage, tenant::is_other_maker, words},
    token::{Token, TokenId, TokenStatus},
};

/// How long after a create without an answer the inventory must still lack the token before it is created again.
const SILENCE_MS: u64 = 5_000;

impl HandOver {
    /// A create was answered.
    pub fn created(&mut self, outcome: Outcome<Token>, now_ms: u64) -> Progress {
        match outcome {
            Outcome::Done(token) => self.stands(token.id, now_ms),
            Outcome::Refused(refusal) => {
                if refusal.kind == RefusalKind::Conflict && self.appears_by_ms == 0 {
                    // It exists, but was not there when the plan was made: it may take a while to show.
                    self.appears_by_ms = now_ms + LAG_MS;
                }
                self.put_in_doubt(refusal, None, now_ms)
            }
            Outcome::Later { after_ms, refusal } => self.put_in_doubt(refusal, after_ms, now_ms),
            Outcome::Unknown(refusal) => self.put_in_doubt(refusal, None, now_ms),
        }
    }

    /// An assignment or activation was answered.
    pub fn written(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        let (refusal, after_ms) = match outcome {
            Outcome::Done(()) => return self.end(self.goal, End::Done),
            Outcome::Refused(refusal) | Outcome::Unknown(refusal) => (refusal, None),
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
        };
        match refusal.kind {
            // Not carried out: the new token is not visible everywhere yet.
            RefusalKind::NotFound if self.is_young(now_ms) => {
                self.used_step = None;
                self.doubt.last = Some(refusal);
                return self.wait(None, now_ms);
            }
            // No code was judged, so that it may go again.
            RefusalKind::Throttled => self.used_step = None,
            RefusalKind::NotFound | RefusalKind::Conflict => {
                self.used_step = None;
                self.doubt.clashes += 1;
            }
            _ => {}
        }
        self.put_in_doubt(refusal, after_ms, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if self.doubt.is_on { self.wait(None, now_ms) } else { self.put_in_doubt(refusal, None, now_ms) }
    }

    /// As [`HandOver::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn postponed(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.doubt.is_on {
            self.used_step = None;
            self.cast(refusal, now_ms);
        }
        self.waiting()
    }

    /// The inventory was asked for the token.
    pub fn read(&mut self, found: Found, now_ms: u64) -> Progress {
        let tokens = match found {
            Ok(tokens) => tokens,
            Err(refusal) => return self.fail(words::unreadable(&refusal)),
        };
        let (ours, theirs): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| self.is_ours(token));
        match (ours.into_iter().next(), theirs.first()) {
            (Some(token), _) => self.found(&token, now_ms),
            (None, Some(other)) if self.write == Write::Create && self.is_refused() => {
                self.fail(words::of_another_maker(other, self.doubt.last.as_ref()))
            }
            (None, _) => self.not_found(now_ms),
        }
    }

    fn is_ours(&self, token: &Token) -> bool {
        self.token.as_ref() == Some(&token.id)
            || self.row().is_some_and(|new| !is_other_maker(&token.manufacturer, &new.manufacturer))
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
                self.end(Stage::Created, End::Failed(words::taken(token, self.row().is_some())))
            }
            (Some(_), Some(_)) => self.found_assigned(&token.status, now_ms),
            (None, Some(_)) => self.found_available(now_ms),
        }
    }

    fn not_found(&mut self, now_ms: u64) -> Progress {
        match self.write {
            Write::Create if !self.is_refused() && self.left_ms < self.silent_until_ms => {
                self.doubt.ready_at_ms = self.silent_until_ms;
                self.waiting()
            }
            Write::Create if !self.is_refused() => self.again(self.write, now_ms),
            _ if self.is_young(now_ms) => self.wait(None, now_ms),
            Write::Create => self.refused(),
            _ => self.end(
                Stage::Planned,
                End::Failed(words::gone(self.doubt.last.as_ref(), self.row().is_some())),
            ),
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
        if self.row().is_none() && self.first == Write::Activate {
            if now_ms < self.doubt.surfaces_by_ms {
                return self.wait(None, now_ms);
            }
            return self.end(Stage::Created, End::Failed(words::unassigned_meanwhile()));
        }
        self.reach(Stage::Created);
        if self.write != Write::Create && self.is_refused() {
            if now_ms < self.settles_by_ms {
                let progress = self.again(self.handing_over(), now_ms);
                self.doubt.ready_at_ms = now_ms + SETTLE_MS;
                self.doubt.tries += 1;
                return progress;
            }
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
        self.doubt.is_on = false;
        self.doubt.last = None;
        Progress { stage: self.stage, ..Progress::default() }
    }

    /// Notes where the row stands; only what it never reached before is progress, so that a tenant in two minds
    /// cannot keep it for ever.
    fn reach(&mut self, stage: Stage) {
        self.stage = stage;
        if stage > self.best {
            self.best = stage;
            self.doubt.tries = 0;
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
        self.doubt.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            // Changed at the same time, or not shown everywhere yet: worth another try, but not for ever.
            RefusalKind::Conflict => self.write == Write::Create || self.doubt.clashes >= MAX_CLASHES,
            RefusalKind::NotFound => self.write != Write::Activate || self.doubt.clashes >= MAX_CLASHES,
            _ => true,
        })
    }

    fn refused_unless_surfacing(&mut self, now_ms: u64) -> Progress {
        if now_ms < self.doubt.surfaces_by_ms { self.wait(None, now_ms) } else { self.refused() }
    }

    fn refused(&self) -> Progress {
        match &self.doubt.last {
            Some(refusal) => self.fail(words::refused(self.write, refusal, self.is_typed())),
            None => self.give_up(),
        }
    }

    /// Writes (again) after a reading, unless it was tried too often.
    fn again(&mut self, write: Write, now_ms: u64) -> Progress {
        if self.doubt.tries >= MAX_TRIES {
            if now_ms < self.doubt.surfaces_by_ms.max(self.appears_by_ms) {
                return self.wait(None, now_ms);
            }
            return self.give_up();
        }
        self.write = write;
        self.doubt.lift(now_ms);
        if self.is_typed() && self.sends_code() && self.used_step.is_some() {
            return match &self.doubt.last {
                Some(refusal) if !is_open(refusal) => self.refused(),
                last => self.fail(words::code_in_doubt(last.as_ref())),
            };
        }
        let waiting = self.code_due_ms(now_ms, 0).map(|_| words::NEXT_CODE.to_owned());
        Progress { stage: self.stage, waiting, ..Progress::default() }
    }

    /// The write has no good answer: the token is read before anything else.
    fn put_in_doubt(&mut self, refusal: Refusal, after_ms: Option<u64>, now_ms: u64) -> Progress {
        self.cast(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    fn cast(&mut self, refusal: Refusal, now_ms: u64) {
        if refusal.kind == RefusalKind::Unanswered {
            self.silent_until_ms = now_ms + SILENCE_MS;
        }
        if is_open(&refusal) {
            match self.write {
                Write::Create => self.appears_by_ms = now_ms + LAG_MS,
                _ => self.doubt.surfaces_by_ms = now_ms + LAG_MS,
            }
        }
        self.doubt.cast(refusal);
    }

    fn wait(&mut self, after_ms: Option<u64>, now_ms: u64) -> Progress {
        if self.doubt.put_off(after_ms, now_ms) { self.waiting() } else { self.give_up() }
    }

    fn waiting(&self) -> Progress {
        self.doubt.waiting(self.stage)
    }

    fn give_up(&self) -> Progress {
        self.fail(words::gave_up(self.doubt.last.as_ref(), self.row().is_some()))
    }

    fn fail(&self, failure: Failure) -> Progress {
        self.end(self.stage, End::Failed(failure))
    }

    fn end(&self, stage: Stage, end: End) -> Progress {
        Progress { stage, end: Some(end), ..Progress::default() }
    }
}
