//! The clocks of the devices: most are nearly right, a share is slow or fast, and one has stopped.

use std::collections::HashMap;

use rand::Rng as _;

use super::{Company, TokenKey};
use crate::{seeded_rng, settings::PracticeSettings};

/// By how many seconds a clock that drifts is off: from within the window of a sign-in to beyond it.
const DRIFTED_S: std::ops::RangeInclusive<i64> = 40..=200;
/// By how many seconds any other clock is off at most.
const USUAL_S: i64 = 10;
/// By how many seconds the stopped clock is off: more than activation accepts at either interval.
const STOPPED_S: i64 = -3 * 86_400;

/// The clock of each serial: the same in each run.
#[derive(Default)]
pub(super) struct Clocks {
    seed: u64,
    rate: f64,
    /// What a test set, by serial in lower case; also for tokens that are created later.
    set: HashMap<String, i64>,
}

impl Clocks {
    pub fn new(settings: &PracticeSettings) -> Self {
        Self { seed: settings.seed, rate: settings.drift_rate, set: HashMap::new() }
    }

    /// By how many seconds the clock of this serial is ahead.
    pub fn of(&self, serial: &str) -> i64 {
        let serial = serial.to_lowercase();
        if let Some(seconds) = self.set.get(&serial) {
            return *seconds;
        }
        let rng = &mut seeded_rng::stream(self.seed, &format!("clock {serial}"));
        if self.rate <= 0.0 || !rng.random_bool(self.rate) {
            return if self.rate > 0.0 { rng.random_range(-USUAL_S..=USUAL_S) } else { 0 };
        }
        let seconds = rng.random_range(DRIFTED_S);
        // Quartz ages slower more often than faster.
        if rng.random_ratio(3, 4) { -seconds } else { seconds }
    }
}

impl Company {
    /// Sets the clock of a serial, of a token that exists or is created later.
    pub fn set_clock(&mut self, serial: &str, seconds: i64) {
        self.clocks.set.insert(serial.to_lowercase(), seconds);
        if let Some(device) = self.key_by_serial(serial).and_then(|key| self.device_mut(key)) {
            device.clock_s = seconds;
        }
    }

    /// The token whose clock has stopped: the last one in stock.
    pub fn stopped(&self) -> Option<TokenKey> {
        self.inventory(0).find(|(_, device)| device.clock_s == STOPPED_S).map(|(key, _)| key)
    }

    /// Stops the clock of the last token in stock, unless clocks do not drift.
    pub(super) fn stop_one_clock(&mut self) {
        let last = self.inventory(0).filter(|(_, device)| device.assigned_to.is_none()).last();
        let last = last.map(|(_, device)| device.serial.clone()).filter(|_| self.clocks.rate > 0.0);
        if let Some(serial) = last {
            self.set_clock(&serial, STOPPED_S);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(rate: f64) -> Clocks {
        Clocks { seed: 1, rate, set: HashMap::new() }
    }

    #[test]
    fn a_share_of_the_clocks_drifts_and_the_same_ones_each_time() {
        let all: Vec<i64> = (0..2_000).map(|serial| clocks(0.15).of(&format!("{serial:08}"))).collect();
        let drifted = all.iter().filter(|seconds| DRIFTED_S.contains(&seconds.abs())).count();
        assert!((240..360).contains(&drifted), "{drifted}");
        assert!(all.iter().any(|seconds| *seconds < -120) && all.iter().any(|seconds| *seconds > 120));
        assert_eq!(all[7], clocks(0.15).of("00000007"));
    }

    #[test]
    fn no_clock_drifts_unless_asked_for() {
        assert!((0..500).all(|serial| clocks(0.0).of(&serial.to_string()) == 0));
    }
}
