//! The practice tenant's clock, and Microsoft's time formats.

use jiff::Timestamp;

/// Milliseconds since 1970. Read once per request; the functions that handle it take the time as an argument.
pub fn now_ms() -> u64 {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// `2026-01-15T10:00:00Z`, as in Graph's properties.
pub fn utc(ms: u64) -> String {
    format!("{}Z", without_zone(ms))
}

/// `2026-01-15T10:00:00`, as in Graph's errors.
pub fn without_zone(ms: u64) -> String {
    at(ms).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2026-01-15 10:00:00Z`, as in Entra's errors.
pub fn with_blank(ms: u64) -> String {
    at(ms).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `Thu, 15 Jan 2026 10:00:00 GMT`, as in HTTP headers (RFC 9110 section 5.6.7).
pub fn http_date(ms: u64) -> String {
    at(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn at(ms: u64) -> Timestamp {
    i64::try_from(ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}
