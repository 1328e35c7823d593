//! Who may call which server function.
//!
//! The server's router checks this list before each call, and rejects paths that are not listed. A test compares the
//! list with all server functions.

use serde::{Deserialize, Serialize};
use token_core::{error::ServiceError, ports::ChangeKind};

use Access::{Administrator, Anyone, Auditor, Operator, SignedIn};

/// Who may call a server function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Anyone,
    /// Users who are signed in.
    SignedIn,
    /// Auditors and administrators.
    Auditor,
    /// Administrators.
    Administrator,
    /// The local operator, who opened the link that the program printed at its start.
    Operator,
}

/// The paths of all server functions.
pub const ACCESS: [(&str, Access); 35] = [
    ("/api/audit/exported", Administrator),
    ("/api/audit/list", Auditor),
    ("/api/audit/newer", Auditor),
    ("/api/audit/proof", Administrator),
    ("/api/audit/run", Auditor),
    ("/api/audit/status", Auditor),
    ("/api/clock/read", SignedIn),
    ("/api/my/activate", SignedIn),
    ("/api/my/claim", SignedIn),
    ("/api/my/refresh", SignedIn),
    ("/api/my/tokens", SignedIn),
    ("/api/session/end", SignedIn),
    ("/api/session/end_any", Administrator),
    ("/api/session/list", SignedIn),
    ("/api/session/list_all", Administrator),
    ("/api/session/sign_out", Anyone),
    ("/api/settings/check", Administrator),
    ("/api/settings/connect", Operator),
    ("/api/settings/disconnect", Operator),
    ("/api/settings/read", Administrator),
    ("/api/tenant/missing", Administrator),
    ("/api/tenant/policy", Administrator),
    ("/api/tokens/apply", Administrator),
    ("/api/tokens/by_id", Administrator),
    ("/api/tokens/by_serial", Administrator),
    ("/api/tokens/list", Administrator),
    ("/api/tokens/report_unseen", Administrator),
    ("/api/trial/read", Administrator),
    ("/api/trial/start", Administrator),
    ("/api/trial/stop", Administrator),
    ("/api/users/by_id", Administrator),
    ("/api/users/by_upn", Administrator),
    ("/api/users/holdings", Administrator),
    ("/api/users/roles", Administrator),
    ("/api/users/search", Administrator),
];

/// The server functions that an open page calls by itself, again and again: they do not keep a session alive.
const POLLED: [&str; 3] = ["/api/audit/newer", "/api/audit/status", "/api/trial/read"];

/// Whether a request with this path does not keep its session alive.
pub fn is_polled(path: &str) -> bool {
    POLLED.contains(&path)
}

/// Who may call the server function at this path; `None` when there is none.
pub fn required_access(path: &str) -> Option<Access> {
    ACCESS.iter().find(|(known, _)| *known == path).map(|(_, access)| *access)
}

/// Who may make a change of this kind.
pub fn required_for(change: ChangeKind) -> Access {
    match change {
        ChangeKind::Create
        | ChangeKind::Assign
        | ChangeKind::AssignAndActivate
        | ChangeKind::Activate
        | ChangeKind::Unassign
        | ChangeKind::Deactivate
        | ChangeKind::Delete
        | ChangeKind::Rename
        | ChangeKind::SetHash => Administrator,
    }
}

/// Whether many changes of this kind need a fresh sign-in: they take tokens away from people or from the inventory.
pub fn is_sensitive(change: ChangeKind) -> bool {
    match change {
        ChangeKind::Unassign | ChangeKind::Delete => true,
        ChangeKind::Create
        | ChangeKind::Assign
        | ChangeKind::AssignAndActivate
        | ChangeKind::Activate
        | ChangeKind::Deactivate
        | ChangeKind::Rename
        | ChangeKind::SetHash => false,
    }
}

/// The role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Not signed in.
    SignedOut,
    /// Signed in, without an app role.
    EndUser,
    /// Signed in with the app role of auditors: sees the audit log and nothing else.
    Auditor,
    /// Signed in with the app role of administrators, or the local operator.
    Administrator,
}

/// The user who sends the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// Their role.
    pub role: Role,
    /// Whether they are the local operator.
    pub operator: bool,
    /// Their name; empty when nobody is signed in.
    pub name: String,
    /// Their user principal name; empty when there is none.
    pub upn: String,
}

impl CurrentUser {
    /// Nobody is signed in.
    pub fn anonymous() -> Self {
        Self { role: Role::SignedOut, operator: false, name: String::new(), upn: String::new() }
    }

    /// Checks that they have this access; `admin_role` is the role that the error names.
    pub fn authorize(&self, access: Access, admin_role: &str) -> Result<(), ServiceError> {
        let missing_role = |role: &str| Err(ServiceError::NotAllowed { role: role.to_owned() });
        match (access, self.role) {
            (Anyone, _) => Ok(()),
            (Operator, _) if self.operator => Ok(()),
            (_, Role::SignedOut) => Err(ServiceError::SignedOut),
            (Operator, _) => Err(ServiceError::NotOperator),
            (SignedIn, _) | (Administrator, Role::Administrator) => Ok(()),
            (Auditor, Role::Auditor | Role::Administrator) => Ok(()),
            (Administrator | Auditor, Role::EndUser) | (Administrator, Role::Auditor) => {
                missing_role(admin_role)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role, operator: bool) -> CurrentUser {
        CurrentUser { role, operator, ..CurrentUser::anonymous() }
    }

    #[test]
    fn each_role_has_its_access() {
        let people = [
            (user(Role::SignedOut, false), [true, false, false, false, false]),
            (user(Role::EndUser, false), [true, true, false, false, false]),
            (user(Role::Auditor, false), [true, true, true, false, false]),
            (user(Role::Administrator, false), [true, true, true, true, false]),
            (user(Role::Administrator, true), [true, true, true, true, true]),
        ];
        for (person, allowed) in people {
            let may = [Anyone, SignedIn, Auditor, Administrator, Operator]
                .map(|access| person.authorize(access, "A").is_ok());
            assert_eq!(may, allowed, "{person:?}");
        }
    }

    #[test]
    fn the_error_names_the_role_that_an_end_user_lacks() {
        let refusal = user(Role::EndUser, false).authorize(Administrator, "Tokens.Admin").unwrap_err();
        assert!(refusal.to_string().contains("Tokens.Admin"));
    }

    #[test]
    fn what_is_polled_is_listed() {
        assert!(POLLED.iter().all(|path| required_access(path).is_some()));
        assert!(!is_polled("/api/audit/list"));
    }

    #[test]
    fn a_path_that_is_not_listed_has_no_access() {
        assert_eq!(required_access("/api/tokens/list"), Some(Administrator));
        assert_eq!(required_access("/api/tokens/list/"), None);
        assert_eq!(required_access("/api/tokens"), None);
    }
}
