//! One entry of the trail.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AuditAction, RunId};

/// One entry of the trail.
///
/// An operation is stored twice: before Microsoft is asked, as an entry whose result is [`EntryStatus::Open`], and afterwards as
/// an entry of its own that names the first one by [`AuditEntry::intent`]. Lists show the second in place of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place in the trail: 1, 2, 3 …, without gaps.
    pub number: u64,
    /// The number of the entry that was stored before Microsoft was asked.
    pub intent: Option<u64>,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// Who.
    pub actor: Actor,
    /// What they were here: "administrator", "auditor", "end user", "signed out", "program".
    pub role: String,
    /// The network address that they came from; empty when there was none.
    pub address: String,
    /// The tenant: its id or domain.
    pub tenant: String,
    /// What was done or tried.
    pub action: AuditAction,
    /// The token concerned.
    pub token: Option<TokenRef>,
    /// The person concerned: whose token it is, was or was to be.
    pub person: Option<PersonRef>,
    /// The run that it belongs to, and its row there.
    pub run: Option<RunRow>,
    /// How it was before, in words; empty when that is not known.
    pub before: String,
    /// How it was to be afterwards, in words. It is so when the result is [`EntryStatus::Done`].
    pub after: String,
    /// What became of it.
    pub result: EntryStatus,
    /// Why not, or what else is to be said; empty when nothing is.
    pub reason: String,
    /// Microsoft Graph's request id, by which Microsoft's support finds the request.
    pub request_id: Option<String>,
    /// How long Microsoft took, in milliseconds.
    pub duration_ms: Option<u64>,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of somebody.
    pub kind: ActorKind,
    /// Display name.
    pub name: String,
    /// User principal name; empty when there is none.
    pub upn: String,
    /// Object id in the tenant; empty when there is none.
    pub id: String,
}

/// What kind of somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person who signed in with Microsoft.
    Person,
    /// Whoever sits at the machine and opened the link of the start.
    LocalOperator,
    /// A visitor of the practice tenant, who need not sign in.
    Practice,
    /// Somebody who did not sign in.
    #[serde(rename = "stranger")]
    Anonymous,
    /// The program itself.
    Program,
}

impl ActorKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Person, Self::LocalOperator, Self::Practice, Self::Anonymous, Self::Program];

    /// The word under which it is stored. It never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::LocalOperator => "local_operator",
            Self::Practice => "practice",
            Self::Anonymous => "stranger",
            Self::Program => "program",
        }
    }

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Actor {
    /// The program itself.
    pub fn program() -> Self {
        Self::named(ActorKind::Program, "Token Inventory")
    }

    /// Somebody with nothing but a name.
    pub fn named(kind: ActorKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), upn: String::new(), id: String::new() }
    }
}

/// A token, as far as it was known when the entry was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRef {
    /// Microsoft Graph's id.
    pub id: Option<String>,
    /// What is printed on it.
    pub serial: Option<String>,
}

/// A person, as far as they were known when the entry was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// Object id.
    pub id: Option<String>,
    /// User principal name.
    pub upn: Option<String>,
    /// Display name.
    pub name: Option<String>,
}

/// A place in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// The row, as the file or the list counts it.
    pub row: u32,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Carried out.
    Done,
    /// Refused, by Microsoft or by this program; nothing was changed.
    Refused,
    /// Never reached Microsoft, as reading it afterwards showed; nothing was changed.
    NotDone,
    /// It may have been carried out or not.
    Unknown,
    /// Under way: Microsoft has been asked and has not answered yet.
    Open,
}

impl EntryStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Done, Self::Refused, Self::NotDone, Self::Unknown, Self::Open];

    /// The word under which it is stored. It never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotDone => "not_done",
            Self::Unknown => "unknown",
            Self::Open => "open",
        }
    }

    /// The ending of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// As the page calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Refused => "Refused",
            Self::NotDone => "Not carried out",
            Self::Unknown => "Outcome unknown",
            Self::Open => "Under way",
        }
    }
}

impl fmt::Display for EntryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_and_the_same_in_the_store_and_on_the_wire() {
        for status in EntryStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(EntryStatus::parse(status.as_str()), Some(status));
        }
        for kind in ActorKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(ActorKind::parse(kind.as_str()), Some(kind));
        }
    }
}
