//! Which call a run makes next: within the pace, and reading back when that is worth a request.

use super::{POLL_INTERVAL_MS, Rollout, Watcher};
use crate::{
    ports::{ChangeKind, MAX_ITEMS},
    run::{
        call::{ReadBack, RowCall},
        job::{Job, NextCall},
        queue::Limits,
    },
};

/// Rows in one call.
const CHUNK: usize = 40;
/// Unseen and uncertain writes that are read together while other writes are left, and the longest time that they wait for it, in
/// milliseconds: each time may read the whole inventory.
const READ_BACK_ROWS: usize = 500;
const READ_BACK_AFTER_MS: u64 = 25_000;
/// While the writes that are left take longer than this, in milliseconds, uncertain writes are not looked up one by one but with those
/// that are read back: the run ends no later when a row waits, but a read may take the place of a write.
const HURRY_MS: u64 = 60_000;
/// Tokens on one page of the inventory (MICROSOFT_GRAPH.md 1.2).
const PAGE: usize = 1_000;
/// So many reads of single tokens take as long as a page, which comes after the page before it: Graph counts each item of a
/// `$batch` request (MICROSOFT_GRAPH.md 4).
const READS_PER_PAGE: usize = 5;
/// Bounds of the margin before the end of an interval in which no code is sent, in milliseconds. The margin is twice
/// the duration of the slowest recent call; five seconds is what published scripts use without measuring.
const CODE_MARGIN_MS: (u64, u64) = (1_000, 5_000);

impl Rollout {
    /// The next call and its rows; `None` when none can be made now.
    pub(super) fn take(&mut self, now_ms: u64, watcher: &impl Watcher) -> Option<(RowCall, Vec<Job>)> {
        if now_ms < self.paused_until_ms {
            return None;
        }
        self.resume(watcher);
        let limits = Limits {
            rows: CHUNK,
            lookups: if self.is_in_hurry() { CHUNK } else { 0 },
            creations: (MAX_ITEMS, self.creation_size.unwrap_or(MAX_ITEMS)),
            writes: self.pace.allowance(now_ms),
            now_ms,
            margin_ms: (self.slowest_call_ms * 2).clamp(CODE_MARGIN_MS.0, CODE_MARGIN_MS.1),
        };
        if let Some((next, jobs)) = self.queue.take(&limits) {
            match next {
                NextCall::Read(_) | NextCall::ReadBack => self.pace.read(jobs.len(), now_ms),
                NextCall::Write(_) => self.pace.sent(self.cost(next, jobs.len()), now_ms),
            }
            self.in_flight += 1;
            return Some((RowCall::Rows(next), jobs));
        }
        self.take_read_back(&limits)
    }

    /// Whether uncertain writes are looked up at once.
    fn is_in_hurry(&self) -> bool {
        self.remaining_ms < HURRY_MS
    }

    /// Rows whose writes are read back now, and uncertain ones: when enough of them wait, some wait for long, or nothing else is
    /// left to do.
    fn take_read_back(&mut self, limits: &Limits) -> Option<(RowCall, Vec<Job>)> {
        let now_ms = limits.now_ms;
        let waiting = self.queue.unseen() + self.queue.uncertain();
        if waiting == 0 {
            self.unseen_since_ms = None;
            return None;
        }
        let since_ms = *self.unseen_since_ms.get_or_insert(now_ms);
        let is_due = waiting >= READ_BACK_ROWS
            || now_ms >= since_ms + READ_BACK_AFTER_MS
            || self.in_flight == 0 && !self.queue.writes_before(now_ms + CODE_MARGIN_MS.1);
        if !is_due || self.is_reading_back {
            return None;
        }
        self.take_unseen(now_ms).or_else(|| {
            let (next, jobs) = self.queue.take(&Limits { lookups: CHUNK, writes: 0, ..*limits })?;
            self.pace.read(jobs.len(), now_ms);
            self.in_flight += 1;
            Some((RowCall::Rows(next), jobs))
        })
    }

    /// Rows whose writes are read back, by the way that costs less; with them, where all pages are read, uncertain ones.
    pub(super) fn take_unseen(&mut self, now_ms: u64) -> Option<(RowCall, Vec<Job>)> {
        let unseen = self.queue.unseen();
        let waiting = unseen + self.queue.uncertain();
        if waiting == 0 || self.is_reading_back {
            return None;
        }
        let pages = self.inventory.div_ceil(PAGE);
        if pages * READS_PER_PAGE < waiting {
            self.is_reading_back = true;
            self.unseen_since_ms = None;
            self.pace.read(pages, now_ms);
            let mut jobs = self.queue.take_unseen(unseen);
            jobs.extend(self.queue.take_uncertain());
            return Some((RowCall::ReadBack(ReadBack::Inventory), jobs));
        }
        if unseen == 0 {
            return None;
        }
        let jobs = self.queue.take_unseen(MAX_ITEMS);
        self.pace.read(jobs.len(), now_ms);
        Some((RowCall::ReadBack(ReadBack::Ids), jobs))
    }

    /// The writes that Graph counts for a call.
    pub(super) fn cost(&self, call: NextCall, rows: usize) -> usize {
        match call {
            NextCall::Write(ChangeKind::Create) => rows.div_ceil(self.creation_size.unwrap_or(MAX_ITEMS)),
            NextCall::Write(_) => rows,
            NextCall::Read(_) | NextCall::ReadBack => 0,
        }
    }

    /// How long to sleep when no call can be made now; `None` when no row is left.
    pub(super) fn sleep_ms(&self, now_ms: u64) -> Option<u64> {
        if self.queue.is_empty() {
            return None;
        }
        let paced = (self.queue.writes() > 0).then(|| self.pace.ready_at_ms(now_ms));
        let due_ms = self.queue.due_ms().into_iter().chain(paced).min().unwrap_or(now_ms + POLL_INTERVAL_MS);
        Some(due_ms.max(self.paused_until_ms).saturating_sub(now_ms).clamp(1, POLL_INTERVAL_MS))
    }
}
