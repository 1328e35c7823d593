//! What the writes of one call cost, as Graph counts them.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::call_counts;

/// Counts what a call sends, and remembers the highest warning of Graph. The call's requests share it.
#[derive(Debug, Default)]
pub(crate) struct WriteCost {
    writes: AtomicUsize,
    limit_percentage: AtomicU32,
}

impl WriteCost {
    /// Counts writes that were sent, repeated ones each time.
    pub fn count(&self, writes: usize) {
        self.writes.fetch_add(writes, Ordering::Relaxed);
        call_counts::count_writes(writes);
    }

    /// Notes what an answer says of the limit.
    pub fn note_limit(&self, percentage: Option<u32>) {
        self.limit_percentage.fetch_max(percentage.unwrap_or(0), Ordering::Relaxed);
    }

    /// The writes so far.
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// The highest share of the limit that an answer named, in percent.
    pub fn limit_percentage(&self) -> Option<u32> {
        Some(self.limit_percentage.load(Ordering::Relaxed)).filter(|percentage| *percentage > 0)
    }
}
