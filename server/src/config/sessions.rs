//! The settings of sessions: when they expire.

use std::{ops::RangeInclusive, time::Duration};

use jiff::SignedDuration;

use super::ok_or_record;

/// Shortest and longest session that is accepted.
const SESSION: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24 * 7);

/// When a session expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// After this time without a request.
    pub idle: Duration,
    /// After this time in any case.
    pub absolute: Duration,
}

impl Lifetimes {
    /// Validates the settings; adds every error to `problems`.
    pub(super) fn check(idle: &str, longest: &str, problems: &mut Vec<String>) -> Option<Self> {
        let idle = ok_or_record(duration("SESSION_IDLE", idle), problems);
        let longest = ok_or_record(duration("SESSION_LONGEST", longest), problems);
        Some(Self { idle: idle?, absolute: longest? })
    }
}

pub(super) fn duration(name: &str, text: &str) -> Result<Duration, String> {
    let parsed = text.trim().parse::<SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    parsed
        .filter(|duration| SESSION.contains(duration))
        .ok_or_else(|| format!("{name}: {text:?} is no time between 1s and 7 days, such as 30m or 12h"))
}
