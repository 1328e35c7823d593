//! The limit of requests: 3,000 in 150 seconds, in a sliding window or as a budget that refills steadily.

use std::collections::VecDeque;

const WINDOW_MS: u64 = 150_000;
const MOST: u64 = 3_000;

/// How the tenant counts requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitRules {
    /// Whether the budget refills steadily; else the window slides.
    pub steady: bool,
    /// Whether reads count, too.
    pub reads: bool,
    /// Whether answers name the used share of the limit.
    pub reports: bool,
}

/// The requests that count.
#[derive(Debug)]
pub(super) struct Limit {
    pub rules: LimitRules,
    /// When those of the last window arrived; refused ones count, too.
    made_ms: VecDeque<u64>,
    /// What is left of the steady budget, in parts of which a request costs [`WINDOW_MS`], and since when.
    left: u64,
    at_ms: u64,
}

impl Limit {
    pub fn new(rules: LimitRules) -> Self {
        Self { rules, made_ms: VecDeque::new(), left: MOST * WINDOW_MS, at_ms: 0 }
    }

    /// Counts a request: the milliseconds to wait if it is refused.
    pub fn spend(&mut self, now_ms: u64) -> Option<u64> {
        let wait_ms = match self.rules.steady {
            true => self.spend_steadily(now_ms),
            false => self.spend_in_window(now_ms),
        };
        wait_ms.map(|ms| ms.next_multiple_of(1_000))
    }

    /// The used share in percent, when Graph reports it: from 80 on.
    pub fn percentage(&self) -> Option<u32> {
        let used = match self.rules.steady {
            true => 100 - self.left * 100 / (MOST * WINDOW_MS),
            false => self.made_ms.len() as u64 * 100 / MOST,
        };
        u32::try_from(used).ok().filter(|used| self.rules.reports && *used >= 80)
    }

    fn spend_steadily(&mut self, now_ms: u64) -> Option<u64> {
        self.left = (self.left + MOST * (now_ms - self.at_ms.min(now_ms))).min(MOST * WINDOW_MS);
        self.at_ms = now_ms;
        let missing = WINDOW_MS.saturating_sub(self.left);
        self.left -= if missing == 0 { WINDOW_MS } else { 0 };
        (missing > 0).then(|| missing.div_ceil(MOST))
    }

    fn spend_in_window(&mut self, now_ms: u64) -> Option<u64> {
        while self.made_ms.front().is_some_and(|ms| ms + WINDOW_MS <= now_ms) {
            self.made_ms.pop_front();
        }
        self.made_ms.push_back(now_ms);
        let over = self.made_ms.len().checked_sub(MOST as usize + 1)?;
        Some(self.made_ms[over + 1] + WINDOW_MS - now_ms)
    }
}
