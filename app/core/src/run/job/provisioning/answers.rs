//! Handles the answers to the calls of a token's provisioning.
//!
//! A lookup may not show the latest writes yet, so a refusal is final only when no earlier write without an answer can
//! still show its effect.

use super::{
    super::{
        LAG_MS, MAX_CONFLICTS, MAX_TRIES, SETTLE_MS,
        step::JobStep,
        uncertainty::{NotSeen, is_inconclusive},
    },
    Provisioning,
};
use crate::{
    plan::snapshot::is_other_manufacturer,
    ports::{ChangeKind, Outcome, Refusal, RefusalKind, SerialLookup},
    run::{End, Progress, Stage, messages},
    token::{Token, TokenId, TokenStatus},
};

/// Delay after an unanswered create. A lookup that is sent after it and does not show the token allows another create.
const CREATE_RETRY_DELAY_MS: u64 = 5_000;

impl Provisioning {
    /// Handles the answer to a write.
    pub(super) fn handle_write(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress {
        if self.write == ChangeKind::Create {
            return self.created(outcome, request_id, now_ms);
        }
        let (refusal, after_ms) = match outcome {
            Outcome::Done(_) => return self.read_back(request_id, now_ms),
            Outcome::Refused(refusal) | Outcome::Unknown(refusal) => (refusal, None),
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
        };
        match refusal.kind {
            // Not carried out: the new token is not visible everywhere yet.
            RefusalKind::NotFound if self.may_be_hidden(now_ms) => {
                self.used_step = None;
                self.uncertainty.last = Some(refusal);
                return self.wait(None, now_ms);
            }
            RefusalKind::NotFound | RefusalKind::Conflict => {
                self.used_step = None;
                self.uncertainty.conflicts += 1;
            }
            _ => {}
        }
        self.raise_and_wait(refusal, after_ms, now_ms)
    }

    fn created(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress {
        let (refusal, after_ms) = match outcome {
            Outcome::Done(Some(token)) => {
                self.token_exists(token.id, now_ms);
                if self.goal == Stage::Created {
                    return self.read_back(request_id, now_ms);
                }
                return Progress { stage: self.stage, ..Progress::default() };
            }
            Outcome::Done(None) => {
                let message = "the answer does not show the new token".to_owned();
                (Refusal { kind: RefusalKind::Unanswered, message, request_id: None }, None)
            }
            Outcome::Refused(refusal) => {
                if refusal.kind == RefusalKind::Conflict && self.may_be_hidden_until_ms == 0 {
                    // It was created after the plan was made: it may take a while to show.
                    self.may_be_hidden_until_ms = now_ms + LAG_MS;
                }
                (refusal, None)
            }
            Outcome::Later { after_ms, refusal } => (refusal, after_ms),
            Outcome::Unknown(refusal) => (refusal, None),
        };
        self.raise_and_wait(refusal, after_ms, now_ms)
    }

    /// Handles the result of a lookup.
    pub(super) fn handle_lookup(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        let tokens = match found {
            Ok(tokens) => tokens,
            Err(refusal) => return self.fail(messages::unreadable(&refusal)),
        };
        let (ours, theirs): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| self.is_ours(token));
        match (ours.into_iter().next(), theirs.first()) {
            (Some(token), _) => self.found(&token, now_ms),
            (None, Some(other)) if self.write == ChangeKind::Create && self.is_refused() => {
                self.fail(messages::of_another_manufacturer(other, self.uncertainty.last.as_ref()))
            }
            (None, _) => self.not_found(now_ms),
        }
    }

    fn is_ours(&self, token: &Token) -> bool {
        self.token.as_ref() == Some(&token.id)
            || self.row().is_some_and(|new| !is_other_manufacturer(&token.manufacturer, &new.manufacturer))
    }

    fn found(&mut self, token: &Token, now_ms: u64) -> Progress {
        if self.stage == Stage::Planned {
            self.token_exists(token.id.clone(), now_ms);
        }
        self.token = Some(token.id.clone());
        match (&token.assigned_to, &self.user) {
            (_, None) => self.end(Stage::Created, End::Done),
            (Some(assigned_to), Some(user)) if assigned_to.id != *user => self
                .end(Stage::Created, End::Failed(messages::assigned_meanwhile(token, self.row().is_some()))),
            (Some(_), Some(_)) => self.found_assigned(&token.status, now_ms),
            (None, Some(_)) => self.found_available(now_ms),
        }
    }

    fn not_found(&mut self, now_ms: u64) -> Progress {
        match self.write {
            ChangeKind::Create if !self.is_refused() && self.sent_ms < self.no_create_until_ms => {
                self.uncertainty.ready_at_ms = self.no_create_until_ms;
                self.waiting()
            }
            _ if self.uncertainty.is_unseen() && self.may_be_hidden(now_ms) => self.not_seen(now_ms),
            ChangeKind::Create if !self.is_refused() => self.retry(self.write, now_ms),
            _ if self.may_be_hidden(now_ms) => self.wait(None, now_ms),
            ChangeKind::Create => self.refused(),
            _ => self.end(
                Stage::Planned,
                End::Failed(messages::gone(self.uncertainty.last.as_ref(), self.row().is_some())),
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
        if self.uncertainty.is_unseen() {
            return self.not_seen(now_ms);
        }
        let was_checked = self.write == ChangeKind::Activate
            || (self.write == ChangeKind::AssignAndActivate && *status == TokenStatus::FailedActivation);
        if was_checked && self.is_refused() {
            return self.refused_unless_pending(now_ms);
        }
        self.retry(ChangeKind::Activate, now_ms)
    }

    fn found_available(&mut self, now_ms: u64) -> Progress {
        if self.row().is_none() && self.first == ChangeKind::Activate {
            if now_ms < self.uncertainty.may_appear_until_ms {
                return self.wait(None, now_ms);
            }
            return self.end(Stage::Created, End::Failed(messages::unassigned_meanwhile()));
        }
        self.reach(Stage::Created);
        if self.uncertainty.is_unseen() {
            return self.not_seen(now_ms);
        }
        if self.write != ChangeKind::Create && self.is_refused() {
            if now_ms < self.uncertainty.unassignment_pending_until_ms {
                let progress = self.retry(self.assign_write(), now_ms);
                self.uncertainty.ready_at_ms = now_ms + SETTLE_MS;
                self.uncertainty.tries += 1;
                return progress;
            }
            return self.refused_unless_pending(now_ms);
        }
        self.retry(self.assign_write(), now_ms)
    }

    /// The token was created, or a lookup shows it for the first time.
    fn token_exists(&mut self, id: TokenId, now_ms: u64) {
        self.token = Some(id);
        self.may_be_hidden_until_ms = now_ms + LAG_MS;
        self.reach(Stage::Created);
        if self.goal > Stage::Created {
            self.write = self.assign_write();
        }
        self.uncertainty.is_raised = false;
        self.uncertainty.last = None;
    }

    /// The last write was answered well: the row is done when a lookup shows it.
    fn read_back(&mut self, request_id: Option<String>, now_ms: u64) -> Progress {
        self.uncertainty.read_back(request_id, now_ms);
        self.waiting()
    }

    /// A lookup does not show the write that was answered well.
    fn not_seen(&mut self, now_ms: u64) -> Progress {
        let request_id = self.uncertainty.answered.as_ref().and_then(|write| write.request_id.clone());
        match self.uncertainty.not_seen(self.write, now_ms) {
            NotSeen::Wait => self.waiting(),
            NotSeen::Repeat if !self.is_typed() => self.retry(self.next_write(), now_ms),
            NotSeen::Repeat | NotSeen::GiveUp => {
                self.fail(messages::without_effect(self.write, request_id, self.is_typed()))
            }
        }
    }

    /// The write that brings the row nearer to its goal from its stage.
    fn next_write(&self) -> ChangeKind {
        match self.stage {
            Stage::Planned => ChangeKind::Create,
            Stage::Created => self.assign_write(),
            Stage::Assigned | Stage::Activated => ChangeKind::Activate,
        }
    }

    /// Sets the stage. Only a stage that the row never reached before resets the tries, so that contradictory lookups
    /// cannot keep the row running for ever.
    fn reach(&mut self, stage: Stage) {
        self.stage = stage;
        if stage > self.furthest {
            self.furthest = stage;
            self.uncertainty.tries = 0;
        }
    }

    fn assign_write(&self) -> ChangeKind {
        if self.goal == Stage::Activated { ChangeKind::AssignAndActivate } else { ChangeKind::Assign }
    }

    /// Whether Graph may not show the new token yet.
    fn may_be_hidden(&self, now_ms: u64) -> bool {
        now_ms < self.may_be_hidden_until_ms
    }

    /// Whether Graph refused the last write and a retry would not help.
    fn is_refused(&self) -> bool {
        self.uncertainty.last.as_ref().is_some_and(|refusal| match refusal.kind {
            RefusalKind::Throttled | RefusalKind::Unanswered => false,
            // Changed at the same time, or not visible everywhere yet: retried a limited number of times.
            RefusalKind::Conflict => {
                self.write == ChangeKind::Create || self.uncertainty.conflicts >= MAX_CONFLICTS
            }
            RefusalKind::NotFound => {
                self.write != ChangeKind::Activate || self.uncertainty.conflicts >= MAX_CONFLICTS
            }
            _ => true,
        })
    }

    fn refused_unless_pending(&mut self, now_ms: u64) -> Progress {
        if now_ms < self.uncertainty.may_appear_until_ms { self.wait(None, now_ms) } else { self.refused() }
    }

    fn refused(&self) -> Progress {
        match &self.uncertainty.last {
            Some(refusal) => {
                let has_assigned = self.first != ChangeKind::Activate && self.stage == Stage::Assigned;
                let refused = |change| messages::refused(change, refusal, self.is_typed());
                self.fail(if has_assigned {
                    messages::assigned_only(&refused(ChangeKind::Activate))
                } else {
                    refused(self.write)
                })
            }
            None => self.give_up(),
        }
    }

    /// Writes (again) after a lookup, unless it was tried too often.
    fn retry(&mut self, write: ChangeKind, now_ms: u64) -> Progress {
        if self.uncertainty.tries >= MAX_TRIES {
            if now_ms < self.uncertainty.may_appear_until_ms.max(self.may_be_hidden_until_ms) {
                return self.wait(None, now_ms);
            }
            return self.give_up();
        }
        self.write = write;
        self.uncertainty.clear(now_ms);
        if self.is_typed() && self.sends_code() && self.used_step.is_some() {
            return match &self.uncertainty.last {
                Some(refusal) if !is_inconclusive(refusal) => self.refused(),
                last => self.fail(messages::code_outcome_unknown(last.as_ref())),
            };
        }
        let waiting = self.code_due_ms(now_ms, 0).map(|_| messages::NEXT_CODE.to_owned());
        Progress { stage: self.stage, waiting, ..Progress::default() }
    }

    /// The write was not answered with "done": the token is read before anything else.
    fn raise_and_wait(&mut self, refusal: Refusal, after_ms: Option<u64>, now_ms: u64) -> Progress {
        self.raise(refusal, now_ms);
        self.wait(after_ms, now_ms)
    }

    /// The last write was not answered with "done".
    pub(super) fn handle_doubt(&mut self, refusal: Refusal, now_ms: u64) {
        match refusal.kind {
            RefusalKind::Unanswered => self.no_create_until_ms = now_ms + CREATE_RETRY_DELAY_MS,
            // The code was not checked, so it may be sent again.
            RefusalKind::Throttled => self.used_step = None,
            _ => {}
        }
        if is_inconclusive(&refusal) {
            match self.write {
                ChangeKind::Create => self.may_be_hidden_until_ms = now_ms + LAG_MS,
                _ => self.uncertainty.may_appear_until_ms = now_ms + LAG_MS,
            }
        }
        self.uncertainty.raise(refusal);
    }
}
