//! One write on a token that is no hand-over: unassign, deactivate, delete, rename.
//!
//! Graph itself refuses each of them but the last when the token is no longer as the plan saw it (another user's, assigned, gone),
//! so that the first write needs no reading before; what comes after a refusal does.

use super::{
    LAG_MS, MAX_CLASHES, MAX_TRIES, Next, Reading, SETTLE_MS, Write,
    doubt::{Doubt, is_open},
};
use crate::{
    manage::{Step, What},
    ports::{Assignment, Found, Outcome, Refusal, RefusalKind, Rename},
    rollout::{End, Failure, Progress, Stage, tenant::is_held_by_nobody_known, words},
    token::{Token, TokenId, TokenStatus},
    user::UserId,
};

/// A token on its way back.
#[derive(Debug)]
pub(super) struct Chore {
    pub doubt: Doubt,
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
    settles_by_ms: u64,
}

/// What a reading shows.
enum Sight {
    /// The work is done.
    Done,
    /// The token is as the plan saw it.
    AsPlanned,
    /// An unassignment just made does not show yet.
    NotYet,
    /// Somebody else changed it.
    Changed(Failure),
}

impl Chore {
    /// The work of a step; `None` when it is a hand-over, or names no user where one is needed.
    pub fn new(step: &Step, deleted_later: bool) -> Option<Self> {
        let (write, name) = match &step.what {
            What::Unassign => (Write::Unassign, String::new()),
            What::Deactivate => (Write::Deactivate, String::new()),
            What::Delete => (Write::Delete, String::new()),
            What::Rename(name) => (Write::Rename, name.clone()),
            What::Assign | What::AssignAndActivate | What::Activate => return None,
        };
        if matches!(write, Write::Unassign | Write::Deactivate) && step.user.is_none() {
            return None;
        }
        // Graph does not refuse to overwrite a name that changed meanwhile, so that it is read before.
        let doubt = Doubt { is_on: write == Write::Rename, ..Doubt::default() };
        Some(Self {
            doubt,
            write,
            token: step.token.clone(),
            user: step.user.clone(),
            name,
            legacy: step.legacy,
            may_be_gone: deleted_later || write == Write::Delete,
            settles_by_ms: 0,
        })
    }

    /// The next call.
    pub fn next(&self) -> Next {
        match (self.doubt.is_on, self.legacy && self.user.is_some()) {
            (false, _) => Next::Write(self.write),
            (true, true) => Next::Read(Reading::Holdings),
            (true, false) => Next::Read(Reading::Id),
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
        self.doubt.ready_at_ms = now_ms + SETTLE_MS;
        self.settles_by_ms = now_ms + LAG_MS;
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
            self.doubt.clashes += 1;
        }
        self.cast(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    /// The call that carried this row failed as a whole: whether it was carried out is to be read.
    pub fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.doubt.is_on {
            self.cast(refusal, now_ms);
        }
        self.wait(None, now_ms)
    }

    /// As [`Chore::interrupted`], because the whole run is to pause: that is no failed try of this row.
    pub fn postponed(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        if !self.doubt.is_on {
            self.cast(refusal, now_ms);
        }
        self.doubt.waiting(Stage::Planned)
    }

    /// The token was read.
    pub fn read(&mut self, found: Found, now_ms: u64) -> Progress {
        let token = match found {
            Ok(tokens) => tokens.into_iter().find(|token| token.id == self.token.id),
            Err(refusal) => return ended(End::Failed(words::unreadable(&refusal))),
        };
        match token.map_or_else(|| self.gone(), |token| self.sight(&token, now_ms)) {
            Sight::Done => ended(End::Done),
            Sight::Changed(failure) => ended(End::Failed(failure)),
            Sight::NotYet => self.again(now_ms),
            Sight::AsPlanned if !self.is_refused(now_ms) => self.again(now_ms),
            Sight::AsPlanned if now_ms < self.doubt.surfaces_by_ms => self.wait(None, now_ms),
            Sight::AsPlanned => self.refused(),
        }
    }

    /// The reading does not show the token.
    fn gone(&self) -> Sight {
        let not_found = || self.doubt.last.as_ref().is_some_and(|last| last.kind == RefusalKind::NotFound);
        match self.write {
            // A hidden token shows in its user's list only, so that its absence there says: unassigned.
            Write::Unassign if self.legacy => Sight::Done,
            // Nothing shows a hidden token that nobody holds: Graph's own word must do.
            Write::Delete if self.legacy && self.is_judged() && !not_found() => Sight::AsPlanned,
            _ if self.may_be_gone => Sight::Done,
            _ => Sight::Changed(words::gone(self.doubt.last.as_ref(), false)),
        }
    }

    fn sight(&self, token: &Token, now_ms: u64) -> Sight {
        match self.write {
            Write::Delete => self.sight_of_deletion(token, now_ms),
            Write::Rename if token.name.as_deref().unwrap_or_default() == self.name => Sight::Done,
            Write::Rename if is_held(token) => Sight::Changed(words::held_meanwhile(token, "named")),
            Write::Rename if token.name != self.token.name => Sight::Changed(words::renamed_meanwhile(token)),
            Write::Rename => Sight::AsPlanned,
            Write::Unassign if !is_held(token) => Sight::Done,
            _ if !is_held(token) => Sight::Changed(words::unassigned_meanwhile()),
            _ if self.is_of_another(token) => Sight::Changed(words::taken(token, false)),
            Write::Deactivate if token.status != TokenStatus::Activated => Sight::Done,
            _ => Sight::AsPlanned,
        }
    }

    fn sight_of_deletion(&self, token: &Token, now_ms: u64) -> Sight {
        if !is_held(token) {
            return Sight::AsPlanned;
        }
        if now_ms < self.settles_by_ms && !self.is_of_another(token) {
            return Sight::NotYet;
        }
        Sight::Changed(words::held_meanwhile(token, "deleted"))
    }

    /// Whether the token's holder is known, and is not the user of this step.
    fn is_of_another(&self, token: &Token) -> bool {
        token.holder.as_ref().is_some_and(|holder| Some(&holder.id) != self.user.as_ref())
    }

    /// Whether Graph looked at the write and said no.
    fn is_judged(&self) -> bool {
        self.doubt.last.as_ref().is_some_and(|refusal| !is_open(refusal))
    }

    /// Whether Graph said that the write was not carried out and never will be.
    fn is_refused(&self, now_ms: u64) -> bool {
        self.doubt.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            RefusalKind::Conflict => self.doubt.clashes >= MAX_CLASHES,
            RefusalKind::Forbidden => true,
            // Until the unassignment before it counts, a deletion is refused.
            _ => now_ms >= self.settles_by_ms,
        })
    }

    fn refused(&self) -> Progress {
        ended(End::Failed(match &self.doubt.last {
            Some(refusal) => words::refused(self.write, refusal, false),
            None => words::gave_up(None, false),
        }))
    }

    /// Writes again after a reading, unless it was tried too often.
    fn again(&mut self, now_ms: u64) -> Progress {
        if self.doubt.tries >= MAX_TRIES {
            return ended(End::Failed(words::gave_up(self.doubt.last.as_ref(), false)));
        }
        self.doubt.lift(now_ms);
        if now_ms < self.settles_by_ms {
            self.doubt.ready_at_ms = now_ms + SETTLE_MS;
        }
        Progress::default()
    }

    fn cast(&mut self, refusal: Refusal, now_ms: u64) {
        if is_open(&refusal) {
            self.doubt.surfaces_by_ms = now_ms + LAG_MS;
        }
        self.doubt.cast(refusal);
    }

    fn wait(&mut self, after_ms: Option<u64>, now_ms: u64) -> Progress {
        if self.doubt.put_off(after_ms, now_ms) {
            self.doubt.waiting(Stage::Planned)
        } else {
            ended(End::Failed(words::gave_up(self.doubt.last.as_ref(), false)))
        }
    }
}

/// Whether anybody holds the token, known or not.
fn is_held(token: &Token) -> bool {
    token.holder.is_some() || is_held_by_nobody_known(token)
}

fn ended(end: End) -> Progress {
    Progress { end: Some(end), ..Progress::default() }
}
