//! Limits the rate of writes below Graph's own limit: 3,000 in 150 s for each app and tenant.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// The rate limit of writes.
#[derive(Debug, Clone, Copy)]
pub struct WriteRateLimit {
    /// Most writes in any window.
    pub writes: usize,
    /// Length of the window.
    pub window: Duration,
    /// Longest time that a call waits; a longer wait is returned to the caller instead.
    pub max_wait: Duration,
}

impl Default for WriteRateLimit {
    fn default() -> Self {
        // A little below the documented 3,000: other tools may use the same app.
        Self { writes: 2_900, window: Duration::from_secs(150), max_wait: Duration::from_secs(5) }
    }
}

/// The writes of the last window, oldest first.
#[derive(Debug, Default)]
struct RecentWrites(VecDeque<(Instant, usize)>);

impl RecentWrites {
    /// Records `writes`, or returns how long to wait until the limit allows them.
    fn try_acquire(&mut self, limit: WriteRateLimit, now: Instant, writes: usize) -> Result<(), Duration> {
        self.drop_expired(limit.window, now);
        let mut spent: usize = self.0.iter().map(|(_, writes)| writes).sum();
        let mut wait = None;
        for (when, old) in &self.0 {
            // More writes than the limit are allowed if there are no others in the window.
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

/// Delays writes to stay within the limit.
pub(crate) struct WriteThrottle {
    limit: WriteRateLimit,
    recent_writes: Mutex<RecentWrites>,
}

impl WriteThrottle {
    /// Without recorded writes.
    pub fn new(limit: WriteRateLimit) -> Self {
        Self { limit, recent_writes: Mutex::default() }
    }

    /// Waits until the limit allows so many writes, and records them. Returns the wait if it is longer than `max_wait`,
    /// or, without `may_wait`, if there is any.
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

    /// Records writes that are sent again: Graph counts them each time.
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
    fn allows_writes_within_the_limit() {
        let start = Instant::now();
        let mut recent_writes = recent_writes(start, &[(0, 6)]);
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 4), Ok(()));
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 1), Err(149));
    }

    #[test]
    fn waits_until_enough_writes_have_expired() {
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
    fn never_exceeds_the_limit_in_any_window() {
        let start = Instant::now();
        let mut recent_writes = RecentWrites::default();
        let admitted: Vec<u64> =
            (0..600).filter(|second| try_acquire(&mut recent_writes, start, *second, 1).is_ok()).collect();
        assert_eq!(admitted.len(), 40);
        assert!(admitted.windows(11).all(|eleven| eleven[10] - eleven[0] >= 150));
    }

    #[test]
    fn allows_more_than_the_limit_when_the_window_is_empty() {
        let start = Instant::now();
        let mut recent_writes = RecentWrites::default();
        assert_eq!(try_acquire(&mut recent_writes, start, 0, 11), Ok(()));
        assert_eq!(try_acquire(&mut recent_writes, start, 1, 1), Err(149));
    }

    #[tokio::test]
    async fn returns_a_wait_longer_than_max_wait() {
        let throttle = WriteThrottle::new(LIMIT);
        throttle.acquire(10, true).await.unwrap();
        let wait = throttle.acquire(1, true).await.unwrap_err();
        assert!(wait > Duration::from_secs(149));
    }

    #[tokio::test]
    async fn waits_until_the_limit_allows_the_write() {
        let limit =
            WriteRateLimit { writes: 1, window: Duration::from_millis(20), max_wait: Duration::from_secs(5) };
        let throttle = WriteThrottle::new(limit);
        let start = Instant::now();
        throttle.acquire(1, true).await.unwrap();
        throttle.acquire(1, true).await.unwrap();
        assert!(start.elapsed() >= limit.window);
    }

    #[tokio::test]
    async fn returns_any_wait_to_callers_that_may_not_wait() {
        let limit =
            WriteRateLimit { writes: 1, window: Duration::from_secs(2), max_wait: Duration::from_secs(5) };
        let throttle = WriteThrottle::new(limit);
        throttle.acquire(1, false).await.unwrap();
        assert!(throttle.acquire(1, false).await.unwrap_err() <= limit.window);
    }
}
