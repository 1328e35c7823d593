//! A filter of audit log entries.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{AuditAction, AuditEntry, EntryStatus, RunId};

/// Longest text of a condition.
const MAX_TEXT: usize = 256;

/// A filter of audit log entries: an entry matches when it meets every condition that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// At or after this time (milliseconds since 1970).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<u64>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<u64>,
    /// The actor: the whole UPN, name or object id, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The token: the whole serial or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The person concerned: the whole UPN, name or object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<AuditAction>,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<EntryStatus>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Words; each must be a prefix of a word in the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl AuditFilter {
    /// The filter with its texts trimmed and empty ones removed.
    pub fn trimmed(mut self) -> Self {
        for text in [&mut self.actor, &mut self.token, &mut self.person, &mut self.text] {
            *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        self
    }

    /// Why the filter is invalid, if it is. The server checks it, because it does not trust the browser.
    pub fn validate(&self) -> Option<String> {
        let texts = [&self.actor, &self.token, &self.person, &self.text];
        let too_long = |text: &String| text.chars().count() > MAX_TEXT;
        texts
            .into_iter()
            .flatten()
            .any(too_long)
            .then(|| format!("a filter is longer than {MAX_TEXT} characters"))
    }

    /// Whether every entry matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a time range is the only condition: then runs are listed as a whole.
    pub fn is_time_range_only(&self) -> bool {
        Self { from_ms: None, to_ms: None, ..self.clone() }.is_empty()
    }

    /// Whether an entry matches.
    pub fn matches(&self, entry: &AuditEntry) -> bool {
        let token = entry.token.as_ref();
        let person = entry.person.as_ref();
        let actor = &entry.actor;
        self.from_ms.is_none_or(|from| entry.at_ms >= from)
            && self.to_ms.is_none_or(|to| entry.at_ms < to)
            && is_one_of(self.actor.as_ref(), [Some(&actor.upn), Some(&actor.name), Some(&actor.id)])
            && is_one_of(
                self.token.as_ref(),
                [token.and_then(|t| t.serial.as_ref()), token.and_then(|t| t.id.as_ref()), None],
            )
            && is_one_of(
                self.person.as_ref(),
                [
                    person.and_then(|p| p.upn.as_ref()),
                    person.and_then(|p| p.name.as_ref()),
                    person.and_then(|p| p.id.as_ref()),
                ],
            )
            && self.action.is_none_or(|action| entry.action == action)
            && self.result.is_none_or(|result| entry.result == result)
            && self.run.as_ref().is_none_or(|run| entry.run.as_ref().is_some_and(|place| place.id == *run))
            && self.text.as_ref().is_none_or(|text| contains_words(entry, text))
    }

    /// As the query of a URL, without the question mark; texts are percent-encoded.
    pub fn to_query(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let parts = [
            self.from_ms.map(|ms| format!("from_ms={ms}")),
            self.to_ms.map(|ms| format!("to_ms={ms}")),
            self.actor.as_deref().map(|text| format!("actor={}", encoded(text))),
            self.token.as_deref().map(|text| format!("token={}", encoded(text))),
            self.person.as_deref().map(|text| format!("person={}", encoded(text))),
            self.action.map(|action| format!("action={}", action.as_str())),
            self.result.map(|result| format!("result={}", result.as_str())),
            self.run.as_ref().map(|run| format!("run={}", run.as_str())),
            self.text.as_deref().map(|text| format!("text={}", encoded(text))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// Splits a text into its words: runs of letters and digits.
    pub fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
    }
}

fn is_one_of(wanted: Option<&String>, texts: [Option<&String>; 3]) -> bool {
    wanted.is_none_or(|wanted| {
        texts.into_iter().flatten().any(|text| !text.is_empty() && text.eq_ignore_ascii_case(wanted))
    })
}

/// Whether each word of the text is a prefix of a word in the entry.
fn contains_words(entry: &AuditEntry, text: &str) -> bool {
    let searched = entry.searchable_text().to_lowercase();
    AuditFilter::words(&text.to_lowercase())
        .all(|wanted| AuditFilter::words(&searched).any(|word| word.starts_with(wanted)))
}

impl AuditEntry {
    /// The text that the full-text condition is matched with.
    pub fn searchable_text(&self) -> String {
        let token = self.token.iter().flat_map(|token| [token.serial.as_deref(), token.id.as_deref()]);
        let person = self
            .person
            .iter()
            .flat_map(|person| [person.upn.as_deref(), person.name.as_deref(), person.id.as_deref()]);
        let fields = [
            Some(self.actor.name.as_str()),
            Some(&self.actor.upn),
            Some(&self.address),
            Some(&self.before),
            Some(&self.after),
            Some(&self.reason),
            self.request_id.as_deref(),
        ];
        fields.into_iter().chain(token).chain(person).flatten().collect::<Vec<_>>().join(" ")
    }
}
