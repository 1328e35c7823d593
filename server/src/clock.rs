//! Reads the system clock; no other place of the server does.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970; zero if the system clock is before that.
#[expect(clippy::disallowed_methods, reason = "the one adapter that reads the system clock")]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
