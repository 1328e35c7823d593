//! The documented write limit of an app in a tenant within 150 seconds (MICROSOFT_GRAPH.md 5).

use std::collections::VecDeque;

/// The window of the limit.
const WINDOW_MS: u64 = 150_000;

/// The writes of the last 150 seconds. Refused writes count too, as Microsoft documents: a client that keeps writing stays
/// throttled.
#[derive(Default)]
pub struct WriteWindow {
    made: VecDeque<u64>,
}

impl WriteWindow {
    /// Counts `writes`; returns the seconds to wait when they exceed `most`.
    pub fn spend(&mut self, writes: usize, most: usize, now_ms: u64) -> Result<(), u64> {
        while self.made.front().is_some_and(|made| made + WINDOW_MS <= now_ms) {
            self.made.pop_front();
        }
        self.made.extend(std::iter::repeat_n(now_ms, writes));
        if writes == 0 || self.made.len() <= most {
            return Ok(());
        }
        Err(self.wait_ms(most, now_ms).div_ceil(1000).max(1))
    }

    /// Milliseconds until one more write is allowed.
    fn wait_ms(&self, most: usize, now_ms: u64) -> u64 {
        let last_to_leave = self.made.get(self.made.len().saturating_sub(most.max(1)));
        last_to_leave.map_or(WINDOW_MS, |made| (made + WINDOW_MS).saturating_sub(now_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_the_limit_of_writes_in_each_window() {
        let mut budget = WriteWindow::default();
        assert_eq!(budget.spend(2, 3, 0), Ok(()));
        assert_eq!(budget.spend(1, 3, 60_000), Ok(()));
        assert!(budget.spend(1, 3, 60_001).is_err());
        assert_eq!(budget.spend(1, 3, 150_000), Ok(()));
    }

    #[test]
    fn a_write_is_allowed_after_the_returned_wait() {
        let mut budget = WriteWindow::default();
        assert_eq!(budget.spend(3, 3, 0), Ok(()));
        let seconds = budget.spend(1, 3, 10_000).unwrap_err();
        assert_eq!(budget.spend(1, 3, 10_000 + seconds * 1000), Ok(()));
    }

    #[test]
    fn refused_writes_extend_the_throttling() {
        let mut budget = WriteWindow::default();
        assert_eq!(budget.spend(3, 3, 0), Ok(()));
        for second in 1..=3 {
            assert!(budget.spend(1, 3, second * 1000).is_err());
        }
        assert!(budget.spend(1, 3, 150_000).is_err(), "the three refused writes still count");
    }

    #[test]
    fn reading_costs_nothing() {
        let mut budget = WriteWindow::default();
        assert_eq!(budget.spend(4, 3, 0), Err(150));
        assert_eq!(budget.spend(0, 3, 0), Ok(()));
    }
}
