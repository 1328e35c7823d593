//! Finds permissions that are not needed, or wider than needed, and says how to remove them.

use graph::permission::{
    READ_METHODS, READ_POLICY, READ_ROLE_NAMES, READ_TOKENS, READ_USERS, WRITE_ALL_OWN_METHODS,
    WRITE_METHODS, WRITE_OWN_METHODS, WRITE_TOKENS,
};
use token_core::checkup::Finding;

use super::{
    GraphAccess,
    capabilities::{
        ALL_METHODS_READ, ALL_METHODS_WRITE, CAPABILITIES, READ_DIRECTORY, READ_FULL_USERS, WRITE_DIRECTORY,
        WRITE_USERS,
    },
    finding::advice,
    grants::GrantedPermissions,
    portal::APP_REGISTRATION_PATH,
};

/// Permissions that are wider than needed, what they allow, and the sufficient permissions, the preferred first.
const WIDE: [(&str, &str, &[&str]); 5] = [
    (ALL_METHODS_WRITE, "lets the app change users' passwords, phones and passkeys", &[WRITE_METHODS]),
    (ALL_METHODS_READ, "lets the app read all of users' ways to sign in", &[READ_METHODS, WRITE_METHODS]),
    (WRITE_DIRECTORY, "lets the app change nearly the whole directory", &[READ_FULL_USERS, READ_USERS]),
    (READ_DIRECTORY, "lets the app read nearly the whole directory", &[READ_FULL_USERS, READ_USERS]),
    (WRITE_USERS, "lets the app change users", &[READ_FULL_USERS, READ_USERS]),
];
/// The first permission is contained in the second.
const CONTAINED: [(&str, &str); 4] = [
    (READ_TOKENS, WRITE_TOKENS),
    (READ_POLICY, WRITE_TOKENS),
    (READ_METHODS, WRITE_METHODS),
    (READ_USERS, READ_FULL_USERS),
];
/// Delegated permissions of every sign-in: OpenID Connect, the default of new app registrations, and one's own tokens.
const SIGN_IN: [&str; 7] =
    ["openid", "profile", "email", "offline_access", "User.Read", WRITE_OWN_METHODS, WRITE_ALL_OWN_METHODS];

/// One finding for each permission that is too wide or contained in another, and one for all others that are not needed.
pub(super) fn findings(grants: &GrantedPermissions, access: &GraphAccess) -> Vec<Finding> {
    let wide = WIDE.iter().filter(|(name, ..)| grants.holds(name));
    let mut findings: Vec<Finding> =
        wide.map(|(name, power, instead)| too_wide(grants, name, power, instead)).collect();
    for (small, large) in CONTAINED {
        if grants.holds(small) && grants.holds(large) {
            findings.push(advice(
                &format!("Permission {small}"),
                format!("{small} is not needed beside {large}, which allows the same and more."),
                removal(small),
            ));
        }
    }
    findings.extend(unneeded(grants, access));
    findings
}

fn too_wide(grants: &GrantedPermissions, name: &str, power: &str, instead: &[&'static str]) -> Finding {
    let held = grants.first_of(instead);
    let enough = held.or(instead.first().copied()).unwrap_or_default();
    let remedy = match held {
        Some(_) => removal(name),
        None => format!("Add {enough} and give admin consent first. Then: {}", removal(name)),
    };
    advice(
        &format!("Permission {name}"),
        format!("{name} is wider than the work needs: it {power}. {enough} is enough."),
        remedy,
    )
}

fn unneeded(grants: &GrantedPermissions, access: &GraphAccess) -> Option<Finding> {
    let is_signing_in = |name: &str| {
        !matches!(access, GraphAccess::AppOnly)
            && SIGN_IN.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let is_used = |name: &str| {
        CAPABILITIES
            .iter()
            .flat_map(|requirements| requirements.permissions)
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let is_known = |name: &str| {
        is_used(name) || [READ_POLICY, READ_ROLE_NAMES].iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let others: Vec<&str> = grants.names().filter(|name| !is_known(name) && !is_signing_in(name)).collect();
    let names = others.join(", ");
    (!others.is_empty()).then(|| {
        advice(
            "Permissions that are not needed",
            format!("Token Inventory does not need these permissions: {names}."),
            removal("each of them"),
        )
    })
}

/// With delegated permissions the app needs no application permissions, which work without a signed-in person.
pub(super) fn unneeded_app_permissions(granted: &GrantedPermissions) -> Option<Finding> {
    let names = granted.names().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| {
        advice(
            "Permissions of the app itself",
            format!("The app works in the name of the user who signed in, but also holds application permissions: {names}."),
            removal("each application permission"),
        )
    })
}

fn removal(name: &str) -> String {
    format!(
        "{APP_REGISTRATION_PATH} → API permissions → … beside {name} → Revoke admin consent, then … → Remove permission."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(names: &[&str], access: &GraphAccess) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        findings(&GrantedPermissions::of_scopes(&names), access)
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn the_least_privileged_set_has_no_findings() {
        assert!(says(&[WRITE_TOKENS, WRITE_METHODS, READ_FULL_USERS], &GraphAccess::AppOnly).is_empty());
        assert!(
            says(&[READ_TOKENS, READ_POLICY, READ_METHODS, READ_USERS], &GraphAccess::AppOnly).is_empty()
        );
    }

    #[test]
    fn each_wide_permission_is_named_with_its_replacement() {
        for (name, _, instead) in WIDE {
            let says = says(&[name], &GraphAccess::AppOnly);
            assert!(says.len() == 1 && says[0].contains(name) && says[0].contains(instead[0]), "{says:?}");
        }
    }

    #[test]
    fn no_permission_is_added_if_a_granted_one_suffices() {
        let names = [ALL_METHODS_READ, WRITE_METHODS].map(ToOwned::to_owned);
        let found = findings(&GrantedPermissions::of_scopes(&names), &GraphAccess::AppOnly);
        assert!(found.len() == 1 && !found[0].remedy.as_ref().unwrap().contains("Add "), "{found:?}");
    }

    #[test]
    fn a_permission_contained_in_another_is_not_needed() {
        for (small, large) in CONTAINED {
            assert_eq!(says(&[small, large], &GraphAccess::AppOnly).len(), 1, "{small} beside {large}");
        }
    }

    #[test]
    fn unneeded_permissions_are_named_together_without_those_of_the_sign_in() {
        let names = ["Mail.Read", "Sites.Read.All", "openid", "User.Read", WRITE_OWN_METHODS];
        let person = GraphAccess::Delegated { scopes: Vec::new(), token: None };
        let found = says(&names, &person);
        assert!(found.len() == 1 && found[0].ends_with("Mail.Read, Sites.Read.All."), "{found:?}");
        assert!(says(&["User.Read"], &GraphAccess::AppOnly)[0].contains("User.Read"));
    }
}
