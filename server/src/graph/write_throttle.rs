//! Stays below Graph's budget of writes, so that Graph need not complain: 3,000 in 150 s for an app and tenant.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// How many writes in how long a time.
#[derive(Debug, Clone, Copy)]
pub struct WriteRateLimit {
    /// Most writes in any window.
    pub writes: usize,
    /// Length of the window.
    pub window: Duration,
    /// Longest time that a call is held back; when it would be longer the caller is told instead.
    pub max_wait: Duration,
}

impl Default for WriteRateLimit {
    fn default() -> Self {
        // A little below the documented 3,000: other tools of the same app write too.
        Self { writes: 2_900, window: Duration::from_secs(150), max_wait: Duration::from_secs(5) }
    }
}

/// The writes of the last window, oldest first.
#[derive(Debug, Default)]
struct RecentWrites(VecDeque<(Instant, usize)>);

impl RecentWrites {
    /// Takes `writes` out of the budget, or tells how long to wait before it can.
    fn try_acquire(&mut self, limit: WriteRateLimit, now: Instant, writes: usize) -> Result<(), Duration> {
        self.drop_expired(limit.window, now);
        let mut spent: usize = self.0.iter().map(|(_, writes)| writes).sum();
        let mut wait = None;
        for (when, old) in &self.0 {
            // More than a whole budget at once goes out when nothing else is on the books.
            if spent == 0 || spent + writes <= limit.writes {
                break;
            }
            spent -= old;
            wait = Some((*when + limit.window).saturating_duration_since(now));
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.record(now, writes);
        Ok(())
    }

    fn record(&mut self, now: Instant, writes: usize) {
        if writes > 0 {
            self.0.push_back((now, writes));
        }
    }

    fn drop_expired(&mut self, window: Duration, now: Instant) {
        while self.0.front().is_some_and(|(when, _)| now.saturating_duration_since(*when) >= window) {
            self.0.pop_front();
        }
    }
}

/// Holds writes back.
pub(crate) struct WriteThrottle {
    limit: WriteRateLimit,
    recent_writes: Mutex<RecentWrites>,
}

impl WriteThrottle {
    /// With nothing spent.
    pub fn new(limit: WriteRateLimit) -> Self {
        Self { limit, recent_writes: Mutex::default() }
    }

    /// Waits until so many writes fit into the budget; tells the wait when it is longer than the patience, or when
    /// they `may_wait` not at all.
    pub async fn acquire(&self, writes: usize, may_wait: bool) -> Result<(), Duration> {
        let max_wait = if may_wait { self.limit.max_wait } else { Duration::ZERO };
        let deadline = Instant::now() + max_wait;
        while let Err(wait) = self.try_acquire(writes) {
            if Instant::now() + wait > deadline {
                return Err(wait);
            }
            sleep(wait).await;
        }
        Ok(())
    }

    /// Books writes that are sent again: Graph counts them once more.
    pub fn record(&self, writes: usize) {
        self.recent_writes.lock().unwrap_or_else(PoisonError::into_inner).record(Instant::now(), writes);
    }

    fn try_acquire(&self, writes: usize) -> Result<(), Duration> {
        let mut recent_writes = self.recent_writes.lock().unwrap_or_else(PoisonError::into_inner);
        recent_writes.try_acquire(self.limit, Instant::now(), writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: WriteRateLimit =
        WriteRateLimit { writes: 10, window: Duration::from_secs(150), max_wait: Duration::ZERO };

    fn recent_writes(start: Instant, entries: &[(u64, usize)]) -> RecentWrites {
        RecentWrites(
            entries.iter().map(|(second, writes)| (start + Duration::from_secs(*second), *writes)).collect(),
        )
    }

    fn try_acquire(
        recent_writes: &mut RecentWrites,
        start: Instant,
        second: u64,
        writes: usize,
    ) -> Result<(), u64> {
        recent_writes
            .try_acquire(LIMIT, start + Duration::from_secs(second), writes)
            .map_err(|wait| wait.as_secs())
    }

    #[test]
    fn admits_what_fits() {
        let start = Instant::now();
        let mut recent_writes = recent_writes(start, &[(0, 6)]);
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 4), Ok(()));
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 1), Err(149));
    }

    #[test]
    fn waits_for_as_many_old_writes_as_it_needs() {
        let start = Instant::now();
        let mut recent_writes = recent_writes(start, &[(0, 3), (50, 3), (100, 3)]);
        assert_eq!(try_acquire(&mut recent_writes, start, 101, 2), Err(49));
        assert_eq!(try_acquire(&mut recent_writes, start, 101, 5), Err(99));
        assert_eq!(
            try_acquire(&mut recent_writes, start, 150, 2),
            Ok(()),
            "the oldest three have left the window"
        );
    }

    #[test]
    fn never_exceeds_the_budget_in_any_window() {
        let start = Instant::now();
        let mut recent_writes = RecentWrites::default();
        let admitted: Vec<u64> =
            (0..600).filter(|second| try_acquire(&mut recent_writes, start, *second, 1).is_ok()).collect();
        assert_eq!(admitted.len(), 40);
        assert!(admitted.windows(11).all(|eleven| eleven[10] - eleven[0] >= 150));
    }

    #[test]
    fn lets_more_than_the_budget_pass_when_nothing_was_written() {
        let start = Instant::now();
        let mut recent_writes = RecentWrites::default();
        assert_eq!(try_acquire(&mut recent_writes, start, 0, 11), Ok(()));
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 1), Err(149));
    }

    #[tokio::test]
    async fn tells_a_wait_that_is_longer_than_its_patience() {
        let throttle = WriteThrottle::new(LIMIT);
        throttle.acquire(10, true).await.unwrap();
        let wait = throttle.acquire(1, true).await.unwrap_err();
        assert!(wait > Duration::from_secs(149));
    }

    #[tokio::test]
    async fn waits_for_room_within_its_patience() {
        let limit =
            WriteRateLimit { writes: 1, window: Duration::from_millis(20), max_wait: Duration::from_secs(5) };
        let throttle = WriteThrottle::new(limit);
        let start = Instant::now();
        throttle.acquire(1, true).await.unwrap();
        throttle.acquire(1, true).await.unwrap();
        assert!(start.elapsed() >= limit.window);
    }

    #[tokio::test]
    async fn what_ages_is_told_even_a_short_wait() {
        let limit =
            WriteRateLimit { writes: 1, window: Duration::from_secs(2), max_wait: Duration::from_secs(5) };
        let throttle = WriteThrottle::new(limit);
        throttle.acquire(1, false).await.unwrap();
        assert!(throttle.acquire(1, false).await.unwrap_err() <= limit.window);
    }
}
