//! Constructors of findings.

use token_core::checkup::{Finding, Severity};

fn finding(topic: &str, level: Severity, says: String, remedy: Option<String>) -> Finding {
    Finding { topic: topic.to_owned(), level, message: says, remedy, link: None }
}

/// Correct.
pub(super) fn good(topic: &str, says: impl Into<String>) -> Finding {
    finding(topic, Severity::Good, says.into(), None)
}

/// Works, but could be better.
pub(super) fn advice(topic: &str, says: impl Into<String>, remedy: impl Into<String>) -> Finding {
    finding(topic, Severity::Advice, says.into(), Some(remedy.into()))
}

/// Must be fixed.
pub(super) fn problem(topic: &str, says: impl Into<String>, remedy: impl Into<String>) -> Finding {
    finding(topic, Severity::Problem, says.into(), Some(remedy.into()))
}

/// Could not be checked.
pub(super) fn unknown(topic: &str, says: impl Into<String>, remedy: Option<&str>) -> Finding {
    finding(topic, Severity::Unknown, says.into(), remedy.map(ToOwned::to_owned))
}

/// Not checked, because an earlier check failed.
pub(super) fn skipped(topic: &str, why: &str) -> Finding {
    unknown(topic, format!("Not looked at: {why}."), None)
}

/// Ends the text with a single full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    format!("{text}.")
}
