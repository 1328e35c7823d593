//! One entry of the audit log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AuditAction, RunId};

/// One entry of the audit log.
///
/// A write is stored twice: before the call to Microsoft Graph as an entry with the result [`EntryStatus::Open`] (the
/// intent), afterwards as an entry (the outcome) whose [`AuditEntry::intent`] refers to the first. Lists show the
/// outcome instead of the intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Sequence number: 1, 2, 3 …, without gaps.
    pub number: u64,
    /// The number of the intent that this entry is the outcome of.
    pub intent: Option<u64>,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// Who acted.
    pub actor: Actor,
    /// The actor's role: "administrator", "auditor", "end user", "signed out", "program".
    pub role: String,
    /// The actor's network address; empty when there was none.
    pub address: String,
    /// The tenant: its id or domain.
    pub tenant: String,
    /// What was done or attempted.
    pub action: AuditAction,
    /// The token concerned.
    pub token: Option<TokenRef>,
    /// The person concerned: whom the token is, was or was to be assigned to.
    pub person: Option<PersonRef>,
    /// The run that it belongs to, and its row in the run.
    pub run: Option<RunRow>,
    /// The token's state before, in words; empty when it is not known.
    pub before: String,
    /// The intended state, in words; reached when the result is [`EntryStatus::Done`].
    pub after: String,
    /// The result.
    pub result: EntryStatus,
    /// Why it failed, or another remark; may be empty.
    pub reason: String,
    /// Microsoft Graph's request id, for Microsoft's support.
    pub request_id: Option<String>,
    /// How long the call to Microsoft Graph took, in milliseconds.
    pub duration_ms: Option<u64>,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Display name.
    pub name: String,
    /// User principal name; empty when there is none.
    pub upn: String,
    /// Object id in the tenant; empty when there is none.
    pub id: String,
}

/// What kind of actor it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person who signed in with Microsoft.
    Person,
    /// The local operator, who opened the link that the program prints when it starts.
    LocalOperator,
    /// A user of the practice tenant, which needs no sign-in.
    Practice,
    /// Somebody who did not sign in.
    #[serde(rename = "stranger")]
    Anonymous,
    /// The program itself.
    Program,
}

impl ActorKind {
    /// All values.
    pub const ALL: [Self; 5] =
        [Self::Person, Self::LocalOperator, Self::Practice, Self::Anonymous, Self::Program];

    /// The stored value. It never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::LocalOperator => "local_operator",
            Self::Practice => "practice",
            Self::Anonymous => "stranger",
            Self::Program => "program",
        }
    }

    /// The kind with this stored value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == value)
    }
}

impl Actor {
    /// The program itself.
    pub fn program() -> Self {
        Self::named(ActorKind::Program, "Token Inventory")
    }

    /// An actor of whom only the name is known.
    pub fn named(kind: ActorKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), upn: String::new(), id: String::new() }
    }
}

/// A token, as far as it was known when the entry was stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRef {
    /// Microsoft Graph's id.
    pub id: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

/// A person, as far as they were known when the entry was stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// Object id.
    pub id: Option<String>,
    /// User principal name.
    pub upn: Option<String>,
    /// Display name.
    pub name: Option<String>,
}

/// A row of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// The row's number in the file or list.
    pub row: u32,
}

/// The status of an entry's operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Carried out.
    Done,
    /// Refused, by Microsoft or by this program; nothing was changed.
    Refused,
    /// Not carried out, as reading the token afterwards showed; nothing was changed.
    NotDone,
    /// Whether it was carried out is not known.
    Unknown,
    /// In progress: there is no answer from Microsoft Graph yet.
    Open,
}

impl EntryStatus {
    /// All values.
    pub const ALL: [Self; 5] = [Self::Done, Self::Refused, Self::NotDone, Self::Unknown, Self::Open];

    /// The stored value. It never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotDone => "not_done",
            Self::Unknown => "unknown",
            Self::Open => "open",
        }
    }

    /// The status with this stored value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == value)
    }

    /// The name on screen.
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
    fn the_stored_value_equals_the_wire_name() {
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
