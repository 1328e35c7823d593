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
    pub missing: Missing,
}

impl Checkup {
    /// Whether anything stands in the way of the work.
    pub fn has_problem(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Problem)
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at: "Sign-in", "Clock", "Permissions".
    pub topic: String,
    /// How it is.
    pub level: Level,
    /// What was found, in one or two sentences.
    pub says: String,
    /// What to do about it, if anything.
    pub remedy: Option<String>,
    /// Where to do it.
    pub link: Option<Link>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
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
pub struct Link {
    /// What is there, as a verb: "Give admin consent".
    pub label: String,
    /// Its address.
    pub url: String,
}

/// A kind of work that needs a permission of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Reading the inventory.
    ReadTokens,
    /// Creating, changing and deleting tokens.
    WriteTokens,
    /// Reading the tokens of a person.
    ReadHoldings,
    /// Assigning, activating and unassigning tokens.
    WriteHoldings,
    /// Reading people.
    ReadUsers,
}

impl Work {
    /// The kinds of work that an import takes.
    pub const fn of_import(mode: Mode) -> &'static [Self] {
        match mode {
            Mode::Import => &[Self::ReadTokens, Self::WriteTokens],
            Mode::Assign | Mode::Activate => {
                &[Self::ReadTokens, Self::WriteTokens, Self::ReadUsers, Self::WriteHoldings]
            }
        }
    }

    /// The kind of work that a write to an existing token is.
    pub const fn of_step(kind: &WriteKind) -> Self {
        match kind {
            WriteKind::Assign
            | WriteKind::AssignAndActivate
            | WriteKind::Activate
            | WriteKind::Unassign
            | WriteKind::Deactivate => Self::WriteHoldings,
            WriteKind::Delete | WriteKind::Rename(_) => Self::WriteTokens,
        }
    }
}

/// For each kind of work that cannot be done: the least permission that would allow it. What is not known to be
/// missing is not listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Missing(pub BTreeMap<Work, String>);

impl Missing {
    /// The permission without which none of these kinds of work can be done, for the first that lacks one.
    pub fn first(&self, works: &[Work]) -> Option<&str> {
        works.iter().find_map(|work| self.0.get(work)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importing_alone_needs_no_permission_for_people() {
        let people = Missing([(Work::WriteHoldings, "X".to_owned())].into());
        assert_eq!(people.first(Work::of_import(Mode::Import)), None);
        assert_eq!(people.first(Work::of_import(Mode::Assign)), Some("X"));
        assert_eq!(people.first(Work::of_import(Mode::Activate)), Some("X"));
    }
}
