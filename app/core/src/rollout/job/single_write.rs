//! One write on a token that is no hand-over: unassign, deactivate, delete, rename.
//!
//! Graph itself refuses each of them but the last when the token is no longer as the plan saw it (another user's, assigned, gone),
//! so that the first write needs no reading before; what comes after a refusal does.

use super::{
    LAG_MS, Lookup, MAX_CONFLICTS, MAX_TRIES, NextCall, SETTLE_MS, Write,
    uncertainty::{Uncertainty, is_inconclusive},
};
use crate::{
    manage::{PlannedWrite, WriteKind},
    ports::{Assignment, Outcome, Refusal, RefusalKind, Rename, SerialLookup},
    rollout::{End, Failure, Progress, Stage, messages, snapshot::has_unknown_holder},
    token::{Token, TokenId, TokenStatus},
    user::UserId,
};

/// A token on its way back.
#[derive(Debug)]
pub(super) struct SingleWrite {
    pub uncertainty: Uncertainty,
    write: Write,
    /// The token as the plan saw it.
    token: Box<Token>,
    /// Who is to hold it (unassign, deactivate), or held it until now (delete after unassign).
    user: Option<UserId>,
    /// Its new name.
    name: String,
    /// Whether the inventory hides it.
    legacy: bool,
    /// Whether it is all the same when it is gone: it was to be deleted.
    may_be_gone: bool,
    /// Until then an unassignment just made may not count yet.
    unassignment_pending_until_ms: u64,
}

/// What a reading shows.
enum Observation {
    /// The work is done.
    Done,
    /// The token is as the plan saw it.
    AsPlanned,
    /// An unassignment just made does not show yet.
    NotYet,
    /// Somebody else changed it.
    Changed(Failure),
}

impl SingleWrite {
    /// The work of a step; `None` when it is a hand-over, or names no user where one is needed.
    pub fn new(step: &PlannedWrite, deleted_later: bool) -> Option<Self> {
        let (write, name) = match &step.kind {
            WriteKind::Unassign => (Write::Unassign, String::new()),
            WriteKind::Deactivate => (Write::Deactivate, String::new()),
            WriteKind::Delete => (Write::Delete, String::new()),
            WriteKind::Rename(name) => (Write::Rename, name.clone()),
            WriteKind::Assign | WriteKind::AssignAndActivate | WriteKind::Activate => return None,
        };
        if matches!(write, Write::Unassign | Write::Deactivate) && step.user.is_none() {
            return None;
        }
        // Graph does not refuse to overwrite a name that changed meanwhile, so that it is read before.
        let uncertainty = Uncertainty { is_raised: write == Write::Rename, ..Uncertainty::default() };
        Some(Self {
            uncertainty,
            write,
            token: step.token.clone(),
            user: step.user.clone(),
            name,
            legacy: step.legacy,
            may_be_gone: deleted_later || write == Write::Delete,
            unassignment_pending_until_ms: 0,
        })
    }

    /// The next call.
    pub fn next(&self) -> NextCall {
        match (self.uncertainty.is_raised, self.legacy && self.user.is_some()) {
            (false, _) => NextCall::Write(self.write),
            (true, true) => NextCall::Read(Lookup::UserTokens),
            (true, false) => NextCall::Read(Lookup::Id),
        }
    }

    pub fn is_unassignment(&self) -> bool {
        self.write == Write::Unassign
    }

    pub fn done_word(&self) -> &'static str {
        match self.write {
            Write::Unassign => "unassigned",
            Write::Deactivate => "deactivated",
            Write::Delete => "deleted",
            _ => "renamed",
        }
    }

    /// The token was unassigned just now.
    pub fn follow_unassignment(&mut self, now_ms: u64) {
        self.uncertainty.ready_at_ms = now_ms + SETTLE_MS;
        self.unassignment_pending_until_ms = now_ms + LAG_MS;
    }

    pub fn token(&self) -> TokenId {
        self.token.id.clone()
    }

    pub fn assignment(&self) -> Option<Assignment> {
        Some(Assignment { token: self.token.id.clone(), user: self.user.clone()? })
    }

    pub fn rename(&self) -> Option<Rename> {
        let rename = Rename { token: self.token.id.clone(), name: self.name.clone() };
        (self.write == Write::Rename).then_some(rename)
    }

    /// The write was answered.
    pub fn written(&mut self, outcome: Outcome<()>, now_ms: u64) -> Progress {
        let (refusal, after_ms) = match outcome {
            Outcome::Done(()) => return ended(End::Done),
            Outcome::Refused(refusal) | Outcome::Unknown(refusal) => (refusal, None),
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
        };
        if refusal.kind == RefusalKind::Conflict {
            self.uncertainty.conflicts += 1;
        }
        self.raise(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.uncertainty.is_raised {
            self.raise(refusal, now_ms);
        }
        self.wait(None, now_ms)
    }

    /// As [`SingleWrite::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn deferred(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.uncertainty.is_raised {
            self.raise(refusal, now_ms);
        }
        self.uncertainty.waiting(Stage::Planned)
    }

    /// The token was read.
    pub fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        let token = match found {
            Ok(tokens) => tokens.into_iter().find(|token| token.id == self.token.id),
            Err(refusal) => return ended(End::Failed(messages::unreadable(&refusal))),
        };
        match token.map_or_else(|| self.gone(), |token| self.observe(&token, now_ms)) {
            Observation::Done => ended(End::Done),
            Observation::Changed(failure) => ended(End::Failed(failure)),
            Observation::NotYet => self.retry(now_ms),
            Observation::AsPlanned if !self.is_refused(now_ms) => self.retry(now_ms),
            Observation::AsPlanned if now_ms < self.uncertainty.may_appear_until_ms => {
                self.wait(None, now_ms)
            }
            Observation::AsPlanned => self.refused(),
        }
    }

    /// The reading does not show the token.
    fn gone(&self) -> Observation {
        let not_found =
            || self.uncertainty.last.as_ref().is_some_and(|last| last.kind == RefusalKind::NotFound);
        match self.write {
            // A hidden token shows in its user's list only, so that its absence there says: unassigned.
            Write::Unassign if self.legacy => Observation::Done,
            // Nothing shows a hidden token that nobody holds: Graph's own word must do.
            Write::Delete if self.legacy && self.is_rejected() && !not_found() => Observation::AsPlanned,
            _ if self.may_be_gone => Observation::Done,
            _ => Observation::Changed(messages::gone(self.uncertainty.last.as_ref(), false)),
        }
    }

    fn observe(&self, token: &Token, now_ms: u64) -> Observation {
        match self.write {
            Write::Delete => self.observe_deletion(token, now_ms),
            Write::Rename if token.name.as_deref().unwrap_or_default() == self.name => Observation::Done,
            Write::Rename if is_held(token) => Observation::Changed(messages::held_meanwhile(token, "named")),
            Write::Rename if token.name != self.token.name => {
                Observation::Changed(messages::renamed_meanwhile(token))
            }
            Write::Rename => Observation::AsPlanned,
            Write::Unassign if !is_held(token) => Observation::Done,
            _ if !is_held(token) => Observation::Changed(messages::unassigned_meanwhile()),
            _ if self.is_of_another(token) => {
                Observation::Changed(messages::assigned_meanwhile(token, false))
            }
            Write::Deactivate if token.status != TokenStatus::Activated => Observation::Done,
            _ => Observation::AsPlanned,
        }
    }

    fn observe_deletion(&self, token: &Token, now_ms: u64) -> Observation {
        if !is_held(token) {
            return Observation::AsPlanned;
        }
        if now_ms < self.unassignment_pending_until_ms && !self.is_of_another(token) {
            return Observation::NotYet;
        }
        Observation::Changed(messages::held_meanwhile(token, "deleted"))
    }

    /// Whether the token's holder is known, and is not the user of this step.
    fn is_of_another(&self, token: &Token) -> bool {
        token.assigned_to.as_ref().is_some_and(|assigned_to| Some(&assigned_to.id) != self.user.as_ref())
    }

    /// Whether Graph looked at the write and said no.
    fn is_rejected(&self) -> bool {
        self.uncertainty.last.as_ref().is_some_and(|refusal| !is_inconclusive(refusal))
    }

    /// Whether Graph said that the write was not carried out and never will be.
    fn is_refused(&self, now_ms: u64) -> bool {
        self.uncertainty.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            RefusalKind::Conflict => self.uncertainty.conflicts >= MAX_CONFLICTS,
            RefusalKind::Forbidden => true,
            // Until the unassignment before it counts, a deletion is refused.
            _ => now_ms >= self.unassignment_pending_until_ms,
        })
    }

    fn refused(&self) -> Progress {
        ended(End::Failed(match &self.uncertainty.last {
            Some(refusal) => messages::refused(self.write, refusal, false),
            None => messages::gave_up(None, false),
        }))
    }

    /// Writes again after a reading, unless it was tried too often.
    fn retry(&mut self, now_ms: u64) -> Progress {
        if self.uncertainty.tries >= MAX_TRIES {
            return ended(End::Failed(messages::gave_up(self.uncertainty.last.as_ref(), false)));
        }
        self.uncertainty.clear(now_ms);
        if now_ms < self.unassignment_pending_until_ms {
            self.uncertainty.ready_at_ms = now_ms + SETTLE_MS;
        }
        Progress::default()
    }

    fn raise(&mut self, refusal: Refusal, now_ms: u64) {
        if is_inconclusive(&refusal) {
            self.uncertainty.may_appear_until_ms = now_ms + LAG_MS;
        }
        self.uncertainty.raise(refusal);
    }

    fn wait(&mut self, after_ms: Option<u64>, now_ms: u64) -> Progress {
        if self.uncertainty.back_off(after_ms, now_ms) {
            self.uncertainty.waiting(Stage::Planned)
        } else {
            ended(End::Failed(messages::gave_up(self.uncertainty.last.as_ref(), false)))
        }
    }
}

/// Whether anybody holds the token, known or not.
fn is_held(token: &Token) -> bool {
    token.assigned_to.is_some() || has_unknown_holder(token)
}

fn ended(end: End) -> Progress {
    Progress { end: Some(end), ..Progress::default() }
}
