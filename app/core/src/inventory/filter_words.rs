//! Filter words in the search: `status:assigned model:C202 user:anna -sha256 used:<90d`.
//!
//! A word without a known key is searched for in all columns; a hyphen before a word excludes what matches it. Values
//! with blanks stand in quotes: `user:"anna berg"`. A value that says nothing (`used:soon`) matches no token, so that a
//! mistake shows.

use std::collections::HashSet;

use super::{kinds::Kind, query::status_to_url};
use crate::token::Token;

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;
/// The keys, in the order in which they are suggested, each with the values that are suggested.
const KEYS: [(&str, &[&str]); 7] = [
    ("status", &["available", "assigned", "activated", "failed", "other"]),
    ("model", &[]),
    ("user", &[]),
    ("hash", &["sha1", "sha256"]),
    ("interval", &["30", "60"]),
    ("used", &["never", "<30d", "<90d", ">90d", ">365d"]),
    ("list", &[]),
];
/// The word for the tokens that another page has listed, such as those of an import ([`super::Inventory::set_listed`]).
pub const LISTED_WORD: &str = "list:import";

/// The words of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilterWords(Vec<FilterWord>);

/// What words ask of a token, beside its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Details<'a> {
    pub token: &'a Token,
    /// What is searched of the token alone, in lower case.
    pub text: &'a str,
    /// What is searched of its user, in lower case; empty without a user.
    pub user: &'a str,
    /// The serials that another page has listed.
    pub listed: &'a HashSet<String>,
}

/// One word: what it asks for, and whether tokens that match are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilterWord {
    is_excluded: bool,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    /// The text of any column contains it.
    Text(String),
    /// The name of the status in the URL begins with it.
    Status(String),
    /// Manufacturer and model contain it.
    Model(String),
    /// The user's name, user principal name or mail address contains it.
    User(String),
    /// The hash function begins with it.
    Hash(String),
    /// The interval in seconds.
    Interval(Option<u32>),
    /// The last use.
    Used(Used),
    /// Another page has listed it; `false` for a list that there is not.
    Listed(bool),
}

/// A condition on the last use, as far as Microsoft tells. Times are compared as ISO 8601 text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Used {
    Never,
    Since(String),
    Before(String),
    /// It cannot be read.
    Unclear,
}

impl FilterWords {
    /// The words of a text; `now_ms` is the time of `used:`.
    pub fn parse(text: &str, now_ms: u64) -> Self {
        Self(words(text).iter().map(|word| FilterWord::parse(&word.to_lowercase(), now_ms)).collect())
    }

    /// The words that tokens of a kind must match one by one; `None` if the kind shows that none of them matches.
    pub fn left_for(&self, kind: &Kind) -> Option<Vec<&FilterWord>> {
        let text = kind.text();
        let mut left = Vec::new();
        for word in &self.0 {
            match word.condition.of_kind(kind, &text) {
                Some(matches) if matches == word.is_excluded => return None,
                Some(_) => {}
                None => left.push(word),
            }
        }
        Some(left)
    }

    /// Whether all tokens that match these words match other ones, too, as far as the words alone show it.
    pub fn narrow(&self, before: &Self) -> bool {
        before.0.iter().all(|old| self.0.iter().any(|new| new.implies(old)))
    }
}

impl FilterWord {
    fn parse(word: &str, now_ms: u64) -> Self {
        let (is_excluded, word) = match word.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word),
        };
        let unquoted = |text: &str| text.replace('"', "");
        let condition = match key_of(word).and_then(|key| Some((key, word.get(key.len() + 1..)?))) {
            None => Condition::Text(unquoted(word)),
            Some((key, value)) => Condition::of(key, unquoted(value), now_ms),
        };
        Self { is_excluded, condition }
    }

    /// Whether a token matches a word that its kind does not decide.
    pub fn matches(&self, details: Details<'_>) -> bool {
        self.condition.of_token(details) != self.is_excluded
    }

    /// Whether each token that matches this word matches another one: such as while a word is being typed.
    fn implies(&self, other: &Self) -> bool {
        match (&self.condition, &other.condition) {
            (Condition::Text(new), Condition::Text(old)) | (Condition::User(new), Condition::User(old))
                if !self.is_excluded && !other.is_excluded =>
            {
                new.contains(old.as_str())
            }
            _ => self == other,
        }
    }
}

impl Condition {
    fn of(key: &str, value: String, now_ms: u64) -> Self {
        match key {
            "status" => Self::Status(value),
            "model" => Self::Model(value),
            "user" => Self::User(value),
            "hash" => Self::Hash(value.replace('-', "")),
            "interval" => Self::Interval(value.trim_end_matches('s').parse().ok()),
            "list" => Self::Listed(LISTED_WORD.strip_prefix("list:") == Some(&*value)),
            _ => Self::Used(Used::parse(&value, now_ms)),
        }
    }

    /// Whether the tokens of a kind match, if that decides it; `text` is that of the kind.
    fn of_kind(&self, kind: &Kind, text: &str) -> Option<bool> {
        match self {
            Self::Text(word) => text.contains(word.as_str()).then_some(true),
            Self::Status(word) => Some(status_to_url(&kind.status).starts_with(word.as_str())),
            Self::Model(word) => Some(text.lines().next().is_some_and(|model| model.contains(word.as_str()))),
            Self::Hash(word) => {
                let hash = text.lines().last().filter(|_| kind.hash.is_some());
                Some(hash.is_some_and(|hash| hash.starts_with(word.as_str())))
            }
            Self::Interval(seconds) => Some(*seconds == Some(kind.interval_seconds)),
            Self::User(_) | Self::Used(_) | Self::Listed(_) => None,
        }
    }

    /// Whether a token matches where its kind does not decide.
    fn of_token(&self, Details { token, text, user, listed }: Details<'_>) -> bool {
        match self {
            Self::Text(word) => text.contains(word.as_str()) || user.contains(word.as_str()),
            Self::User(word) => !user.is_empty() && user.contains(word.as_str()),
            Self::Used(used) => used.matches(token.last_used.as_deref()),
            Self::Listed(is_known) => *is_known && listed.contains(&token.serial.key()),
            Self::Status(_) | Self::Model(_) | Self::Hash(_) | Self::Interval(_) => false,
        }
    }
}

/// The time so many days before another one, which is in milliseconds since 1970, in ISO 8601.
pub(super) fn days_before(now_ms: u64, days: u64) -> String {
    iso_date_time(now_ms.saturating_sub(days.saturating_mul(DAY_MS)))
}

impl Used {
    /// `never`, `<90d` (within the last 90 days) or `>90d` (before).
    fn parse(value: &str, now_ms: u64) -> Self {
        let days = |text: &str| text.trim_end_matches('d').parse::<u64>().ok();
        let cut = |days: u64| days_before(now_ms, days);
        match (value, value.chars().next(), value.get(1..).and_then(days)) {
            ("never", ..) => Self::Never,
            (_, Some('<'), Some(days)) => Self::Since(cut(days)),
            (_, Some('>'), Some(days)) => Self::Before(cut(days)),
            _ => Self::Unclear,
        }
    }

    fn matches(&self, used: Option<&str>) -> bool {
        match (self, used) {
            (Self::Never, used) => used.is_none(),
            (Self::Since(cut), Some(used)) => used >= cut.as_str(),
            (Self::Before(cut), Some(used)) => used < cut.as_str(),
            (Self::Since(_) | Self::Before(_), None) | (Self::Unclear, _) => false,
        }
    }
}

/// The filter words of a text that is being typed, in their order, and the rest, which is still text. A filter word is
/// complete when a blank follows it.
pub fn split_filter_words(text: &str) -> (Vec<String>, String) {
    let mut filters = Vec::new();
    let (mut rest, mut from) = (String::new(), 0);
    let words = words(text);
    for (index, word) in words.iter().enumerate() {
        let at = text.get(from..).and_then(|left| left.find(word.as_str())).map_or(from, |at| from + at);
        let end = at + word.len();
        let is_closed = word.matches('"').count() % 2 == 0;
        let is_complete = is_closed && (index + 1 < words.len() || text.ends_with(char::is_whitespace));
        let bare = word.strip_prefix('-').unwrap_or(word);
        let has_value = key_of(&bare.to_lowercase()).is_some_and(|key| bare.len() > key.len() + 1);
        let is_filter = has_value || (word.len() > 1 && word.starts_with('-'));
        let is_taken = is_complete && is_filter;
        rest.push_str(text.get(from..if is_taken { at } else { end }).unwrap_or_default());
        if is_taken {
            filters.push(word.clone());
        }
        from = end;
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    if filters.is_empty() { (filters, rest) } else { (filters, rest.trim_start().to_owned()) }
}

/// What the word that is being typed, the last one of a text, may become: whole texts, a blank after a complete one.
/// `models` are the manufacturers and models of the list.
pub fn suggestions<'a>(text: &str, models: impl Iterator<Item = &'a str>) -> Vec<String> {
    // A blank may be of several bytes, as a no-break space is.
    let blank = text.char_indices().rev().find(|(_, c)| c.is_whitespace());
    let start = blank.map_or(0, |(at, c)| at + c.len_utf8());
    let (before, word) = text.split_at(start);
    let (sign, typed) = match word.strip_prefix('-') {
        Some(rest) => ("-", rest.to_lowercase()),
        None => ("", word.to_lowercase()),
    };
    if typed.is_empty() {
        return Vec::new();
    }
    let values = match key_of(&typed) {
        None => KEYS.iter().map(|(key, _)| format!("{key}:")).collect::<Vec<_>>(),
        Some("model") => models.map(|model| format!("model:{} ", quoted(model))).collect(),
        Some(key) => {
            let values = KEYS.iter().find(|(known, _)| *known == key).map_or(&[][..], |(_, values)| values);
            values.iter().map(|value| format!("{key}:{value} ")).collect()
        }
    };
    let fits = |value: &String| value.to_lowercase().replace('"', "").starts_with(&typed.replace('"', ""));
    values.into_iter().filter(fits).map(|value| format!("{before}{sign}{value}")).collect()
}

/// A value as it is typed, in quotes when it has blanks.
fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() }
}

/// The known key before the colon of a word in lower case.
fn key_of(word: &str) -> Option<&'static str> {
    let (key, _) = word.split_once(':')?;
    KEYS.iter().map(|(known, _)| *known).find(|known| *known == key)
}

/// The words of a text; blanks in quotes do not separate.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in text.chars() {
        is_quoted ^= c == '"';
        match words.last_mut() {
            Some(word) if is_quoted || !c.is_whitespace() => word.push(c),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A time in UTC as ISO 8601 text, to the second: `2026-01-31T07:05:00Z`.
fn iso_date_time(ms: u64) -> String {
    let (days, seconds) = (ms / DAY_MS, ms % DAY_MS / 1000);
    // Days from 1 March of year 0, of which leap days are the last (Hinnant, "chrono-Compatible Low-Level Date
    // Algorithms", civil_from_days).
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day + 2) / 153;
    let day = day - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{HashFunction, SerialNumber, TokenId, TokenStatus};

    /// 2026-03-01T12:00:00Z
    const NOW_MS: u64 = 1_772_366_400_000;

    fn token() -> Token {
        Token {
            id: TokenId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
            serial: SerialNumber::parse("0042").unwrap(),
            manufacturer: "Token2".to_owned(),
            model: "C202 mini".to_owned(),
            hash: Some(HashFunction::Sha256),
            interval_seconds: 30,
            status: TokenStatus::Assigned,
            assigned_to: None,
            last_used: Some("2026-01-31T07:05:00Z".to_owned()),
            name: None,
        }
    }

    const TEXT: &str = "0042";
    const USER: &str = "anna berg\nanna@contoso.example";

    fn matches(words: &str, token: &Token, user: &str) -> bool {
        let listed = HashSet::from(["0042".to_owned()]);
        let details = Details { token, text: TEXT, user, listed: &listed };
        let words = FilterWords::parse(words, NOW_MS);
        words.left_for(&Kind::of(token)).is_some_and(|left| left.iter().all(|word| word.matches(details)))
    }

    #[test]
    fn each_word_narrows_the_list() {
        for (text, is_found) in [
            ("", true),
            ("token2 anna", true),
            ("status:assigned", true),
            ("STATUS:Ass", true),
            ("status:activated", false),
            ("status:nonsense", false),
            ("-status:activated", true),
            ("model:C202", true),
            ("model:\"c202 mini\"", true),
            ("model:anna", false),
            ("user:anna", true),
            ("user:\"anna berg\"", true),
            ("user:token2", false),
            ("-user:anna", false),
            ("hash:sha256", true),
            ("hash:SHA-256", true),
            ("-sha256", false),
            ("-sha1", true),
            ("interval:30", true),
            ("interval:60s", false),
            ("used:<90d", true),
            ("used:<20d", false),
            ("used:>20d", true),
            ("used:never", false),
            ("used:soon", false),
            ("status:assigned model:C202 user:anna used:<90d", true),
            ("status:assigned model:C202 user:bert", false),
            ("list:import", true),
            ("-list:import", false),
            ("list:else", false),
            ("what:ever", false),
            ("-", true),
        ] {
            assert_eq!(matches(text, &token(), USER), is_found, "{text:?}");
        }
    }

    #[test]
    fn a_token_without_user_or_use_matches_neither() {
        let token = Token { last_used: None, ..token() };
        let matches = |words| matches(words, &token, "");
        assert!(matches("used:never") && !matches("used:>1d") && !matches("used:<1d"));
        assert!(!matches("user:a") && matches("-user:a"));
    }

    #[test]
    fn complete_filter_words_are_split_from_the_text() {
        for (text, filters, rest) in [
            ("anna", vec![], "anna"),
            ("anna berg ", vec![], "anna berg "),
            ("status:assigned", vec![], "status:assigned"),
            ("status:assigned ", vec!["status:assigned"], ""),
            ("anna status:assigned -sha256 b", vec!["status:assigned", "-sha256"], "anna   b"),
            ("status: ", vec![], "status: "),
            ("user:\"anna ", vec![], "user:\"anna "),
            ("user:\"anna berg\" x", vec!["user:\"anna berg\""], "x"),
            ("- ", vec![], "- "),
            ("TK-2 -2 ", vec!["-2"], "TK-2  "),
        ] {
            let (found, left) = split_filter_words(text);
            assert_eq!(
                (found, left.as_str()),
                (filters.into_iter().map(str::to_owned).collect(), rest),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_typed_is_completed() {
        let complete = |text: &str| suggestions(text, ["Token2 C202", "Feitian"].into_iter());
        assert_eq!(complete("st"), ["status:"]);
        assert_eq!(
            complete("anna -status:a"),
            ["anna -status:available ", "anna -status:assigned ", "anna -status:activated "]
        );
        assert_eq!(complete("model:to"), ["model:\"Token2 C202\" "]);
        assert_eq!(
            complete("used:"),
            ["used:never ", "used:<30d ", "used:<90d ", "used:>90d ", "used:>365d "]
        );
        assert_eq!(complete("anna\u{a0}berg\u{3000}st"), ["anna\u{a0}berg\u{3000}status:"]);
        assert!(complete("").is_empty() && complete("anna ").is_empty() && complete("zzz").is_empty());
    }

    #[test]
    fn times_are_written_as_microsoft_does() {
        assert_eq!(iso_date_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_date_time(NOW_MS), "2026-03-01T12:00:00Z");
        assert_eq!(iso_date_time(1_709_164_799_000), "2024-02-28T23:59:59Z");
        assert_eq!(iso_date_time(1_709_164_800_000), "2024-02-29T00:00:00Z");
    }
}
