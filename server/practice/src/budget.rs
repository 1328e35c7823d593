//! The write limit of an app in a tenant (MICROSOFT_GRAPH.md 5): over a sliding window, or as a budget that refills steadily.

use std::collections::VecDeque;

use super::settings::PracticeSettings;

/// The time within which the limit's writes are allowed.
const WINDOW_MS: u64 = 150_000;

/// What a request did to the budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spending {
    /// The used share of the budget, this request included; above 1 when requests were refused.
    pub used: f64,
    /// Seconds until one more request is allowed, when this one is refused.
    pub wait_s: Option<u64>,
}

/// The budget, by one of two rules.
pub enum Budget {
    Sliding(SlidingWindow),
    Steady(TokenBucket),
}

impl Budget {
    pub fn new(settings: &PracticeSettings) -> Self {
        match settings.steady_budget {
            false => Self::Sliding(SlidingWindow { most: settings.write_budget, made: VecDeque::new() }),
            true => Self::Steady(TokenBucket::full(settings.write_budget)),
        }
    }

    /// Spends one request.
    pub fn spend(&mut self, now_ms: u64) -> Spending {
        match self {
            Self::Sliding(window) => window.spend(now_ms),
            Self::Steady(bucket) => bucket.spend(now_ms),
        }
    }
}

/// The requests of the last 150 seconds. Refused ones count too, as Microsoft documents: a client that keeps writing stays
/// throttled.
pub struct SlidingWindow {
    most: usize,
    made: VecDeque<u64>,
}

impl SlidingWindow {
    fn spend(&mut self, now_ms: u64) -> Spending {
        while self.made.front().is_some_and(|made| made + WINDOW_MS <= now_ms) {
            self.made.pop_front();
        }
        self.made.push_back(now_ms);
        let refused = self.made.len() > self.most;
        Spending {
            used: self.made.len() as f64 / self.most.max(1) as f64,
            wait_s: refused.then(|| whole_seconds(self.wait_ms(now_ms))),
        }
    }

    /// Milliseconds until one more request is allowed.
    fn wait_ms(&self, now_ms: u64) -> u64 {
        let last_to_leave = self.made.get(self.made.len().saturating_sub(self.most.max(1)));
        last_to_leave.map_or(WINDOW_MS, |made| (made + WINDOW_MS).saturating_sub(now_ms))
    }
}

/// A budget that is full at first and refills steadily, all of it within 150 seconds. Refused requests do not draw from it.
pub struct TokenBucket {
    most: u64,
    /// What is left, in parts of which a request costs [`WINDOW_MS`] and `most` come back each millisecond: whole numbers.
    left: u64,
    at_ms: u64,
}

impl TokenBucket {
    fn full(most: usize) -> Self {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        Self { most, left: most.saturating_mul(WINDOW_MS), at_ms: 0 }
    }

    fn spend(&mut self, now_ms: u64) -> Spending {
        let capacity = self.most.saturating_mul(WINDOW_MS);
        let refilled = self.most.saturating_mul(now_ms.saturating_sub(self.at_ms));
        self.left = self.left.saturating_add(refilled).min(capacity);
        self.at_ms = self.at_ms.max(now_ms);
        let missing = WINDOW_MS.saturating_sub(self.left);
        let wait_s = (missing > 0).then(|| whole_seconds(missing.div_ceil(self.most.max(1))));
        if wait_s.is_none() {
            self.left -= WINDOW_MS;
        }
        Spending { used: (capacity - self.left) as f64 / capacity.max(1) as f64, wait_s }
    }
}

fn whole_seconds(ms: u64) -> u64 {
    ms.div_ceil(1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(write_budget: usize, steady_budget: bool) -> Budget {
        Budget::new(&PracticeSettings { write_budget, steady_budget, ..PracticeSettings::default() })
    }

    /// The answers to this many requests at one time: how many are allowed, and the wait of the last.
    fn burst(budget: &mut Budget, requests: usize, now_ms: u64) -> (usize, Option<u64>) {
        let waits: Vec<_> = (0..requests).map(|_| budget.spend(now_ms).wait_s).collect();
        (waits.iter().filter(|wait| wait.is_none()).count(), waits.last().copied().flatten())
    }

    #[test]
    fn allows_the_limit_of_writes_in_each_window() {
        let mut budget = budget(3, false);
        assert_eq!(burst(&mut budget, 2, 0), (2, None));
        assert_eq!(burst(&mut budget, 1, 60_000), (1, None));
        assert_eq!(burst(&mut budget, 1, 60_001).0, 0);
        assert_eq!(burst(&mut budget, 1, 150_000), (1, None));
    }

    #[test]
    fn a_write_is_allowed_after_the_returned_wait() {
        for steady in [false, true] {
            let mut budget = budget(3, steady);
            let (allowed, wait) = burst(&mut budget, 4, 10_000);
            assert_eq!(allowed, 3);
            assert_eq!(burst(&mut budget, 1, 10_000 + wait.unwrap() * 1000), (1, None), "{steady}");
        }
    }

    #[test]
    fn refused_writes_extend_the_throttling_of_the_sliding_window() {
        let mut budget = budget(3, false);
        burst(&mut budget, 3, 0);
        for second in 1..=3 {
            assert_eq!(burst(&mut budget, 1, second * 1000).0, 0);
        }
        assert_eq!(burst(&mut budget, 1, 150_000).0, 0, "the three refused writes still count");
    }

    #[test]
    fn a_steady_budget_is_spent_at_once_and_comes_back_evenly() {
        let mut budget = budget(3_000, true);
        assert_eq!(burst(&mut budget, 3_100, 1_000), (3_000, Some(1)));
        assert_eq!(burst(&mut budget, 3_000, 2_000), (20, Some(1)), "refused writes do not draw");
        let each_second: Vec<_> = (3..=12).map(|s| burst(&mut budget, 100, s * 1000).0).collect();
        assert_eq!(each_second, [20; 10]);
        assert_eq!(burst(&mut budget, 4_000, 1_000_000).0, 3_000, "it never holds more than the limit");
    }

    #[test]
    fn says_which_share_is_used() {
        let used = |steady, requests| {
            let mut budget = budget(10, steady);
            (0..requests).map(|_| budget.spend(0).used).last().unwrap()
        };
        assert_eq!([used(false, 1), used(false, 8), used(false, 12)], [0.1, 0.8, 1.2]);
        assert_eq!([used(true, 1), used(true, 8), used(true, 12)], [0.1, 0.8, 1.0]);
    }

    #[test]
    fn a_budget_of_none_refuses_everything() {
        for steady in [false, true] {
            assert_eq!(burst(&mut budget(0, steady), 2, 5), (0, Some(150)), "{steady}");
        }
    }
}
