//! Reads the system clock; no other module of this crate or of the server does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970; zero if the system clock is before that.
#[expect(clippy::disallowed_methods, reason = "the one adapter that reads the system clock")]
pub fn now_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// The duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
