//! Reads the system clock; no other module of this crate or of the server does. `MicrosoftClock` corrects it.

mod sample;

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderMap;

pub use sample::ClockSample;

/// From this difference on the system clock is corrected, in milliseconds: a `Date` has whole seconds.
pub(crate) const NOTABLE_MS: u64 = 2_000;
/// Longest exchange whose `Date` is used, in milliseconds.
const MAX_ROUND_TRIP_MS: u64 = 3_000;

/// Microsoft's time, by the `Date` of its answers: what codes, id tokens and client assertions are computed and measured by.
#[derive(Debug, Default)]
pub(crate) struct MicrosoftClock {
    /// By how much the system clock is ahead, in milliseconds.
    ahead_ms: AtomicI64,
}

impl MicrosoftClock {
    /// Learns from an answer that was received now.
    pub fn observe(&self, headers: &HeaderMap, sent_ms: u64) {
        let sample = ClockSample::of(headers, sent_ms, now_ms());
        if let Some(sample) = sample.filter(|sample| sample.round_trip_ms <= MAX_ROUND_TRIP_MS) {
            let ahead_ms = sample.ahead_ms();
            let notable = if ahead_ms.unsigned_abs() < NOTABLE_MS { 0 } else { ahead_ms };
            self.ahead_ms.store(notable, Ordering::Relaxed);
        }
    }

    /// By how much the system clock is ahead, in milliseconds.
    pub fn ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Relaxed)
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        now_ms().saturating_add_signed(self.ahead_ms().saturating_neg())
    }
}

/// Milliseconds since 1970; zero if the system clock is before that.
#[expect(clippy::disallowed_methods, reason = "the one adapter that reads the system clock")]
pub fn now_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// The duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::DATE};

    use super::*;

    fn dated(ahead_s: i64) -> HeaderMap {
        let date = jiff::Timestamp::from_millisecond(now_ms().cast_signed() - ahead_s * 1_000).unwrap();
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        HeaderMap::from_iter([(DATE, HeaderValue::from_str(&date).unwrap())])
    }

    #[test]
    fn a_wrong_system_clock_is_corrected_and_a_right_one_is_left_alone() {
        let clock = MicrosoftClock::default();
        clock.observe(&dated(3_600), now_ms());
        let corrected = now_ms().abs_diff(clock.now_ms() + 3_600_000);
        assert!(corrected < 10_000, "{corrected}");
        clock.observe(&dated(0), now_ms());
        assert!(now_ms().abs_diff(clock.now_ms()) < 10_000);
    }
}
