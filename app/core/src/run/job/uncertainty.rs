//! Back-off while the outcome of a row's last write is uncertain or not seen yet, and when the row gives up.

use super::{LAG_MS, SETTLE_MS};
use crate::{
    ports::{ChangeKind, Refusal, RefusalKind},
    run::{Progress, Stage, messages},
};

/// Tries without progress after which a row fails even if no lookup succeeded.
const MAX_WAITS: u32 = 60;
/// Shortest and longest back-off, in milliseconds; the last is the longest while Graph may not show a change yet.
const BACKOFF_MS: u64 = 1_000;
const MAX_BACKOFF_MS: u64 = 30_000;
const MAX_LAG_BACKOFF_MS: u64 = 8_000;
/// How long a write that was answered well may stay unseen before it is repeated, in milliseconds. Graph shows its writes
/// within some seconds (MICROSOFT_GRAPH.md 11); a repetition before that would only be refused.
const SEEN_WITHIN_MS: u64 = 20_000;
/// Times that a write without effect is repeated.
const MAX_REPETITIONS: u32 = 3;

/// A write that Graph answered well and that no lookup has shown yet.
#[derive(Debug)]
pub(in crate::run) struct AnsweredWrite {
    /// Graph's request id.
    pub request_id: Option<String>,
    answered_ms: u64,
    lookups: u32,
}

/// What follows when a lookup does not show a write that was answered well.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::run) enum NotSeen {
    /// It may still appear.
    Wait,
    /// It had no effect, and is to be repeated.
    Repeat,
    /// It had no effect, and neither had its repetitions.
    GiveUp,
}

/// Whether the outcome of a row's last write is known, and when to try again.
#[derive(Debug, Default)]
pub(in crate::run) struct Uncertainty {
    /// When the next call may be made.
    pub ready_at_ms: u64,
    /// Whether the last write's outcome is uncertain.
    pub is_raised: bool,
    /// Graph's last answer to a write other than "done".
    pub last: Option<Refusal>,
    /// Tries without progress.
    pub tries: u32,
    /// How often a write failed because the token was changed at the same moment.
    pub conflicts: u32,
    /// Until then a lookup may still show the effect of a write without an answer.
    pub may_appear_until_ms: u64,
    /// Until then the unassignment that the preceding step made may not be effective yet: a deletion is refused, and the
    /// user seems to have too many tokens.
    pub unassignment_pending_until_ms: u64,
    /// The last write, when it was answered well and no lookup has shown it yet.
    pub answered: Option<AnsweredWrite>,
    /// The kinds and request ids of writes that had no effect, to be reported.
    pub lost: Vec<(ChangeKind, Option<String>)>,
    repetitions: u32,
}

impl Uncertainty {
    /// The last write was not answered with "done": the token must be read.
    pub fn raise(&mut self, refusal: Refusal) {
        self.last = Some(refusal);
        self.is_raised = true;
        self.answered = None;
    }

    /// The last write was answered with "done": a lookup must show it.
    pub fn read_back(&mut self, request_id: Option<String>, now_ms: u64) {
        self.answered = Some(AnsweredWrite { request_id, answered_ms: now_ms, lookups: 0 });
        self.last = None;
        self.is_raised = true;
        self.ready_at_ms = now_ms;
    }

    /// Whether the last write was answered well and is not seen yet.
    pub fn is_unseen(&self) -> bool {
        self.answered.is_some()
    }

    /// A lookup does not show the write of this kind that was answered well.
    pub fn not_seen(&mut self, kind: ChangeKind, now_ms: u64) -> NotSeen {
        let Some(answered) = &mut self.answered else { return NotSeen::Repeat };
        if now_ms < answered.answered_ms + SEEN_WITHIN_MS {
            let backoff_ms = (BACKOFF_MS << answered.lookups.min(3)).min(MAX_LAG_BACKOFF_MS);
            self.ready_at_ms = now_ms + backoff_ms;
            answered.lookups += 1;
            return NotSeen::Wait;
        }
        self.lost.push((kind, answered.request_id.clone()));
        if self.repetitions == MAX_REPETITIONS {
            return NotSeen::GiveUp;
        }
        self.repetitions += 1;
        self.answered = None;
        self.may_appear_until_ms = now_ms + LAG_MS;
        NotSeen::Repeat
    }

    /// Waits for the unassignment that the preceding step made.
    pub fn follow_unassignment(&mut self, now_ms: u64) {
        self.ready_at_ms = now_ms + SETTLE_MS;
        self.unassignment_pending_until_ms = now_ms + LAG_MS;
    }

    /// The last write may be made (again) at `now_ms`.
    pub fn clear(&mut self, now_ms: u64) {
        self.is_raised = false;
        self.answered = None;
        self.ready_at_ms = now_ms;
    }

    /// Defers the next call; `false` after too many tries.
    #[must_use]
    pub fn back_off(&mut self, after_ms: Option<u64>, now_ms: u64) -> bool {
        self.tries += 1;
        self.ready_at_ms = now_ms + self.backoff_ms(now_ms).max(after_ms.unwrap_or_default());
        self.tries <= MAX_WAITS
    }

    /// What the row waits for.
    pub fn waiting(&self, stage: Stage) -> Progress {
        if self.is_unseen() {
            return Progress { stage, is_written: true, ..Progress::default() };
        }
        let kind = self.last.as_ref().map_or(RefusalKind::Unanswered, |refusal| refusal.kind);
        Progress { stage, waiting: Some(messages::waiting_for(kind).to_owned()), ..Progress::default() }
    }

    fn backoff_ms(&self, now_ms: u64) -> u64 {
        let may_appear = now_ms < self.may_appear_until_ms;
        let inconclusive = self.last.as_ref().is_none_or(is_inconclusive);
        if self.is_raised && !inconclusive && !may_appear && self.tries == 1 {
            // After a definite refusal the token is read at once; only the effect of an earlier write may need time.
            return 0;
        }
        let longest = if inconclusive { MAX_BACKOFF_MS } else { MAX_LAG_BACKOFF_MS };
        BACKOFF_MS.saturating_mul(1 << self.tries.saturating_sub(1).min(10)).min(longest)
    }
}

/// Whether the write may have been carried out despite this answer.
pub(super) fn is_inconclusive(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Throttled | RefusalKind::Unanswered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_000_000;

    fn raised(kind: RefusalKind) -> Uncertainty {
        let mut uncertainty = Uncertainty::default();
        uncertainty.raise(Refusal { kind, message: String::new(), request_id: None });
        uncertainty
    }

    /// The seconds of so many delays in a row.
    fn delays(mut uncertainty: Uncertainty, count: usize) -> Vec<u64> {
        let delay = |_| {
            assert!(uncertainty.back_off(None, NOW_MS));
            (uncertainty.ready_at_ms - NOW_MS) / 1_000
        };
        (0..count).map(delay).collect()
    }

    #[test]
    fn delays_double_up_to_half_a_minute_while_the_outcome_is_unknown() {
        assert_eq!(delays(raised(RefusalKind::Unanswered), 7), [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(delays(Uncertainty::default(), 2), [1, 2], "no write was answered yet");
    }

    #[test]
    fn after_a_refusal_the_token_is_read_at_once_unless_an_earlier_write_may_still_appear() {
        assert_eq!(delays(raised(RefusalKind::BadRequest), 6), [0, 2, 4, 8, 8, 8]);
        let mut refused = raised(RefusalKind::BadRequest);
        refused.may_appear_until_ms = NOW_MS;
        assert_eq!(delays(refused, 1), [0], "its time is over");
        let mut refused = raised(RefusalKind::BadRequest);
        refused.may_appear_until_ms = NOW_MS + 1;
        assert_eq!(delays(refused, 2), [1, 2]);
    }

    #[test]
    fn graphs_own_delay_counts_when_it_is_longer() {
        let mut uncertainty = raised(RefusalKind::Throttled);
        assert!(uncertainty.back_off(Some(5_000), NOW_MS));
        assert_eq!(uncertainty.ready_at_ms, NOW_MS + 5_000);
    }

    #[test]
    fn a_row_gives_up_after_sixty_delays() {
        let mut uncertainty = raised(RefusalKind::Unanswered);
        let tries = (0..99).take_while(|_| uncertainty.back_off(None, NOW_MS)).count();
        assert_eq!(tries, 60);
    }

    #[test]
    fn a_write_that_stays_unseen_for_twenty_seconds_is_repeated_three_times() {
        let mut uncertainty = Uncertainty::default();
        for repetition in 0..=3 {
            uncertainty.read_back(Some(format!("request-{repetition}")), NOW_MS);
            let mut delays = Vec::new();
            while uncertainty.ready_at_ms < NOW_MS + 20_000 {
                let now_ms = uncertainty.ready_at_ms;
                assert_eq!(uncertainty.not_seen(ChangeKind::Assign, now_ms), NotSeen::Wait);
                delays.push((uncertainty.ready_at_ms - now_ms) / 1_000);
            }
            assert_eq!(delays, [1, 2, 4, 8, 8]);
            let expected = if repetition < 3 { NotSeen::Repeat } else { NotSeen::GiveUp };
            assert_eq!(uncertainty.not_seen(ChangeKind::Assign, NOW_MS + 20_000), expected);
            assert_eq!(uncertainty.lost.len(), repetition + 1);
        }
        assert_eq!(
            uncertainty.may_appear_until_ms,
            NOW_MS + 20_000 + LAG_MS,
            "a repetition may be seen twice"
        );
    }
}
