//! Compares this machine's clock with Microsoft's.
//!
//! Codes are computed by the server's time. Entra accepts a code that is hours off at activation and assumes drift of
//! the *token's* clock, so that the user's first sign-in fails (MICROSOFT_GRAPH.md 2.9): a wrong clock is not noticed
//! in time.

use graph::probe::ClockSample;
use token_core::checkup::Finding;

use super::finding::{advice, good, problem, unknown};

/// The topic of the finding.
pub(super) const TOPIC: &str = "Clock";
/// From this difference on, in milliseconds, there is an advice.
const NOTABLE_MS: u64 = 5_000;
/// Above this difference, in milliseconds, there is a problem.
const HARMFUL_MS: u64 = 60_000;
/// How to set the clock.
const REMEDY: &str = "Let the system set its clock. Windows: run \"w32tm /resync\" as an administrator. macOS: System \
                      Settings → General → Date & Time → Set time and date automatically. Linux: run \"sudo timedatectl \
                      set-ntp true\". In a container or virtual machine, set the clock of its host.";

/// Uses the sample of the shortest exchange, which is the most accurate.
pub(super) fn finding(clock_samples: &[ClockSample]) -> Finding {
    let Some(clock_sample) = clock_samples.iter().min_by_key(|clock_sample| clock_sample.round_trip_ms)
    else {
        return unknown(
            TOPIC,
            "No answer told the time, so this machine's clock could not be compared.",
            None,
        );
    };
    let ahead = clock_sample.ahead_ms();
    let off = ahead.unsigned_abs();
    let direction = if ahead > 0 { "fast" } else { "slow" };
    let amount = amount(off);
    if off < NOTABLE_MS {
        return good(TOPIC, "This machine's clock agrees with Microsoft's to within 5 seconds.");
    }
    if off <= HARMFUL_MS {
        return advice(TOPIC, format!("This machine's clock is {amount} {direction}."), REMEDY);
    }
    problem(
        TOPIC,
        format!(
            "This machine's clock is {amount} {direction}. Codes would be computed for another time, Entra would take \
             the tokens' clocks for wrong, and users' first sign-in would fail."
        ),
        REMEDY,
    )
}

fn amount(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..=119 => format!("about {seconds} seconds"),
        120..=7_199 => format!("about {} minutes", seconds / 60),
        7_200..=172_799 => format!("about {} hours", seconds / 3_600),
        _ => format!("about {} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::DATE};
    use token_core::checkup::Severity;

    use super::*;

    const NOON: &str = "Thu, 15 Jan 2026 12:00:00 GMT";
    const NOON_MS: u64 = 1_768_478_400_000;

    fn headers(date: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))])
    }

    fn level(local_ms: u64) -> Severity {
        finding(&[ClockSample::of(&headers(NOON), local_ms, local_ms).unwrap()]).level
    }

    #[test]
    fn small_differences_are_good_larger_ones_advice_then_problems() {
        for (ahead, expected) in [
            (4_999, Severity::Good),
            (5_000, Severity::Advice),
            (60_000, Severity::Advice),
            (60_001, Severity::Problem),
        ] {
            assert_eq!(level(NOON_MS + 500 + ahead), expected, "{ahead} ms fast");
            assert_eq!(level(NOON_MS + 500 - ahead), expected, "{ahead} ms slow");
        }
    }

    #[test]
    fn says_the_direction_and_the_amount() {
        let says =
            |local_ms| finding(&[ClockSample::of(&headers(NOON), local_ms, local_ms).unwrap()]).message;
        assert!(says(NOON_MS + 30_500).contains("about 30 seconds fast"));
        assert!(says(NOON_MS + 500 - 7_200_000).contains("about 2 hours slow"));
    }

    #[test]
    fn the_shortest_exchange_counts() {
        let slow = ClockSample::of(&headers(NOON), NOON_MS, NOON_MS + 90_000).unwrap();
        let quick = ClockSample::of(&headers(NOON), NOON_MS, NOON_MS + 100).unwrap();
        assert_eq!(finding(&[slow]).level, Severity::Advice);
        assert_eq!(finding(&[slow, quick]).level, Severity::Good);
    }

    #[test]
    fn without_samples_the_clock_is_unknown() {
        assert_eq!(finding(&[]).level, Severity::Unknown);
    }
}
