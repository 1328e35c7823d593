//! What the steps of a row have in common.

use std::fmt::Debug;

use super::{NextCall, uncertainty::Uncertainty};
use crate::{
    drift::OwnClock,
    ports::{Change, ChangeKind, Outcome, Refusal, SerialLookup},
    run::{End, Failure, Progress, Stage, messages},
    token::{Interval, SerialNumber, Token, TokenId},
    user::UserId,
};

/// A step of a row: its next call, and what follows from each answer.
pub(super) trait JobStep: Debug + Send + Sync {
    /// Whether the outcome of its last write is known.
    fn uncertainty(&self) -> &Uncertainty;
    fn uncertainty_mut(&mut self) -> &mut Uncertainty;

    /// The next call.
    fn next(&self) -> NextCall;
    /// The change that is due, with a code of this time; `None` is a bug, not an error in the row.
    fn change(&self, kind: ChangeKind, now_ms: u64) -> Option<Change>;
    /// The token, once its id is known.
    fn token(&self) -> Option<TokenId>;
    /// The user whom it concerns.
    fn user(&self) -> Option<UserId>;
    /// What it has done once it is done, in a word.
    fn done_word(&self) -> &'static str;
    /// The writes that are left after a creation, if nothing goes wrong.
    fn writes_left(&self) -> usize;

    /// Handles the answer to a write.
    fn written(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress;
    /// Handles the result of a lookup.
    fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress;
    /// The last write was not answered with "done": the token is read before anything else.
    fn raise(&mut self, refusal: Refusal, now_ms: u64);

    /// The serial by which a token of a seed file's row is looked up.
    fn serial(&self) -> Option<SerialNumber> {
        None
    }

    /// The name that it gives the token.
    fn new_name(&self) -> Option<String> {
        None
    }

    /// How far the token is.
    fn stage(&self) -> Stage {
        Stage::Planned
    }

    fn is_unassignment(&self) -> bool {
        false
    }

    /// Sets the clock of a row's token.
    fn set_clock(&mut self, _clock: OwnClock) {}

    /// The interval of the codes that it computes, if it activates a token.
    fn code_interval(&self) -> Option<Interval> {
        None
    }

    /// When its code may be sent, if not now.
    fn code_due_ms(&self, _now_ms: u64, _margin_ms: u64) -> Option<u64> {
        None
    }

    /// Records that its call is sent.
    fn mark_sent(&mut self, _now_ms: u64) {}

    /// Handles a call that failed as a whole: a lookup must show whether the write was carried out.
    fn interrupted(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        self.raise_once(refusal, now_ms);
        self.wait(None, now_ms)
    }

    /// As [`JobStep::interrupted`], but because the whole run pauses: it does not count as a try of this row.
    fn deferred(&mut self, refusal: Refusal, now_ms: u64) -> Progress {
        self.raise_once(refusal, now_ms);
        self.waiting()
    }

    /// As [`JobStep::raise`], unless the last write's outcome is uncertain already: then the call was a lookup.
    fn raise_once(&mut self, refusal: Refusal, now_ms: u64) {
        if !self.uncertainty().is_raised {
            self.raise(refusal, now_ms);
        }
    }

    /// Defers the next call, or gives up after too many tries.
    fn wait(&mut self, after_ms: Option<u64>, now_ms: u64) -> Progress {
        if self.uncertainty_mut().back_off(after_ms, now_ms) { self.waiting() } else { self.give_up() }
    }

    fn waiting(&self) -> Progress {
        self.uncertainty().waiting(self.stage())
    }

    fn give_up(&self) -> Progress {
        self.fail(messages::gave_up(self.uncertainty().last.as_ref(), self.serial().is_some()))
    }

    fn fail(&self, failure: Failure) -> Progress {
        self.end(self.stage(), End::Failed(failure))
    }

    fn end(&self, stage: Stage, end: End) -> Progress {
        Progress { stage, end: Some(end), ..Progress::default() }
    }
}
