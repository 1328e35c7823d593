//! Counts the requests to Microsoft of this process, for its metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// The requests by the class of their answer.
static ANSWERED: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static THROTTLED: AtomicU64 = AtomicU64::new(0);
static UNANSWERED: AtomicU64 = AtomicU64::new(0);
static WRITES: AtomicU64 = AtomicU64::new(0);

/// How many requests were sent to Microsoft Entra and Graph since the start of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCounts {
    /// By the class of the status: 1xx to 5xx.
    pub answered: [u64; 5],
    /// Of these, those with the status 429.
    pub throttled: u64,
    /// Without an answer.
    pub unanswered: u64,
    /// The writes that Graph counts against the app's limit, several in a request: their rate is the pace of the runs.
    pub writes: u64,
}

/// The counts so far.
pub fn call_counts() -> CallCounts {
    CallCounts {
        answered: ANSWERED.each_ref().map(|count| count.load(Ordering::Relaxed)),
        throttled: THROTTLED.load(Ordering::Relaxed),
        unanswered: UNANSWERED.load(Ordering::Relaxed),
        writes: WRITES.load(Ordering::Relaxed),
    }
}

/// Counts a request with this status; `None`: it got no answer.
pub(crate) fn count(status: Option<u16>) {
    let Some(status) = status else {
        UNANSWERED.fetch_add(1, Ordering::Relaxed);
        return;
    };
    if let Some(class) = ANSWERED.get(usize::from(status / 100).saturating_sub(1)) {
        class.fetch_add(1, Ordering::Relaxed);
    }
    if status == 429 {
        THROTTLED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts writes that were sent.
pub(crate) fn count_writes(writes: usize) {
    WRITES.fetch_add(u64::try_from(writes).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_requests_are_counted_among_the_answered() {
        let before = call_counts();
        for status in [Some(200), Some(429), None] {
            count(status);
        }
        let after = call_counts();
        assert!(after.answered[1] > before.answered[1] && after.answered[3] > before.answered[3]);
        assert!(after.throttled > before.throttled && after.unanswered > before.unanswered);
    }
}
