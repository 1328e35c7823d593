//! Whether it can be told who holds a directory role.

use token_core::{checkup::Finding, plan::privileged::PrivilegedTargets};

use super::finding::{advice, problem};

const TOPIC: &str = "Directory roles";
const REMEDY: &str = "Add User.Read.All instead, and give admin consent. The names of the roles need \
                      RoleManagement.Read.Directory as well; without it a plan says only that somebody holds one.";

/// What follows where the app may read the basic profile of users only.
pub(super) fn finding(reads_basic_users_only: bool, policy: PrivilegedTargets) -> Option<Finding> {
    if !reads_basic_users_only {
        return None;
    }
    match policy {
        PrivilegedTargets::Allow => None,
        PrivilegedTargets::Confirm => Some(advice(
            TOPIC,
            "With User.ReadBasic.All alone the app cannot tell who holds a directory role, such as Global Administrator: \
             plans cannot ask for these users by name.",
            REMEDY,
        )),
        PrivilegedTargets::Refuse => Some(problem(
            TOPIC,
            "With User.ReadBasic.All alone the app cannot tell who holds a directory role, and PRIVILEGED_TARGETS=refuse \
             keeps it from changing tokens of users who may hold one: nobody's token can be assigned, activated or \
             unassigned.",
            REMEDY,
        )),
    }
}

#[cfg(test)]
mod tests {
    use token_core::checkup::Severity;

    use super::*;

    #[test]
    fn the_permission_is_named_where_it_is_missing() {
        use PrivilegedTargets::{Allow, Confirm, Refuse};
        let level = |basic, policy| finding(basic, policy).map(|finding| finding.level);
        assert_eq!(
            [Confirm, Refuse, Allow].map(|policy| level(true, policy)),
            [Some(Severity::Advice), Some(Severity::Problem), None]
        );
        assert_eq!([Confirm, Refuse, Allow].map(|policy| level(false, policy)), [None; 3]);
        assert!(finding(true, Confirm).unwrap().remedy.unwrap().contains("User.Read.All"));
    }
}
