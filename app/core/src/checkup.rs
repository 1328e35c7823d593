//! The findings of the doctor about a tenant, worded for the administrator who can fix them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Mode, WriteKind};

/// The result of one check by the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkup {
    /// The findings, in the order to be read.
    pub findings: Vec<Finding>,
    /// The permissions that are missing.
    pub missing: MissingPermissions,
}

impl Checkup {
    /// Whether any finding prevents the program from working.
    pub fn has_problem(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Severity::Problem)
    }
}

/// The result of checking one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was checked: "Sign-in", "Clock", "Permissions".
    pub topic: String,
    /// Severity.
    pub level: Severity,
    /// What was found, in one or two sentences.
    #[serde(rename = "says")]
    pub message: String,
    /// What to do about it, if anything.
    pub remedy: Option<String>,
    /// The page where to do it.
    pub link: Option<RemedyLink>,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, but could be better.
    Advice,
    /// Prevents something from working.
    Problem,
    /// Could not be determined.
    Unknown,
}

/// A link to the page of the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyLink {
    /// What to do there: "Give admin consent".
    pub label: String,
    /// The page's URL.
    pub url: String,
}

/// Something that the program does with a permission of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Reading the inventory.
    ReadTokens,
    /// Creating, changing and deleting tokens.
    WriteTokens,
    /// Reading the tokens of a user.
    #[serde(rename = "read_holdings")]
    ReadUserTokens,
    /// Assigning, activating and unassigning tokens.
    #[serde(rename = "write_holdings")]
    WriteUserTokens,
    /// Reading users.
    ReadUsers,
}

impl Capability {
    /// The capabilities that an import needs.
    pub const fn for_import(mode: Mode) -> &'static [Self] {
        match mode {
            Mode::Import => &[Self::ReadTokens, Self::WriteTokens],
            Mode::Assign | Mode::Activate => {
                &[Self::ReadTokens, Self::WriteTokens, Self::ReadUsers, Self::WriteUserTokens]
            }
        }
    }

    /// The capabilities that a trial of the tenant needs.
    pub const fn for_trial() -> &'static [Self] {
        &[Self::ReadTokens, Self::WriteTokens, Self::ReadUserTokens, Self::WriteUserTokens, Self::ReadUsers]
    }

    /// The capability that a write to an existing token needs.
    pub const fn for_write(kind: &WriteKind) -> Self {
        match kind {
            WriteKind::Assign
            | WriteKind::AssignAndActivate
            | WriteKind::Activate
            | WriteKind::Unassign
            | WriteKind::Deactivate => Self::WriteUserTokens,
            WriteKind::Delete | WriteKind::Rename(_) | WriteKind::SetHash(_) => Self::WriteTokens,
        }
    }
}

/// The least permission that would provide each missing capability. A capability is listed only when it is known to be
/// missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MissingPermissions(pub BTreeMap<Capability, String>);

impl MissingPermissions {
    /// The missing permission of the first of these capabilities that lacks one.
    pub fn first(&self, capabilities: &[Capability]) -> Option<&str> {
        capabilities.iter().find_map(|capability| self.0.get(capability)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finding_that_prevents_something_is_a_problem() {
        let finding = |level| Finding {
            topic: "Clock".to_owned(),
            level,
            message: "Found.".to_owned(),
            remedy: None,
            link: None,
        };
        let has_problem = |levels: &[Severity]| {
            let findings = levels.iter().copied().map(finding).collect();
            Checkup { findings, missing: MissingPermissions::default() }.has_problem()
        };
        assert!(!has_problem(&[]));
        assert!(!has_problem(&[Severity::Good, Severity::Advice, Severity::Unknown]));
        assert!(has_problem(&[Severity::Good, Severity::Problem]));
    }

    #[test]
    fn an_import_without_assignment_needs_no_permission_for_users() {
        let people = MissingPermissions([(Capability::WriteUserTokens, "X".to_owned())].into());
        assert_eq!(people.first(Capability::for_import(Mode::Import)), None);
        assert_eq!(people.first(Capability::for_import(Mode::Assign)), Some("X"));
        assert_eq!(people.first(Capability::for_import(Mode::Activate)), Some("X"));
    }
}
