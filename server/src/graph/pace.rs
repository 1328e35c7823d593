//! Stays below Graph's budget of writes, so that Graph need not complain: 3,000 in 150 s for an app and tenant.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// How many writes in how long a time.
#[derive(Debug, Clone, Copy)]
pub struct WriteBudget {
    /// Most writes in any window.
    pub writes: usize,
    /// Length of the window.
    pub window: Duration,
    /// Longest time that a call is held back; when it would be longer the caller is told instead.
    pub patience: Duration,
}

impl Default for WriteBudget {
    fn default() -> Self {
        // A little below the documented 3,000: other tools of the same app write too.
        Self { writes: 2_900, window: Duration::from_secs(150), patience: Duration::from_secs(5) }
    }
}

/// The writes of the last window, oldest first.
#[derive(Debug, Default)]
struct Ledger(VecDeque<(Instant, usize)>);

impl Ledger {
    /// Takes `writes` out of the budget, or tells how long to wait before it can.
    fn take(&mut self, budget: WriteBudget, now: Instant, writes: usize) -> Result<(), Duration> {
        self.forget(budget.window, now);
        let mut spent: usize = self.0.iter().map(|(_, writes)| writes).sum();
        let mut wait = None;
        for (when, old) in &self.0 {
            // More than a whole budget at once goes out when nothing else is on the books.
            if spent == 0 || spent + writes <= budget.writes {
                break;
            }
            spent -= old;
            wait = Some((*when + budget.window).saturating_duration_since(now));
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.note(now, writes);
        Ok(())
    }

    fn note(&mut self, now: Instant, writes: usize) {
        if writes > 0 {
            self.0.push_back((now, writes));
        }
    }

    fn forget(&mut self, window: Duration, now: Instant) {
        while self.0.front().is_some_and(|(when, _)| now.saturating_duration_since(*when) >= window) {
            self.0.pop_front();
        }
    }
}

/// Holds writes back.
pub(crate) struct Pacer {
    budget: WriteBudget,
    ledger: Mutex<Ledger>,
}

impl Pacer {
    /// With nothing spent.
    pub fn new(budget: WriteBudget) -> Self {
        Self { budget, ledger: Mutex::default() }
    }

    /// Waits until so many writes fit into the budget; tells the wait when it is longer than the patience, or when
    /// they `may_wait` not at all.
    pub async fn admit(&self, writes: usize, may_wait: bool) -> Result<(), Duration> {
        let patience = if may_wait { self.budget.patience } else { Duration::ZERO };
        let deadline = Instant::now() + patience;
        while let Err(wait) = self.take(writes) {
            if Instant::now() + wait > deadline {
                return Err(wait);
            }
            sleep(wait).await;
        }
        Ok(())
    }

    /// Books writes that are sent again: Graph counts them once more.
    pub fn note(&self, writes: usize) {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).note(Instant::now(), writes);
    }

    fn take(&self, writes: usize) -> Result<(), Duration> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.take(self.budget, Instant::now(), writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: WriteBudget =
        WriteBudget { writes: 10, window: Duration::from_secs(150), patience: Duration::ZERO };

    fn ledger(start: Instant, entries: &[(u64, usize)]) -> Ledger {
        Ledger(
            entries.iter().map(|(second, writes)| (start + Duration::from_secs(*second), *writes)).collect(),
        )
    }

    fn take(ledger: &mut Ledger, start: Instant, second: u64, writes: usize) -> Result<(), u64> {
        ledger.take(BUDGET, start + Duration::from_secs(second), writes).map_err(|wait| wait.as_secs())
    }

    #[test]
    fn admits_what_fits() {
        let start = Instant::now();
        let mut ledger = ledger(start, &[(0, 6)]);
        assert_eq!(take(&mut ledger, start, 1, 4), Ok(()));
        assert_eq!(take(&mut ledger, start, 1, 1), Err(149));
    }

    #[test]
    fn waits_for_as_many_old_writes_as_it_needs() {
        let start = Instant::now();
        let mut ledger = ledger(start, &[(0, 3), (50, 3), (100, 3)]);
        assert_eq!(take(&mut ledger, start, 101, 2), Err(49));
        assert_eq!(take(&mut ledger, start, 101, 5), Err(99));
        assert_eq!(take(&mut ledger, start, 150, 2), Ok(()), "the oldest three have left the window");
    }

    #[test]
    fn never_exceeds_the_budget_in_any_window() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        let admitted: Vec<u64> =
            (0..600).filter(|second| take(&mut ledger, start, *second, 1).is_ok()).collect();
        assert_eq!(admitted.len(), 40);
        assert!(admitted.windows(11).all(|eleven| eleven[10] - eleven[0] >= 150));
    }

    #[test]
    fn lets_more_than_the_budget_pass_when_nothing_was_written() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        assert_eq!(take(&mut ledger, start, 0, 11), Ok(()));
        assert_eq!(take(&mut ledger, start, 1, 1), Err(149));
    }

    #[tokio::test]
    async fn tells_a_wait_that_is_longer_than_its_patience() {
        let pacer = Pacer::new(BUDGET);
        pacer.admit(10, true).await.unwrap();
        let wait = pacer.admit(1, true).await.unwrap_err();
        assert!(wait > Duration::from_secs(149));
    }

    #[tokio::test]
    async fn waits_for_room_within_its_patience() {
        let budget =
            WriteBudget { writes: 1, window: Duration::from_millis(20), patience: Duration::from_secs(5) };
        let pacer = Pacer::new(budget);
        let start = Instant::now();
        pacer.admit(1, true).await.unwrap();
        pacer.admit(1, true).await.unwrap();
        assert!(start.elapsed() >= budget.window);
    }

    #[tokio::test]
    async fn what_ages_is_told_even_a_short_wait() {
        let budget =
            WriteBudget { writes: 1, window: Duration::from_secs(2), patience: Duration::from_secs(5) };
        let pacer = Pacer::new(budget);
        pacer.admit(1, false).await.unwrap();
        assert!(pacer.admit(1, false).await.unwrap_err() <= budget.window);
    }
}
