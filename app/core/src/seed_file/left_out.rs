//! Rows of tokens that Microsoft Entra can never use, by what they are: no correction of the row helps.

use super::ParsedRow;

pub(super) const EVENT_BASED: &str = "This is an event-based token (HOTP).";
pub(super) const CHALLENGES: &str = "This token answers challenges (OCRA).";
pub(super) const OTHER_KIND: &str = "This is no time-based token (TOTP).";
pub(super) const OTHER_DIGITS: &str = "The codes of this token do not have six digits.";
pub(super) const OTHER_HASH: &str = "Microsoft Entra takes only SHA-1 and SHA-256.";
pub(super) const OTHER_EPOCH: &str = "This token does not count time from 1970.";

/// What is wrong, and what such tokens are called; of several reasons the first counts.
const KINDS: [(&str, &str); 6] = [
    (EVENT_BASED, "HOTP"),
    (CHALLENGES, "OCRA"),
    (OTHER_KIND, "not TOTP"),
    (OTHER_DIGITS, "not of six digits"),
    (OTHER_HASH, "of another hash"),
    (OTHER_EPOCH, "of another epoch"),
];

/// How many rows are left out because of what their tokens are: "HOTP", 20. Kinds without a row are not named.
pub fn left_out(rows: &[ParsedRow]) -> Vec<(&'static str, usize)> {
    let mut counts = KINDS.map(|(_, name)| (name, 0));
    for issues in rows.iter().filter_map(|row| row.result.as_ref().err()) {
        let has = |message: &str| {
            let is_other_kind = message == OTHER_KIND;
            issues.iter().any(|issue| {
                issue.message == message || (is_other_kind && issue.message.ends_with("not for TOTP."))
            })
        };
        let kind = KINDS.iter().position(|(message, _)| has(message));
        if let Some((_, count)) = kind.and_then(|kind| counts.get_mut(kind)) {
            *count += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}
