//! By how much a token's clock is off, and what Microsoft accepts of that.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::token::Interval;

/// The steps to either side that Microsoft accepts at activation (MICROSOFT_GRAPH.md 2.9): one day for 30-second tokens, two
/// for 60-second ones, which is the same number of steps.
pub const MAX_STEPS: i64 = 24 * 60 * 60 / 30;
/// The steps to either side that Microsoft accepts at a sign-in (MICROSOFT_GRAPH.md 2.9): one minute for 30-second tokens, two for
/// 60-second ones.
pub const SIGN_IN_STEPS: i64 = 2;
/// By how much a token's clock is ahead of the server's time, in seconds; negative when it is slow.
///
/// A code names a step of 30 or 60 seconds, so a measured offset is known to half a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(i64);

impl Offset {
    /// An offset of so many seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// An offset of whole steps, as seed files have it.
    pub const fn from_steps(steps: i64, interval: Interval) -> Self {
        Self(steps.saturating_mul(interval.seconds() as i64))
    }

    /// In seconds, positive when the clock is fast.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The nearest number of whole steps: that by which a code is computed for another time than now.
    pub const fn steps(self, interval: Interval) -> i64 {
        let length = interval.seconds() as i64;
        // Rounded half up, as the middle of the step at whose very beginning the code was typed belongs to that step.
        self.0.saturating_add(length / 2).div_euclid(length)
    }

    /// Whether a token that was activated at `at` is accepted at a sign-in now.
    pub const fn signs_in(self, at: Self, interval: Interval) -> bool {
        self.0.abs_diff(at.0) <= SIGN_IN_STEPS.unsigned_abs() * interval.seconds() as u64
    }

    /// Whether Microsoft accepts its codes at activation.
    pub const fn activates(self, interval: Interval) -> bool {
        self.steps(interval).unsigned_abs() <= MAX_STEPS.unsigned_abs()
    }
}

/// "12 s slow", "1 min 30 s fast", "on time".
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("on time"),
            seconds => {
                let direction = if seconds < 0 { "slow" } else { "fast" };
                write!(f, "{} {direction}", duration(seconds.unsigned_abs()))
            }
        }
    }
}

/// "45 s", "4 min", "1 min 30 s", "2 h 5 min", "1 day 3 h": at most two units, the smaller one rounded down.
pub fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(length, _)| seconds >= *length).unwrap_or(units.len() - 1);
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, name) in units.iter().skip(first).take(2) {
        let count = left / length;
        left %= length;
        if count > 0 || parts.is_empty() {
            let plural = if *name == "day" && count != 1 { "s" } else { "" };
            parts.push(format!("{count} {name}{plural}"));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_told_in_minutes_and_seconds() {
        for (seconds, words) in [
            (0, "on time"),
            (-12, "12 s slow"),
            (90, "1 min 30 s fast"),
            (-240, "4 min slow"),
            (7_525, "2 h 5 min fast"),
            (3_630, "1 h fast"),
            (-100_800, "1 day 4 h slow"),
            (172_800, "2 days fast"),
        ] {
            assert_eq!(Offset::from_seconds(seconds).to_string(), words);
        }
        assert_eq!(duration(0), "0 s");
    }

    #[test]
    fn an_offset_is_rounded_to_the_nearest_step() {
        for (seconds, steps) in [(-46, -2), (-45, -1), (-15, 0), (0, 0), (14, 0), (15, 1), (44, 1), (45, 2)] {
            assert_eq!(Offset::from_seconds(seconds).steps(Interval::S30), steps, "{seconds}");
        }
        assert_eq!(Offset::from_steps(-3, Interval::S60), Offset::from_seconds(-180));
    }

    #[test]
    fn the_window_of_a_sign_in_lies_around_the_drift_that_was_learnt() {
        let at = Offset::from_seconds;
        assert!(at(-60).signs_in(at(0), Interval::S30) && !at(-61).signs_in(at(0), Interval::S30));
        assert!(at(120).signs_in(at(0), Interval::S60) && !at(121).signs_in(at(0), Interval::S60));
        assert!(at(-200).signs_in(at(-180), Interval::S30));
        assert!(at(86_400).activates(Interval::S30) && !at(86_430).activates(Interval::S30));
        assert!(at(-172_800).activates(Interval::S60) && !at(-172_860).activates(Interval::S60));
    }
}
