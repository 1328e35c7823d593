//! Who may call which server function: the one list.
//!
//! The server's router looks here before it hears a call, and refuses what is not listed. A test holds the list
//! against all server functions that exist.

use serde::{Deserialize, Serialize};
use token_core::error::ServiceError;

use Access::{Administrator, Anyone, Auditor, Operator, SignedIn};

/// Who may call a server function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Auditors and administrators.
    Auditor,
    /// Administrators.
    Administrator,
    /// The person at the machine, who opened the link that the start printed.
    Operator,
}

/// The paths of all server functions.
pub const ACCESS: [(&str, Access); 30] = [
    ("/api/audit/exported", Administrator),
    ("/api/audit/list", Auditor),
    ("/api/audit/run", Auditor),
    ("/api/audit/status", Auditor),
    ("/api/clock/read", SignedIn),
    ("/api/my/activate", SignedIn),
    ("/api/my/claim", SignedIn),
    ("/api/my/tokens", SignedIn),
    ("/api/session/sign_out", Anyone),
    ("/api/settings/check", Administrator),
    ("/api/settings/connect", Operator),
    ("/api/settings/disconnect", Operator),
    ("/api/settings/read", Administrator),
    ("/api/tenant/missing", Administrator),
    ("/api/tenant/policy", Administrator),
    ("/api/tokens/activate", Administrator),
    ("/api/tokens/assign", Administrator),
    ("/api/tokens/assign_and_activate", Administrator),
    ("/api/tokens/by_id", Administrator),
    ("/api/tokens/by_serial", Administrator),
    ("/api/tokens/create", Administrator),
    ("/api/tokens/deactivate", Administrator),
    ("/api/tokens/delete", Administrator),
    ("/api/tokens/list", Administrator),
    ("/api/tokens/rename", Administrator),
    ("/api/tokens/unassign", Administrator),
    ("/api/users/by_id", Administrator),
    ("/api/users/by_upn", Administrator),
    ("/api/users/holdings", Administrator),
    ("/api/users/search", Administrator),
];

/// Who may call the server function at this path; `None` when there is none.
pub fn required_access(path: &str) -> Option<Access> {
    ACCESS.iter().find(|(known, _)| *known == path).map(|(_, access)| *access)
}

/// What a person may do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Not signed in.
    SignedOut,
    /// Signed in, without the app role.
    EndUser,
    /// Signed in with the app role of auditors: sees the audit trail and nothing else.
    Auditor,
    /// Signed in with the app role, or the local operator.
    Administrator,
}

/// The person before the screen, as the server knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// What they may do.
    pub role: Role,
    /// Whether they opened the link that the start printed.
    pub operator: bool,
    /// Their name; empty when nobody is signed in.
    pub name: String,
    /// Their user principal name; empty when there is none.
    pub upn: String,
}

impl CurrentUser {
    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self { role: Role::SignedOut, operator: false, name: String::new(), upn: String::new() }
    }

    /// Whether they may; `admin_role` is what an end user has to ask for.
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
    fn each_kind_of_person_may_what_is_theirs() {
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
    fn an_end_user_hears_which_role_to_ask_for() {
        let refusal = user(Role::EndUser, false).authorize(Administrator, "Tokens.Admin").unwrap_err();
        assert!(refusal.to_string().contains("Tokens.Admin"));
    }

    #[test]
    fn what_is_not_listed_does_not_exist() {
        assert_eq!(required_access("/api/tokens/list"), Some(Administrator));
        assert_eq!(required_access("/api/tokens/list/"), None);
        assert_eq!(required_access("/api/tokens"), None);
    }
}
