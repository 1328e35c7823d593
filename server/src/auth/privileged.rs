//! Changes of tokens of people who hold a directory role: the browser's plan asks for them by name, and the server checks
//! again what it sends.

use std::collections::BTreeMap;

use audit::AuditLog;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef},
    error::ServiceError,
    plan::privileged::{PrivilegedTargets, describe_roles},
    ports::{Change, Directory, MAX_ITEMS},
    user::{DirectoryRoles, UserId},
};

use super::RequestContext;

/// What must be done about a person whose token a call would change.
#[derive(Debug, PartialEq, Eq)]
enum TargetDenial {
    /// Nobody confirmed it.
    Unconfirmed(Vec<String>),
    /// The setting refuses it.
    Refused(Vec<String>),
    /// The setting refuses it, because it cannot be told whether they hold a role.
    Undecided,
}

impl TargetDenial {
    fn of(
        policy: PrivilegedTargets,
        user: &UserId,
        roles: &DirectoryRoles,
        confirmed: &[UserId],
    ) -> Option<Self> {
        match (policy, roles) {
            (PrivilegedTargets::Allow, _) => None,
            (_, DirectoryRoles::Known(roles)) if roles.is_empty() => None,
            (PrivilegedTargets::Confirm, DirectoryRoles::Unknown) => None,
            (PrivilegedTargets::Confirm, DirectoryRoles::Known(_)) if confirmed.contains(user) => None,
            (PrivilegedTargets::Confirm, DirectoryRoles::Known(roles)) => {
                Some(Self::Unconfirmed(roles.clone()))
            }
            (PrivilegedTargets::Refuse, DirectoryRoles::Known(roles)) => Some(Self::Refused(roles.clone())),
            (PrivilegedTargets::Refuse, DirectoryRoles::Unknown) => Some(Self::Undecided),
        }
    }

    fn message(&self, name: &str) -> String {
        match self {
            Self::Unconfirmed(roles) => format!(
                "{name} holds {}, and nobody has confirmed that their tokens are to be changed. Make the plan again: it \
                 asks for them by name",
                describe_roles(roles)
            ),
            Self::Refused(roles) => format!(
                "{name} holds {}, and this server does not change tokens of such users (PRIVILEGED_TARGETS)",
                describe_roles(roles)
            ),
            Self::Undecided => format!(
                "whether {name} holds a directory role cannot be told without the permission User.Read.All, and this \
                 server changes only tokens of users who hold none (PRIVILEGED_TARGETS)"
            ),
        }
    }
}

/// Refuses the call if it would change tokens of somebody who holds a directory role, against the policy. Each such person
/// is recorded.
///
/// # Errors
/// When it is refused, and when the roles cannot be read for another reason than a missing permission.
pub async fn check_targets(
    policy: PrivilegedTargets,
    directory: &(dyn Directory + Send + Sync),
    changes: &[Change],
    confirmed: &[UserId],
    recorder: (&AuditLog, &RequestContext),
) -> Result<(), ServiceError> {
    // More are refused before anything is sent.
    let users: Vec<UserId> = changes.iter().filter_map(Change::user).take(MAX_ITEMS).cloned().collect();
    if policy == PrivilegedTargets::Allow || users.is_empty() {
        return Ok(());
    }
    let roles = directory.directory_roles(users.clone()).await?;
    let denials: BTreeMap<UserId, TargetDenial> = users
        .into_iter()
        .zip(&roles)
        .filter_map(|(user, roles)| {
            let denial = TargetDenial::of(policy, &user, roles, confirmed)?;
            Some((user, denial))
        })
        .collect();
    let (audit_log, context) = recorder;
    let mut message = None;
    let mut entries = Vec::new();
    for (user, denial) in &denials {
        let person = audit_log.person(user);
        let reason = denial.message(&name_of(&person));
        message.get_or_insert_with(|| reason.clone());
        let entry = context.entry(AuditAction::CallRefused, EntryStatus::Refused);
        entries.push(AuditEntry { person: Some(person), reason: format!("{reason}."), ..entry });
    }
    match message {
        None => Ok(()),
        Some(message) => {
            audit_log.append_later(entries);
            Err(ServiceError::Invalid { message: format!("{message}.") })
        }
    }
}

fn name_of(person: &PersonRef) -> String {
    let known = [&person.upn, &person.name, &person.id].into_iter().flatten().find(|name| !name.is_empty());
    known.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_decides_about_each_person() {
        use PrivilegedTargets::{Allow, Confirm, Refuse};
        let user = UserId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        let other = UserId::parse("00000000-0000-4000-8000-000000000002").unwrap();
        let holder = DirectoryRoles::Known(vec!["Global Administrator".to_owned()]);
        let nobody = DirectoryRoles::Known(Vec::new());
        let denied = |policy, roles: &DirectoryRoles, confirmed: &[&UserId]| {
            let confirmed: Vec<UserId> = confirmed.iter().map(|user| (*user).clone()).collect();
            TargetDenial::of(policy, &user, roles, &confirmed).is_some()
        };
        for policy in [Confirm, Refuse, Allow] {
            assert!(!denied(policy, &nobody, &[]), "{policy:?}");
            assert_eq!(denied(policy, &holder, &[]), policy != Allow);
            assert_eq!(denied(policy, &holder, &[&other]), policy != Allow, "somebody else was confirmed");
            assert_eq!(denied(policy, &holder, &[&user]), policy == Refuse);
            assert_eq!(denied(policy, &DirectoryRoles::Unknown, &[&user]), policy == Refuse, "fails closed");
        }
    }
}
