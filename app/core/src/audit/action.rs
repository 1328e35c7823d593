//! The actions that the audit log records.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An action that was carried out or attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A token was created in the inventory.
    Create,
    /// A token was assigned to a user.
    Assign,
    /// A token was activated for its user.
    Activate,
    /// A token was assigned to a user and activated in one write.
    AssignAndActivate,
    /// A token was unassigned from its user.
    Unassign,
    /// A token was deactivated; it stays assigned to its user.
    Deactivate,
    /// A token was deleted from the inventory.
    Delete,
    /// A token's display name was changed.
    Rename,
    /// A token's hash function was corrected.
    SetHash,
    /// A user assigned a token from stock to themselves and activated it.
    Claim,
    /// A user activated their own token.
    OwnActivate,
    /// A user deactivated their own token and activated it again, because its codes were refused.
    OwnRefresh,
    /// Somebody signed in.
    SignIn,
    /// A sign-in was refused.
    SignInRefused,
    /// Somebody signed out.
    SignOut,
    /// The local operator opened the link that the program prints when it starts.
    OperatorLink,
    /// A call was refused because the caller lacks the role for it.
    CallRefused,
    /// Another tenant was connected.
    Connect,
    /// The tenant was disconnected.
    Disconnect,
    /// The connection to the tenant was checked.
    Check,
    /// The delivery of a run was proved by a sample of its tokens, or was not, before the run began.
    Prove,
    /// Tokens of the inventory were exported to a file.
    Export,
    /// Entries of the audit log were exported to a file.
    AuditExport,
    /// The program started with these settings.
    Start,
    /// Entries past the retention period were removed; verification starts after them.
    Retention,
}

impl AuditAction {
    /// All actions, in the order in which the page lists them.
    pub const ALL: [Self; 25] = [
        Self::Create,
        Self::Assign,
        Self::Activate,
        Self::AssignAndActivate,
        Self::Unassign,
        Self::Deactivate,
        Self::Delete,
        Self::Rename,
        Self::SetHash,
        Self::Claim,
        Self::OwnActivate,
        Self::OwnRefresh,
        Self::SignIn,
        Self::SignInRefused,
        Self::SignOut,
        Self::OperatorLink,
        Self::CallRefused,
        Self::Connect,
        Self::Disconnect,
        Self::Check,
        Self::Prove,
        Self::Export,
        Self::AuditExport,
        Self::Start,
        Self::Retention,
    ];

    /// The value that is stored, exported and logged. It never changes.
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
            Self::SetHash => "set_hash",
            Self::Claim => "claim",
            Self::OwnActivate => "own_activate",
            Self::OwnRefresh => "own_refresh",
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignOut => "sign_out",
            Self::OperatorLink => "operator_link",
            Self::CallRefused => "call_refused",
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Check => "check",
            Self::Prove => "prove",
            Self::Export => "export",
            Self::AuditExport => "audit_export",
            Self::Start => "start",
            Self::Retention => "retention",
        }
    }

    /// The action with this stored value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == value)
    }

    /// The name on screen.
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
            Self::SetHash => "Correct hash",
            Self::Claim => "Claim a token",
            Self::OwnActivate => "Activate own token",
            Self::OwnRefresh => "Refresh own token",
            Self::SignIn => "Sign in",
            Self::SignInRefused => "Sign-in refused",
            Self::SignOut => "Sign out",
            Self::OperatorLink => "Operator link opened",
            Self::CallRefused => "Refused for want of a role",
            Self::Connect => "Connect tenant",
            Self::Disconnect => "Disconnect tenant",
            Self::Check => "Check connection",
            Self::Prove => "Prove delivery",
            Self::Export => "Export inventory",
            Self::AuditExport => "Export audit trail",
            Self::Start => "Program start",
            Self::Retention => "Old entries removed",
        }
    }

    /// Whether it is a write to Microsoft Graph.
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
                | Self::SetHash
                | Self::Claim
                | Self::OwnActivate
                | Self::OwnRefresh
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
    fn the_stored_value_equals_the_wire_name() {
        for action in AuditAction::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
            assert_eq!(AuditAction::parse(action.as_str()), Some(action));
        }
        assert_eq!(AuditAction::parse("reboot"), None);
    }
}
