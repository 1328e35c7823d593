//! How long a row waits for a clear answer, and when it gives up.

use crate::{
    ports::{Refusal, RefusalKind},
    rollout::{Progress, Stage, messages},
};

/// Tries without progress after which a row fails even unread.
const MAX_WAITS: u32 = 60;
/// Shortest and longest back-off, in milliseconds; the last is the longest while the row waits for Graph's lag.
const BACKOFF_MS: u64 = 1_000;
const MAX_BACKOFF_MS: u64 = 30_000;
const MAX_LAG_BACKOFF_MS: u64 = 8_000;

/// What is in doubt about a row's last write.
#[derive(Debug, Default)]
pub(in crate::rollout) struct Uncertainty {
    /// Not before this moment.
    pub ready_at_ms: u64,
    /// Whether the last write's outcome is in doubt.
    pub is_raised: bool,
    /// Graph's last answer to a write other than "done".
    pub last: Option<Refusal>,
    /// Tries without progress.
    pub tries: u32,
    /// Times that something else changed the token at the same moment.
    pub conflicts: u32,
    /// Until then a write without an answer may come to light.
    pub may_appear_until_ms: u64,
}

impl Uncertainty {
    /// The last write has no good answer: the token is to be read.
    pub fn raise(&mut self, refusal: Refusal) {
        self.last = Some(refusal);
        self.is_raised = true;
    }

    /// The last write may be made (again) at `now_ms`.
    pub fn clear(&mut self, now_ms: u64) {
        self.is_raised = false;
        self.ready_at_ms = now_ms;
    }

    /// Puts the next call off; `false` when it was put off too often.
    #[must_use]
    pub fn back_off(&mut self, after_ms: Option<u64>, now_ms: u64) -> bool {
        self.tries += 1;
        self.ready_at_ms = now_ms + self.backoff_ms(now_ms).max(after_ms.unwrap_or_default());
        self.tries <= MAX_WAITS
    }

    /// What the row waits for.
    pub fn waiting(&self, stage: Stage) -> Progress {
        let kind = self.last.as_ref().map_or(RefusalKind::Unanswered, |refusal| refusal.kind);
        Progress { stage, waiting: Some(messages::waiting_for(kind).to_owned()), ..Progress::default() }
    }

    fn backoff_ms(&self, now_ms: u64) -> u64 {
        let surfacing = now_ms < self.may_appear_until_ms;
        let open = self.last.as_ref().is_none_or(is_inconclusive);
        if self.is_raised && !open && !surfacing && self.tries == 1 {
            // A plain refusal is read back at once; only what may be on its way needs time to show.
            return 0;
        }
        let longest = if open { MAX_BACKOFF_MS } else { MAX_LAG_BACKOFF_MS };
        BACKOFF_MS.saturating_mul(1 << self.tries.saturating_sub(1).min(10)).min(longest)
    }
}

/// Whether the write may have been carried out in spite of this answer.
pub(super) fn is_inconclusive(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Throttled | RefusalKind::Unanswered)
}
