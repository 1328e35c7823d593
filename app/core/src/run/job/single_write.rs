//! One write on an existing token other than provisioning: unassign, deactivate, delete, rename, correct the hash.
//!
//! Graph refuses each of them but the last two when the token has changed since the plan was made (other user, assigned,
//! deleted), so the first write needs no lookup before it; after a refusal the token is read.

use super::{
    LAG_MS, Lookup, MAX_CONFLICTS, MAX_TRIES, NextCall, SETTLE_MS,
    step::JobStep,
    uncertainty::{NotSeen, Uncertainty, is_inconclusive},
};
use crate::{
    plan::{PlannedWrite, WriteKind, snapshot::has_unknown_holder},
    ports::{
        Assignment, Change, ChangeKind, HashCorrection, Outcome, Refusal, RefusalKind, Rename, SerialLookup,
    },
    run::{End, Failure, Progress, Stage, messages},
    token::{HashFunction, Token, TokenId, TokenStatus},
    user::UserId,
};

/// The state of one write on an existing token.
#[derive(Debug)]
pub(super) struct SingleWrite {
    uncertainty: Uncertainty,
    kind: ChangeKind,
    /// The token as it was when the plan was made.
    token: Box<Token>,
    /// The user to whom it is assigned (unassign, deactivate), or was assigned (delete after unassign).
    user: Option<UserId>,
    /// Its new name.
    name: String,
    /// Its right hash function.
    hash: Option<HashFunction>,
    /// Whether the inventory does not show it.
    legacy: bool,
    /// Whether a deleted token counts as done, because this or a later step deletes it.
    may_be_gone: bool,
    /// Whether the token is activated again right after: the answer to that shows that this write took effect, and a typed code
    /// must not grow old meanwhile.
    activates_next: bool,
}

/// What a lookup shows.
enum Observation {
    /// The write is done.
    Done,
    /// The token has not changed since the plan was made.
    AsPlanned,
    /// The preceding unassignment does not show yet.
    NotYet,
    /// Somebody else changed it.
    Changed(Failure),
}

impl SingleWrite {
    /// The state for a planned write; `None` when it assigns or activates, or lacks a user that it needs.
    pub fn new(step: &PlannedWrite, deleted_later: bool, activates_next: bool) -> Option<Self> {
        let (kind, name) = match &step.kind {
            WriteKind::Unassign => (ChangeKind::Unassign, String::new()),
            WriteKind::Deactivate => (ChangeKind::Deactivate, String::new()),
            WriteKind::Delete => (ChangeKind::Delete, String::new()),
            WriteKind::Rename(name) => (ChangeKind::Rename, name.clone()),
            WriteKind::SetHash(_) => (ChangeKind::SetHash, String::new()),
            WriteKind::Assign | WriteKind::AssignAndActivate | WriteKind::Activate => return None,
        };
        if matches!(kind, ChangeKind::Unassign | ChangeKind::Deactivate) && step.user.is_none() {
            return None;
        }
        let hash = match step.kind {
            WriteKind::SetHash(hash) => Some(hash),
            _ => None,
        };
        // Graph does not refuse to overwrite what somebody changed meanwhile, so the token is read first.
        let mut uncertainty = Uncertainty::default();
        uncertainty.is_raised = matches!(kind, ChangeKind::Rename | ChangeKind::SetHash);
        Some(Self {
            uncertainty,
            kind,
            token: step.token.clone(),
            user: step.user.clone(),
            name,
            hash,
            legacy: step.legacy,
            may_be_gone: deleted_later || kind == ChangeKind::Delete,
            activates_next,
        })
    }

    /// What follows when a lookup does not show the token.
    fn gone(&self) -> Observation {
        let not_found =
            || self.uncertainty.last.as_ref().is_some_and(|last| last.kind == RefusalKind::NotFound);
        match self.kind {
            // Only its user's list shows a legacy token, so its absence there means that it is unassigned.
            ChangeKind::Unassign if self.legacy => Observation::Done,
            // No lookup shows an unassigned legacy token, so Graph's answer decides, and the deletion is repeated until there
            // is one.
            ChangeKind::Delete if self.legacy && self.uncertainty.last.is_some() && !not_found() => {
                Observation::AsPlanned
            }
            _ if self.may_be_gone => Observation::Done,
            _ => Observation::Changed(messages::gone(self.uncertainty.last.as_ref(), false)),
        }
    }

    fn observe(&self, token: &Token, now_ms: u64) -> Observation {
        match self.kind {
            ChangeKind::Delete => self.observe_free(token, "deleted", now_ms),
            ChangeKind::SetHash if token.hash == self.hash => Observation::Done,
            ChangeKind::SetHash => self.observe_free(token, "corrected", now_ms),
            ChangeKind::Rename if token.name.as_deref().unwrap_or_default() == self.name => Observation::Done,
            ChangeKind::Rename if is_held(token) => {
                Observation::Changed(messages::held_meanwhile(token, "named"))
            }
            ChangeKind::Rename if token.name != self.token.name => {
                Observation::Changed(messages::renamed_meanwhile(token))
            }
            ChangeKind::Rename => Observation::AsPlanned,
            ChangeKind::Unassign if !is_held(token) => Observation::Done,
            // Somebody assigned it again after this write.
            ChangeKind::Unassign if self.uncertainty.is_unseen() && self.is_of_another(token) => {
                Observation::Done
            }
            _ if !is_held(token) => Observation::Changed(messages::unassigned_meanwhile()),
            _ if self.is_of_another(token) => {
                Observation::Changed(messages::assigned_meanwhile(token, false))
            }
            ChangeKind::Deactivate if token.status != TokenStatus::Activated => Observation::Done,
            _ => Observation::AsPlanned,
        }
    }

    /// What is seen of a token that nobody may hold, before it is written.
    fn observe_free(&self, token: &Token, what: &str, now_ms: u64) -> Observation {
        if !is_held(token) {
            return Observation::AsPlanned;
        }
        if now_ms < self.uncertainty.unassignment_pending_until_ms && !self.is_of_another(token) {
            return Observation::NotYet;
        }
        Observation::Changed(messages::held_meanwhile(token, what))
    }

    /// Whether the token is known to be assigned to another user than that of this step.
    fn is_of_another(&self, token: &Token) -> bool {
        token.assigned_to.as_ref().is_some_and(|assigned_to| Some(&assigned_to.id) != self.user.as_ref())
    }

    /// Whether Graph refused the write and a retry would not help.
    fn is_refused(&self, now_ms: u64) -> bool {
        self.uncertainty.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            RefusalKind::Conflict => self.uncertainty.conflicts >= MAX_CONFLICTS,
            RefusalKind::Forbidden => true,
            // A deletion is refused until the preceding unassignment is effective.
            _ => now_ms >= self.uncertainty.unassignment_pending_until_ms,
        })
    }

    /// A lookup does not show the write that was answered well.
    fn not_seen(&mut self, now_ms: u64) -> Progress {
        let request_id = self.uncertainty.answered.as_ref().and_then(|write| write.request_id.clone());
        match self.uncertainty.not_seen(self.kind, now_ms) {
            NotSeen::Wait => self.waiting(),
            NotSeen::Repeat => self.retry(now_ms),
            NotSeen::GiveUp => self.fail(messages::without_effect(self.kind, request_id, false)),
        }
    }

    fn refused(&self) -> Progress {
        match &self.uncertainty.last {
            Some(refusal) => self.fail(messages::refused(self.kind, refusal, false)),
            None => self.give_up(),
        }
    }

    /// Writes again after a lookup, unless it was tried too often.
    fn retry(&mut self, now_ms: u64) -> Progress {
        if self.uncertainty.tries >= MAX_TRIES {
            return self.give_up();
        }
        self.uncertainty.clear(now_ms);
        if now_ms < self.uncertainty.unassignment_pending_until_ms {
            self.uncertainty.ready_at_ms = now_ms + SETTLE_MS;
        }
        Progress::default()
    }
}

impl JobStep for SingleWrite {
    fn uncertainty(&self) -> &Uncertainty {
        &self.uncertainty
    }

    fn uncertainty_mut(&mut self) -> &mut Uncertainty {
        &mut self.uncertainty
    }

    fn writes_left(&self) -> usize {
        usize::from(!self.uncertainty.is_unseen())
    }

    fn new_name(&self) -> Option<String> {
        (self.kind == ChangeKind::Rename).then(|| self.name.clone())
    }

    fn next(&self) -> NextCall {
        match (self.uncertainty.is_raised, self.legacy && self.user.is_some()) {
            (false, _) => NextCall::Write(self.kind),
            (true, true) => NextCall::Read(Lookup::UserTokens),
            (true, false) if self.uncertainty.is_unseen() => NextCall::ReadBack,
            (true, false) => NextCall::Read(Lookup::Id),
        }
    }

    fn is_unassignment(&self) -> bool {
        self.kind == ChangeKind::Unassign
    }

    fn done_word(&self) -> &'static str {
        match self.kind {
            ChangeKind::Unassign => "unassigned",
            ChangeKind::Deactivate => "deactivated",
            ChangeKind::Delete => "deleted",
            ChangeKind::SetHash => "corrected",
            _ => "renamed",
        }
    }

    fn token(&self) -> Option<TokenId> {
        Some(self.token.id.clone())
    }

    fn user(&self) -> Option<UserId> {
        self.user.clone()
    }

    fn change(&self, _: ChangeKind, _: u64) -> Option<Change> {
        let token = self.token.id.clone();
        Some(match self.kind {
            ChangeKind::Unassign => Change::Unassign(Assignment { token, user: self.user.clone()? }),
            ChangeKind::Deactivate => Change::Deactivate(Assignment { token, user: self.user.clone()? }),
            ChangeKind::Delete => Change::Delete(token),
            ChangeKind::Rename => Change::Rename(Rename { token, name: self.name.clone() }),
            ChangeKind::SetHash => Change::SetHash(HashCorrection { token, hash: self.hash? }),
            _ => return None,
        })
    }

    fn written(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress {
        let (refusal, after_ms) = match outcome {
            Outcome::Done(_) if self.activates_next => return self.end(Stage::Planned, End::Done),
            Outcome::Done(_) => {
                self.uncertainty.read_back(request_id, now_ms);
                return self.waiting();
            }
            Outcome::Refused(refusal) | Outcome::Unknown(refusal) => (refusal, None),
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
        };
        if refusal.kind == RefusalKind::Conflict {
            self.uncertainty.conflicts += 1;
        }
        self.raise(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        let token = match found {
            Ok(tokens) => tokens.into_iter().find(|token| token.id == self.token.id),
            Err(refusal) => return self.fail(messages::unreadable(&refusal)),
        };
        match token.map_or_else(|| self.gone(), |token| self.observe(&token, now_ms)) {
            Observation::Done => self.end(Stage::Planned, End::Done),
            Observation::Changed(failure) => self.fail(failure),
            Observation::AsPlanned | Observation::NotYet if self.uncertainty.is_unseen() => {
                self.not_seen(now_ms)
            }
            Observation::NotYet => self.retry(now_ms),
            Observation::AsPlanned if !self.is_refused(now_ms) => self.retry(now_ms),
            Observation::AsPlanned if now_ms < self.uncertainty.may_appear_until_ms => {
                self.wait(None, now_ms)
            }
            Observation::AsPlanned => self.refused(),
        }
    }

    fn raise(&mut self, refusal: Refusal, now_ms: u64) {
        if is_inconclusive(&refusal) {
            self.uncertainty.may_appear_until_ms = now_ms + LAG_MS;
        }
        self.uncertainty.raise(refusal);
    }
}

/// Whether the token is assigned, to a known or unknown user.
fn is_held(token: &Token) -> bool {
    token.assigned_to.is_some() || has_unknown_holder(token)
}
