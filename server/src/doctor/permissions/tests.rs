//! Findings for granted permissions and probes.

use graph::permission::{READ_METHODS, READ_TOKENS, WRITE_METHODS, WRITE_TOKENS};
use serde_json::Value;
use token_core::checkup::Severity;

use super::*;

const NEEDED: [&str; 3] = [WRITE_TOKENS, WRITE_METHODS, READ_FULL_USERS];

fn granted(names: &[&str]) -> GrantedPermissions {
    GrantedPermissions::of_scopes(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}

fn allowed() -> ProbeResult {
    ProbeResult::Allowed(Value::Null)
}

fn all_allowed() -> ProbeResults {
    ProbeResults {
        tokens: allowed(),
        full_users: allowed(),
        tokens_of_users: allowed(),
        ..ProbeResults::default()
    }
}

fn all_refused() -> ProbeResults {
    ProbeResults {
        tokens: ProbeResult::Refused,
        full_users: ProbeResult::Refused,
        users: ProbeResult::Refused,
        tokens_of_users: ProbeResult::Refused,
        ..ProbeResults::default()
    }
}

fn person() -> GraphAccess {
    GraphAccess::Delegated { scopes: Vec::new(), token: None }
}

fn levels(check: &PermissionCheck<'_>) -> Vec<Severity> {
    check.findings().iter().map(|finding| finding.level).collect()
}

fn missing(
    grants: &GrantedPermissions,
    probes: &ProbeResults,
    access: &GraphAccess,
) -> Vec<(Capability, String)> {
    PermissionCheck { grants, probes, access }.missing().0.into_iter().collect()
}

#[test]
fn the_least_privileged_set_allows_everything() {
    let check =
        PermissionCheck { grants: &granted(&NEEDED), probes: &all_allowed(), access: &GraphAccess::AppOnly };
    assert_eq!(levels(&check), [Severity::Good; 5]);
    assert!(check.missing().0.is_empty());
}

#[test]
fn missing_permissions_are_the_least_privileged() {
    let expected = [
        (Capability::ReadTokens, READ_TOKENS),
        (Capability::WriteTokens, WRITE_TOKENS),
        (Capability::ReadUserTokens, READ_METHODS),
        (Capability::WriteUserTokens, WRITE_METHODS),
        (Capability::ReadUsers, READ_USERS),
    ];
    for probes in [ProbeResults::default(), all_refused()] {
        let found = missing(&granted(&[]), &probes, &GraphAccess::AppOnly);
        assert_eq!(found, expected.map(|(capability, name)| (capability, name.to_owned())));
    }
}

#[test]
fn what_graph_allows_is_not_missing_even_without_a_granted_permission() {
    let found = missing(&granted(&[]), &all_allowed(), &GraphAccess::AppOnly);
    assert_eq!(
        found.iter().map(|(capability, _)| *capability).collect::<Vec<_>>(),
        [Capability::WriteTokens, Capability::WriteUserTokens]
    );
}

#[test]
fn with_unreadable_permissions_reading_is_probed_and_writing_unknown() {
    let check = PermissionCheck {
        grants: &GrantedPermissions::Unreadable,
        probes: &all_allowed(),
        access: &GraphAccess::AppOnly,
    };
    assert_eq!(
        levels(&check),
        [Severity::Good, Severity::Unknown, Severity::Good, Severity::Unknown, Severity::Good]
    );
    assert!(check.missing().0.is_empty());
    assert!(check.findings()[1].message.contains("without writing"));
}

#[test]
fn with_unreadable_permissions_refused_reading_means_missing_writing() {
    assert_eq!(missing(&GrantedPermissions::Unreadable, &all_refused(), &GraphAccess::AppOnly).len(), 5);
}

#[test]
fn nothing_is_missing_when_nothing_is_known() {
    assert!(
        missing(&GrantedPermissions::Unreadable, &ProbeResults::default(), &GraphAccess::AppOnly).is_empty()
    );
}

#[test]
fn a_person_needs_an_entra_role_besides_the_permission() {
    let check = PermissionCheck { grants: &granted(&NEEDED), probes: &all_refused(), access: &person() };
    let findings = check.findings();
    assert!(check.missing().0.is_empty(), "a role is no permission");
    assert_eq!(findings[0].level, Severity::Problem);
    assert!(findings[0].remedy.as_ref().unwrap().contains("Authentication Policy Administrator"));
    assert!(findings[1].message.contains("shows only when it is done"), "{:?}", findings[1]);
}

#[test]
fn an_app_that_is_refused_despite_its_permission_is_a_problem() {
    let check =
        PermissionCheck { grants: &granted(&NEEDED), probes: &all_refused(), access: &GraphAccess::AppOnly };
    assert!(check.missing().0.is_empty());
    assert!(check.findings()[0].message.contains("yet Microsoft Graph refuses"));
}

#[test]
fn the_basic_profile_alone_is_an_advice() {
    let says = |grants: &GrantedPermissions, probes: &ProbeResults| {
        let findings = PermissionCheck { grants, probes, access: &GraphAccess::AppOnly }.findings();
        findings
            .iter()
            .any(|finding| finding.level == Severity::Advice && finding.message.contains("disabled accounts"))
    };
    assert!(says(&granted(&[READ_USERS]), &ProbeResults::default()));
    assert!(!says(&granted(&[READ_FULL_USERS]), &ProbeResults::default()));
    let basic =
        ProbeResults { full_users: ProbeResult::Refused, users: allowed(), ..ProbeResults::default() };
    assert!(says(&GrantedPermissions::Unreadable, &basic));
    assert!(!says(&GrantedPermissions::Unreadable, &all_allowed()));
}
