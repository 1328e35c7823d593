//! Microsoft's clock beside this machine's, as one exchange shows them.

use http::{
    HeaderMap, HeaderName,
    header::{AGE, DATE},
};
use jiff::fmt::rfc2822::DateTimeParser;

/// The local and the remote time of one exchange, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct ClockSample {
    /// This machine's time in the middle of the exchange.
    pub local_ms: u64,
    /// Microsoft's time.
    pub remote_ms: u64,
    /// The duration of the exchange, which is the uncertainty of the sample.
    pub round_trip_ms: u64,
}

impl ClockSample {
    /// Reads the `Date` of a response; `None` for a cached one (`Age`).
    pub fn of(headers: &HeaderMap, sent_ms: u64, received_ms: u64) -> Option<Self> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        if text(AGE).is_some_and(|age| age.trim() != "0") {
            return None;
        }
        let date = DateTimeParser::new().parse_timestamp(text(DATE)?.trim()).ok()?;
        let round_trip_ms = received_ms.saturating_sub(sent_ms);
        Some(Self {
            local_ms: sent_ms + round_trip_ms / 2,
            // `Date` has whole seconds: on average half a second more has passed.
            remote_ms: u64::try_from(date.as_millisecond()).ok()? + 500,
            round_trip_ms,
        })
    }

    /// How far the local clock is ahead.
    pub fn ahead_ms(self) -> i64 {
        let ms = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        ms(self.local_ms) - ms(self.remote_ms)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const NOON: &str = "Thu, 15 Jan 2026 12:00:00 GMT";
    const NOON_MS: u64 = 1_768_478_400_000;

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(DATE, HeaderValue::from_static(NOON))])
    }

    #[test]
    fn takes_the_middle_of_the_exchange_and_of_the_second() {
        let clock_sample = ClockSample::of(&headers(), NOON_MS, NOON_MS + 1_000).unwrap();
        assert_eq!(clock_sample.ahead_ms(), 0);
    }

    #[test]
    fn cached_responses_and_those_without_date_are_no_samples() {
        let mut stored = headers();
        stored.insert(AGE, HeaderValue::from_static("120"));
        assert!(ClockSample::of(&stored, NOON_MS, NOON_MS).is_none());
        assert!(ClockSample::of(&HeaderMap::new(), NOON_MS, NOON_MS).is_none());
    }
}
