//! Retries: whether and when a failed request is sent again. The decision is pure, without clock and sleep.

use std::time::Duration;

use http::{
    HeaderMap,
    header::{DATE, RETRY_AFTER},
};
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use rand::{TryRngCore as _, rngs::OsRng};

/// How often and after which delays requests are retried.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Most retries of a request.
    pub max_retries: u32,
    /// The first delay without `Retry-After`; doubled each time.
    pub base_delay: Duration,
    /// Longest delay that the client waits; a longer one is returned to the caller.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_retries: 3, base_delay: Duration::from_secs(1), max_delay: Duration::from_secs(20) }
    }
}

/// Longest `Retry-After` that is believed, in seconds: a year.
const MAX_RETRY_AFTER: f64 = 31_536_000.0;

/// A failed attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailedAttempt {
    /// HTTP status; `None` without a response.
    pub status: Option<u16>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Whether it is a 409 because of another write at the same time.
    pub is_concurrency_violation: bool,
}

impl FailedAttempt {
    /// A response with this status and delay; `None` without a response.
    pub fn of(status: Option<u16>, retry_after: Option<Duration>) -> Self {
        Self { status, retry_after, is_concurrency_violation: false }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// Send it again after this delay.
    Wait(Duration),
    /// It may succeed after this delay, which is too long to wait here.
    Defer(Duration),
    /// Sending it again would not help, or is not safe.
    GiveUp,
}

impl RetryPolicy {
    /// Decides about the failure of attempt number `attempt`, from 0. `repeatable`: sending it twice does no
    /// harm. `jitter`, between 0 and 1, spreads the delays of callers that failed together.
    pub(crate) fn decide(
        &self,
        failure: FailedAttempt,
        attempt: u32,
        repeatable: bool,
        jitter: f64,
    ) -> RetryDecision {
        let again = match failure.status {
            Some(429) => true,
            Some(408 | 500 | 502 | 503 | 504) | None => repeatable,
            Some(_) if failure.is_concurrency_violation => repeatable,
            Some(_) => false,
        };
        if !again {
            return RetryDecision::GiveUp;
        }
        let backoff = self.base_delay.saturating_mul(2_u32.saturating_pow(attempt)).min(self.max_delay);
        let spread = self.base_delay.mul_f64(jitter.clamp(0.0, 1.0) / 2.0);
        let pause = failure.retry_after.unwrap_or(backoff);
        match failure.status {
            _ if pause > self.max_delay => RetryDecision::Defer(pause),
            _ if attempt < self.max_retries => RetryDecision::Wait(pause + spread),
            Some(429) => RetryDecision::Defer(pause),
            _ => RetryDecision::GiveUp,
        }
    }
}

/// Reads `Retry-After` (RFC 9110 section 10.2.3) of a response received at `now_ms`, in milliseconds since 1970.
pub(crate) fn read_retry_after(headers: &HeaderMap, now_ms: u64) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    parse_retry_after(text(RETRY_AFTER)?, text(DATE), now_ms)
}

/// Parses seconds, of which fractions are rounded up, or a date, which is compared with the response's `Date`, or with this machine's clock if there is
/// none.
pub(crate) fn parse_retry_after(value: &str, date: Option<&str>, now_ms: u64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        return (0.0..=MAX_RETRY_AFTER)
            .contains(&seconds)
            .then(|| Duration::from_secs(seconds.ceil() as u64));
    }
    let local = || Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok();
    let seconds = parse_date(value)?.duration_since(date.and_then(parse_date).or_else(local)?).as_secs();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn parse_date(http_date: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(http_date.trim()).ok()
}

/// A number between 0 and 1.
pub(crate) fn jitter() -> f64 {
    OsRng.try_next_u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        max_retries: 3,
        base_delay: Duration::from_secs(1),
        max_delay: Duration::from_secs(20),
    };

    fn decide(
        status: Option<u16>,
        retry_after: Option<u64>,
        attempt: u32,
        repeatable: bool,
    ) -> RetryDecision {
        POLICY.decide(
            FailedAttempt::of(status, retry_after.map(Duration::from_secs)),
            attempt,
            repeatable,
            0.0,
        )
    }

    fn wait(seconds: u64) -> RetryDecision {
        RetryDecision::Wait(Duration::from_secs(seconds))
    }

    #[test]
    fn doubles_the_delay_without_retry_after() {
        let pauses: Vec<_> = (0..4).map(|attempt| decide(Some(503), None, attempt, true)).collect();
        assert_eq!(pauses, [wait(1), wait(2), wait(4), RetryDecision::GiveUp]);
    }

    #[test]
    fn obeys_retry_after() {
        assert_eq!(decide(Some(429), Some(7), 0, false), wait(7));
    }

    #[test]
    fn returns_a_long_delay_to_the_caller() {
        assert_eq!(decide(Some(429), Some(21), 0, true), RetryDecision::Defer(Duration::from_secs(21)));
        assert_eq!(decide(Some(429), Some(5), 3, true), RetryDecision::Defer(Duration::from_secs(5)));
    }

    #[test]
    fn repeats_no_write_that_may_have_been_carried_out() {
        for status in [None, Some(408), Some(500), Some(502), Some(503), Some(504)] {
            assert_eq!(decide(status, Some(1), 0, false), RetryDecision::GiveUp, "{status:?}");
            assert_eq!(decide(status, Some(1), 0, true), wait(1), "{status:?}");
        }
    }

    #[test]
    fn repeats_no_permanent_refusal() {
        for status in [400, 401, 403, 404, 409, 424, 501] {
            assert_eq!(decide(Some(status), None, 0, true), RetryDecision::GiveUp, "{status}");
        }
    }

    #[test]
    fn jitter_only_lengthens_a_delay() {
        let failure = FailedAttempt::of(Some(429), Some(Duration::from_secs(2)));
        assert_eq!(POLICY.decide(failure, 0, true, 1.0), RetryDecision::Wait(Duration::from_millis(2500)));
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(parse_retry_after("7", None, 0), Some(Duration::from_secs(7)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2026 07:28:30 GMT", now, 0), Some(Duration::from_secs(30)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2026 07:27:00 GMT", now, 0), Some(Duration::ZERO));
        let ours = 1_792_567_680_000;
        for date in [None, Some("today")] {
            let pause = parse_retry_after("Wed, 21 Oct 2026 07:28:30 GMT", date, ours);
            assert_eq!(pause, Some(Duration::from_secs(30)), "{date:?}");
        }
        assert_eq!(parse_retry_after("soon", now, 0), None);
    }

    #[test]
    fn rounds_fractions_of_a_second_up() {
        for (value, seconds) in [("0.249", 1), ("1.0", 1), ("17.01", 18), ("0", 0), (" 2 ", 2)] {
            assert_eq!(parse_retry_after(value, None, 0), Some(Duration::from_secs(seconds)), "{value}");
        }
        for odd in ["-1", "NaN", "inf", "1e99"] {
            assert_eq!(parse_retry_after(odd, None, 0), None, "{odd}");
        }
    }
}
