//! Whether and when a failed request is sent again. Deciding is pure: no clock, no sleep.

use std::time::Duration;

use http::{
    HeaderMap,
    header::{DATE, RETRY_AFTER},
};
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use rand::{TryRngCore as _, rngs::OsRng};

/// How patient the client is.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How often a request is sent again at most.
    pub attempts: u32,
    /// The first pause when Graph names none; doubled each time.
    pub base: Duration,
    /// Longest pause slept through; a longer one is told to the caller.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, base: Duration::from_secs(1), cap: Duration::from_secs(20) }
    }
}

/// A request that failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// The pause that `Retry-After` asks for.
    pub told: Option<Duration>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send it again after this pause.
    Wait(Duration),
    /// It would succeed later, but the caller should not wait for it here.
    Later(Duration),
    /// Sending it again would not help, or is not safe.
    GiveUp,
}

impl RetryPolicy {
    /// Decides about the failure of attempt number `attempt`, from 0. `repeatable` says that sending it twice does no
    /// harm; `jitter` lies between 0 and 1 and spreads the pauses of callers that failed together.
    pub(crate) fn next(&self, failure: Failure, attempt: u32, repeatable: bool, jitter: f64) -> Next {
        let again = match failure.status {
            Some(429) => true,
            Some(408 | 500 | 502 | 503 | 504) | None => repeatable,
            Some(_) => false,
        };
        if !again {
            return Next::GiveUp;
        }
        let backoff = self.base.saturating_mul(2_u32.saturating_pow(attempt)).min(self.cap);
        let spread = self.base.mul_f64(jitter.clamp(0.0, 1.0) / 2.0);
        let pause = failure.told.unwrap_or(backoff);
        match failure.status {
            _ if pause > self.cap => Next::Later(pause),
            _ if attempt < self.attempts => Next::Wait(pause + spread),
            Some(429) => Next::Later(pause),
            _ => Next::GiveUp,
        }
    }
}

/// Reads `Retry-After` of an answer (RFC 9110 section 10.2.3) that came at `now_ms`, in milliseconds since 1970.
pub(crate) fn told_to_wait(headers: &HeaderMap, now_ms: u64) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after(text(RETRY_AFTER)?, text(DATE), now_ms)
}

/// Seconds, or a date that is compared with the answer's own `Date`, so that our clock matters only where there is
/// none.
pub(crate) fn retry_after(value: &str, date: Option<&str>, now_ms: u64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let ours = || Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok();
    let seconds = moment(value)?.duration_since(date.and_then(moment).or_else(ours)?).as_secs();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn moment(http_date: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(http_date.trim()).ok()
}

/// A number between 0 and 1.
pub(crate) fn jitter() -> f64 {
    OsRng.try_next_u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { attempts: 3, base: Duration::from_secs(1), cap: Duration::from_secs(20) };

    fn next(status: Option<u16>, told: Option<u64>, attempt: u32, repeatable: bool) -> Next {
        POLICY.next(Failure { status, told: told.map(Duration::from_secs) }, attempt, repeatable, 0.0)
    }

    fn wait(seconds: u64) -> Next {
        Next::Wait(Duration::from_secs(seconds))
    }

    #[test]
    fn doubles_the_pause_when_none_is_told() {
        let pauses: Vec<_> = (0..4).map(|attempt| next(Some(503), None, attempt, true)).collect();
        assert_eq!(pauses, [wait(1), wait(2), wait(4), Next::GiveUp]);
    }

    #[test]
    fn obeys_the_pause_that_is_told() {
        assert_eq!(next(Some(429), Some(7), 0, false), wait(7));
    }

    #[test]
    fn hands_a_long_pause_to_the_caller() {
        assert_eq!(next(Some(429), Some(21), 0, true), Next::Later(Duration::from_secs(21)));
        assert_eq!(next(Some(429), Some(5), 3, true), Next::Later(Duration::from_secs(5)));
    }

    #[test]
    fn repeats_no_write_that_may_have_been_carried_out() {
        for status in [None, Some(408), Some(500), Some(502), Some(503), Some(504)] {
            assert_eq!(next(status, Some(1), 0, false), Next::GiveUp, "{status:?}");
            assert_eq!(next(status, Some(1), 0, true), wait(1), "{status:?}");
        }
    }

    #[test]
    fn repeats_no_plain_refusal() {
        for status in [400, 401, 403, 404, 409, 424, 501] {
            assert_eq!(next(Some(status), None, 0, true), Next::GiveUp, "{status}");
        }
    }

    #[test]
    fn jitter_only_lengthens_a_pause() {
        let failure = Failure { status: Some(429), told: Some(Duration::from_secs(2)) };
        assert_eq!(POLICY.next(failure, 0, true, 1.0), Next::Wait(Duration::from_millis(2500)));
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(retry_after("7", None, 0), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:30 GMT", now, 0), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:27:00 GMT", now, 0), Some(Duration::ZERO));
        let ours = 1_792_567_680_000;
        for date in [None, Some("today")] {
            let pause = retry_after("Wed, 21 Oct 2026 07:28:30 GMT", date, ours);
            assert_eq!(pause, Some(Duration::from_secs(30)), "{date:?}");
        }
        assert_eq!(retry_after("soon", now, 0), None);
    }
}
