//! The drift of a token's clock, from its seed and the code on its display.

use crate::{
    otp::{self, Code},
    ports::NewToken,
    token::Interval,
};

/// The drift that Microsoft accepts at activation, in steps (MICROSOFT_GRAPH.md 2.9): one day for 30-second tokens, two for
/// 60-second ones, which is the same number of steps.
const MAX_STEPS: u64 = 24 * 60 * 60 / 30;

/// The drift according to the code on the display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// The code is that of another time step: negative if the token's clock is slow, positive if it is fast.
    Steps {
        /// How many steps from now.
        steps: i64,
        /// The length of a step.
        interval: Interval,
    },
    /// The code is that of no step that Microsoft would accept.
    NotFound {
        /// The length of a step.
        interval: Interval,
    },
}

/// Finds the time step whose code was `typed`, the nearest first and the past before the future. `now_ms` is the time
/// at which the code was typed, in milliseconds since 1970.
///
/// An unrelated code matches one of the 5,761 steps by chance with a probability of 0.6 %.
pub fn drift(token: &NewToken, typed: &Code, now_ms: u64) -> Drift {
    let interval = token.interval;
    let now = otp::step(interval, now_ms);
    let is_it = |step: u64| otp::hotp(&token.seed, token.hash, step).expose() == typed.expose();
    let found = (0..=MAX_STEPS).find_map(|off| {
        let slow =
            now.checked_sub(off).filter(|step| is_it(*step)).map(|_| off.cast_signed().saturating_neg());
        slow.or_else(|| is_it(now.saturating_add(off)).then_some(off.cast_signed()))
    });
    found.map_or(Drift::NotFound { interval }, |steps| Drift::Steps { steps, interval })
}

impl Drift {
    /// A message in a sentence or two.
    pub fn describe(self) -> String {
        match self {
            // The display may change between reading and typing, so one step counts as no drift.
            Self::Steps { steps: -1..=1, .. } => "The token's clock is right.".to_owned(),
            Self::Steps { steps, interval } => {
                let time = format_duration(steps.unsigned_abs() * u64::from(interval.seconds()));
                let way = if steps < 0 { "slow" } else { "fast" };
                format!("The token's clock is {time} {way}: activate with the code from the display.")
            }
            Self::NotFound { interval } => {
                let days = if interval == Interval::S30 { "a day" } else { "two days" };
                format!(
                    "This code does not belong to this seed, within {days} of now. Check that it is this token, wait \
                     for its next code, and compare seed, interval and hash with the vendor's file."
                )
            }
        }
    }

    /// Whether a code computed from the seed is accepted; otherwise Microsoft needs a code from the display to record
    /// the drift.
    pub fn is_right(self) -> bool {
        matches!(self, Self::Steps { steps: -1..=1, .. })
    }
}

/// "1 minute", "4 minutes", "2 hours 5 minutes", "1 day 3 hours": at most two units, the smaller one rounded down.
fn format_duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, name) in units {
        let count = left / length;
        left %= length;
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            parts.push(format!("{count} {name}{plural}"));
        }
        if parts.len() == 2 || (count == 0 && !parts.is_empty()) {
            break;
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        seed::Seed,
        token::{HashFunction, SerialNumber},
    };

    const NOW_MS: u64 = 1_800_000_015_000;

    fn token(interval: Interval) -> NewToken {
        NewToken {
            serial: SerialNumber::parse("1").unwrap(),
            manufacturer: "Contoso".to_owned(),
            model: "T1".to_owned(),
            seed: Seed::from_bytes(b"12345678901234567890".to_vec()).unwrap(),
            interval,
            hash: HashFunction::Sha1,
        }
    }

    fn seen_at(token: &NewToken, seconds: i64) -> Drift {
        let shown_ms = NOW_MS.checked_add_signed(seconds * 1000).unwrap();
        drift(token, &otp::totp(&token.seed, token.hash, token.interval, shown_ms), NOW_MS)
    }

    #[test]
    fn drift_is_described_in_words() {
        let slow = "The token's clock is 4 minutes slow: activate with the code from the display.";
        for (interval, seconds, words) in [
            (Interval::S30, 0, "The token's clock is right."),
            (Interval::S30, -30, "The token's clock is right."),
            (Interval::S60, 60, "The token's clock is right."),
            (Interval::S30, -240, slow),
            (Interval::S60, -240, slow),
            (
                Interval::S30,
                90,
                "The token's clock is 1 minute 30 seconds fast: activate with the code from the display.",
            ),
            (
                Interval::S30,
                7_500,
                "The token's clock is 2 hours 5 minutes fast: activate with the code from the display.",
            ),
            (
                Interval::S60,
                -100_800,
                "The token's clock is 1 day 4 hours slow: activate with the code from the display.",
            ),
            (
                Interval::S60,
                102_660,
                "The token's clock is 1 day 4 hours fast: activate with the code from the display.",
            ),
            (
                Interval::S30,
                3_630,
                "The token's clock is 1 hour fast: activate with the code from the display.",
            ),
        ] {
            assert_eq!(seen_at(&token(interval), seconds).describe(), words, "{interval:?} {seconds}");
        }
    }

    #[test]
    fn a_computed_code_is_accepted_while_the_clock_is_off_by_one_step_at_most() {
        for (seconds, is_right) in [(0, true), (30, true), (-30, true), (60, false), (-60, false)] {
            assert_eq!(seen_at(&token(Interval::S30), seconds).is_right(), is_right, "{seconds}");
        }
        assert!(!Drift::NotFound { interval: Interval::S30 }.is_right());
    }

    #[test]
    fn searches_a_day_or_two_in_either_direction_and_no_further() {
        for (interval, days) in [(Interval::S30, 1), (Interval::S60, 2)] {
            let edge = days * 86_400;
            let step = i64::from(interval.seconds());
            for seconds in [edge, -edge] {
                assert_eq!(
                    seen_at(&token(interval), seconds),
                    Drift::Steps { steps: seconds / step, interval }
                );
            }
            for seconds in [edge + step, -edge - step] {
                assert_eq!(seen_at(&token(interval), seconds), Drift::NotFound { interval });
            }
        }
        assert!(Drift::NotFound { interval: Interval::S60 }.describe().contains("two days"));
    }

    #[test]
    fn the_nearest_of_two_matching_steps_is_found() {
        // Among 5,761 codes some occur twice: the nearer step must be found.
        let token = token(Interval::S30);
        let now = otp::step(token.interval, NOW_MS);
        let mut first = std::collections::HashMap::new();
        let mut twice = 0;
        for off in (0..=2_880_i64).flat_map(|off| [-off, off]) {
            let code = otp::hotp(&token.seed, token.hash, now.checked_add_signed(off).unwrap());
            let nearest = *first.entry(code.expose().to_owned()).or_insert(off);
            twice += i32::from(nearest != off);
            if nearest != off {
                assert_eq!(
                    drift(&token, &code, NOW_MS),
                    Drift::Steps { steps: nearest, interval: token.interval }
                );
            }
        }
        assert!(twice > 0, "no code occurred twice");
    }
}
