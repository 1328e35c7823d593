//! What was done, or tried.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was done, or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A token was put into the inventory.
    Create,
    /// A token was handed to a person.
    Assign,
    /// A token was activated for its holder.
    Activate,
    /// A token was handed to a person and activated in one step.
    AssignAndActivate,
    /// A token was taken away from its holder.
    Unassign,
    /// A token was made unusable for its holder, who keeps it.
    Deactivate,
    /// A token was deleted from the inventory.
    Delete,
    /// A token was given another name.
    Rename,
    /// A person took a token from the shelf for themselves.
    Claim,
    /// A person activated a token of their own.
    OwnActivate,
    /// Somebody signed in.
    SignIn,
    /// Somebody tried to sign in and was refused.
    SignInRefused,
    /// Somebody signed out.
    SignOut,
    /// The person at the machine opened the link of the start.
    OperatorLink,
    /// Something was asked for that this visitor may not do.
    CallRefused,
    /// Another tenant was connected.
    Connect,
    /// The connected tenant was forgotten.
    Disconnect,
    /// The connection to the tenant was examined.
    Check,
    /// Tokens of the inventory were saved as a file.
    Export,
    /// Entries of this trail were saved as a file.
    AuditExport,
    /// The program started with these settings.
    Start,
    /// Old entries were removed by the retention setting; verification goes on from here.
    Retention,
}

impl AuditAction {
    /// All of them, in the order in which a person should see them.
    pub const ALL: [Self; 22] = [
        Self::Create,
        Self::Assign,
        Self::Activate,
        Self::AssignAndActivate,
        Self::Unassign,
        Self::Deactivate,
        Self::Delete,
        Self::Rename,
        Self::Claim,
        Self::OwnActivate,
        Self::SignIn,
        Self::SignInRefused,
        Self::SignOut,
        Self::OperatorLink,
        Self::CallRefused,
        Self::Connect,
        Self::Disconnect,
        Self::Check,
        Self::Export,
        Self::AuditExport,
        Self::Start,
        Self::Retention,
    ];

    /// The word under which it is stored, exported and logged. It never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Assign => "assign",
            Self::Activate => "activate",
            Self::AssignAndActivate => "assign_and_activate",
            Self::Unassign => "unassign",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
            Self::Rename => "rename",
            Self::Claim => "claim",
            Self::OwnActivate => "own_activate",
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignOut => "sign_out",
            Self::OperatorLink => "operator_link",
            Self::CallRefused => "call_refused",
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Check => "check",
            Self::Export => "export",
            Self::AuditExport => "audit_export",
            Self::Start => "start",
            Self::Retention => "retention",
        }
    }

    /// The action of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// As the page calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Create => "Create token",
            Self::Assign => "Assign",
            Self::Activate => "Activate",
            Self::AssignAndActivate => "Assign and activate",
            Self::Unassign => "Unassign",
            Self::Deactivate => "Deactivate",
            Self::Delete => "Delete token",
            Self::Rename => "Rename token",
            Self::Claim => "Claim a token",
            Self::OwnActivate => "Activate own token",
            Self::SignIn => "Sign in",
            Self::SignInRefused => "Sign-in refused",
            Self::SignOut => "Sign out",
            Self::OperatorLink => "Operator link opened",
            Self::CallRefused => "Refused for want of a role",
            Self::Connect => "Connect tenant",
            Self::Disconnect => "Disconnect tenant",
            Self::Check => "Check connection",
            Self::Export => "Export inventory",
            Self::AuditExport => "Export audit trail",
            Self::Start => "Program start",
            Self::Retention => "Old entries removed",
        }
    }

    /// Whether it changes something at Microsoft.
    pub const fn is_write(self) -> bool {
        matches!(
            self,
            Self::Create
                | Self::Assign
                | Self::Activate
                | Self::AssignAndActivate
                | Self::Unassign
                | Self::Deactivate
                | Self::Delete
                | Self::Rename
                | Self::Claim
                | Self::OwnActivate
        )
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_and_the_same_in_the_store_and_on_the_wire() {
        for action in AuditAction::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
            assert_eq!(AuditAction::parse(action.as_str()), Some(action));
        }
        assert_eq!(AuditAction::parse("reboot"), None);
    }
}
