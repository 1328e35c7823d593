//! What follows from the names of permissions and from what Graph allowed.

use serde_json::Value;
use token_core::checkup::Severity;

use super::*;
use crate::graph::permission::{READ_METHODS, READ_TOKENS, WRITE_METHODS, WRITE_TOKENS};

const NEEDED: [&str; 3] = [WRITE_TOKENS, WRITE_METHODS, READ_WHOLE_USERS];

fn granted(names: &[&str]) -> Grants {
    Grants::of_scopes(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}

fn allowed() -> Probe {
    Probe::Allowed(Value::Null)
}

fn all_allowed() -> Probes {
    Probes { tokens: allowed(), whole_users: allowed(), holdings: allowed(), ..Probes::default() }
}

fn all_refused() -> Probes {
    Probes {
        tokens: Probe::Refused,
        whole_users: Probe::Refused,
        users: Probe::Refused,
        holdings: Probe::Refused,
        ..Probes::default()
    }
}

fn person() -> Who {
    Who::Person { scopes: Vec::new(), token: None }
}

fn levels(rights: &Rights<'_>) -> Vec<Severity> {
    rights.findings().iter().map(|finding| finding.level).collect()
}

fn missing(grants: &Grants, probes: &Probes, who: &Who) -> Vec<(Capability, String)> {
    Rights { grants, probes, who }.missing().0.into_iter().collect()
}

#[test]
fn the_least_set_does_everything() {
    let rights = Rights { grants: &granted(&NEEDED), probes: &all_allowed(), who: &Who::App };
    assert_eq!(levels(&rights), [Severity::Good; 5]);
    assert!(rights.missing().0.is_empty());
}

#[test]
fn what_was_not_granted_is_missing_with_the_least_that_would_do() {
    let expected = [
        (Capability::ReadTokens, READ_TOKENS),
        (Capability::WriteTokens, WRITE_TOKENS),
        (Capability::ReadUserTokens, READ_METHODS),
        (Capability::WriteUserTokens, WRITE_METHODS),
        (Capability::ReadUsers, READ_USERS),
    ];
    for probes in [Probes::default(), all_refused()] {
        let found = missing(&granted(&[]), &probes, &Who::App);
        assert_eq!(found, expected.map(|(work, name)| (work, name.to_owned())));
    }
}

#[test]
fn what_graph_allows_is_not_missing_whatever_the_names_say() {
    let found = missing(&granted(&[]), &all_allowed(), &Who::App);
    assert_eq!(
        found.iter().map(|(work, _)| *work).collect::<Vec<_>>(),
        [Capability::WriteTokens, Capability::WriteUserTokens]
    );
}

#[test]
fn without_names_reading_is_tried_and_writing_stays_unknown() {
    let rights = Rights { grants: &Grants::Unreadable, probes: &all_allowed(), who: &Who::App };
    assert_eq!(
        levels(&rights),
        [Severity::Good, Severity::Unknown, Severity::Good, Severity::Unknown, Severity::Good]
    );
    assert!(rights.missing().0.is_empty());
    assert!(rights.findings()[1].message.contains("without writing"));
}

#[test]
fn without_names_who_may_not_read_may_not_write_either() {
    assert_eq!(missing(&Grants::Unreadable, &all_refused(), &Who::App).len(), 5);
}

#[test]
fn nothing_is_known_to_be_missing_when_nothing_is_known() {
    assert!(missing(&Grants::Unreadable, &Probes::default(), &Who::App).is_empty());
}

#[test]
fn a_person_needs_the_role_besides_the_permission() {
    let rights = Rights { grants: &granted(&NEEDED), probes: &all_refused(), who: &person() };
    let findings = rights.findings();
    assert!(rights.missing().0.is_empty(), "a role is no permission");
    assert_eq!(findings[0].level, Severity::Problem);
    assert!(findings[0].remedy.as_ref().unwrap().contains("Authentication Policy Administrator"));
    assert!(findings[1].message.contains("shows only when it is done"), "{:?}", findings[1]);
}

#[test]
fn an_app_that_is_refused_in_spite_of_its_permission_is_told_so() {
    let rights = Rights { grants: &granted(&NEEDED), probes: &all_refused(), who: &Who::App };
    assert!(rights.missing().0.is_empty());
    assert!(rights.findings()[0].message.contains("yet Microsoft Graph refuses"));
}

#[test]
fn the_basic_profile_alone_is_worth_a_word() {
    let says = |grants: &Grants, probes: &Probes| {
        let findings = Rights { grants, probes, who: &Who::App }.findings();
        findings
            .iter()
            .any(|finding| finding.level == Severity::Advice && finding.message.contains("disabled accounts"))
    };
    assert!(says(&granted(&[READ_USERS]), &Probes::default()));
    assert!(!says(&granted(&[READ_WHOLE_USERS]), &Probes::default()));
    let basic = Probes { whole_users: Probe::Refused, users: allowed(), ..Probes::default() };
    assert!(says(&Grants::Unreadable, &basic));
    assert!(!says(&Grants::Unreadable, &all_allowed()));
}
