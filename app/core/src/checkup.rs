//! What the doctor found out about a tenant, in words for the person who can mend it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{manage::WriteKind, rollout::Mode};

/// The result of one examination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkup {
    /// In the order in which a person should read them.
    pub findings: Vec<Finding>,
    /// What cannot be done for want of a permission.
    pub missing: MissingPermissions,
}

impl Checkup {
    /// Whether anything stands in the way of the work.
    pub fn has_problem(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Severity::Problem)
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at: "Sign-in", "Clock", "Permissions".
    pub topic: String,
    /// How it is.
    pub level: Severity,
    /// What was found, in one or two sentences.
    #[serde(rename = "says")]
    pub message: String,
    /// What to do about it, if anything.
    pub remedy: Option<String>,
    /// Where to do it.
    pub link: Option<RemedyLink>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, but could be better.
    Advice,
    /// Stands in the way.
    Problem,
    /// Could not be found out.
    Unknown,
}

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyLink {
    /// What is there, as a verb: "Give admin consent".
    pub label: String,
    /// Its address.
    pub url: String,
}

/// A kind of work that needs a permission of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Reading the inventory.
    ReadTokens,
    /// Creating, changing and deleting tokens.
    WriteTokens,
    /// Reading the tokens of a person.
    #[serde(rename = "read_holdings")]
    ReadUserTokens,
    /// Assigning, activating and unassigning tokens.
    #[serde(rename = "write_holdings")]
    WriteUserTokens,
    /// Reading people.
    ReadUsers,
}

impl Capability {
    /// The kinds of work that an import takes.
    pub const fn for_import(mode: Mode) -> &'static [Self] {
        match mode {
            Mode::Import => &[Self::ReadTokens, Self::WriteTokens],
            Mode::Assign | Mode::Activate => {
                &[Self::ReadTokens, Self::WriteTokens, Self::ReadUsers, Self::WriteUserTokens]
            }
        }
    }

    /// The kind of work that a write to an existing token is.
    pub const fn for_write(kind: &WriteKind) -> Self {
        match kind {
            WriteKind::Assign
            | WriteKind::AssignAndActivate
            | WriteKind::Activate
            | WriteKind::Unassign
            | WriteKind::Deactivate => Self::WriteUserTokens,
            WriteKind::Delete | WriteKind::Rename(_) => Self::WriteTokens,
        }
    }
}

/// For each kind of work that cannot be done: the least permission that would allow it. What is not known to be
/// missing is not listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MissingPermissions(pub BTreeMap<Capability, String>);

impl MissingPermissions {
    /// The permission without which none of these kinds of work can be done, for the first that lacks one.
    pub fn first(&self, capabilities: &[Capability]) -> Option<&str> {
        capabilities.iter().find_map(|capability| self.0.get(capability)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importing_alone_needs_no_permission_for_people() {
        let people = MissingPermissions([(Capability::WriteUserTokens, "X".to_owned())].into());
        assert_eq!(people.first(Capability::for_import(Mode::Import)), None);
        assert_eq!(people.first(Capability::for_import(Mode::Assign)), Some("X"));
        assert_eq!(people.first(Capability::for_import(Mode::Activate)), Some("X"));
    }
}
