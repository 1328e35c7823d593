//! Findings for the policy.

use graph::probe::ClockSample;
use http::{HeaderMap, HeaderValue, header::DATE};
use serde_json::json;
use token_core::checkup::Severity;

use super::*;

const NOON: &str = "Thu, 15 Jan 2026 12:00:00 GMT";

fn probes(policy: ProbeResult, changed: Option<&str>) -> ProbeResults {
    let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(NOON))]);
    ProbeResults {
        policy,
        changed: changed.map(|at| at.parse().unwrap()),
        clock_sample: ClockSample::of(&headers, 0, 0),
        ..ProbeResults::default()
    }
}

fn enabled(include: Value, exclude: Value) -> ProbeResult {
    ProbeResult::Allowed(json!({ "state": "enabled", "includeTargets": include, "excludeTargets": exclude }))
}

fn for_everybody() -> ProbeResult {
    enabled(json!([{ "targetType": "group", "id": "all_users" }]), json!([]))
}

fn only(probes: &ProbeResults) -> Finding {
    let mut findings = findings(probes, &GraphAccess::AppOnly);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn enabled_for_everybody_is_good() {
    assert_eq!(only(&probes(for_everybody(), None)).level, Severity::Good);
}

#[test]
fn disabled_is_a_problem() {
    let finding = only(&probes(ProbeResult::Allowed(json!({ "state": "disabled" })), None));
    assert_eq!(finding.level, Severity::Problem);
    assert!(finding.remedy.unwrap().contains("Hardware OATH tokens → Enable"));
}

#[test]
fn a_change_is_an_advice_for_an_hour_by_microsofts_clock() {
    let finding = only(&probes(for_everybody(), Some("2026-01-15T11:20:00Z")));
    assert_eq!(finding.level, Severity::Advice);
    assert!(finding.message.contains("11:20 UTC"), "{}", finding.message);
    let remedy = finding.remedy.unwrap();
    assert!(remedy.contains("from 12:20 UTC on, in 20 minutes"), "{remedy}");
    for over in ["2026-01-15T11:00:00Z", "2020-01-01T00:00:00Z", "2026-01-15T12:30:00Z"] {
        assert_eq!(only(&probes(for_everybody(), Some(over))).level, Severity::Good, "{over}");
    }
}

#[test]
fn a_policy_for_some_groups_is_an_advice() {
    let group = || json!({ "targetType": "group", "id": "00000000-0000-4000-8000-000000000001" });
    for (include, exclude, words) in [
        (json!([group()]), json!([]), "1 group only"),
        (json!([group(), group()]), json!([group()]), "2 groups only, but not of 1 group"),
        (json!([{ "id": "all_users" }]), json!([group()]), "everybody but the members of 1 group"),
        (json!([]), json!([]), "no group"),
    ] {
        let finding = only(&probes(enabled(include, exclude), None));
        assert_eq!(finding.level, Severity::Advice);
        assert!(finding.message.contains(words), "{}", finding.message);
    }
}

#[test]
fn an_unreadable_policy_is_unknown() {
    for probe in [
        ProbeResult::Refused,
        ProbeResult::NoSuchApi,
        ProbeResult::Inconclusive("busy".to_owned()),
        ProbeResult::Skipped,
    ] {
        assert_eq!(only(&probes(probe, None)).level, Severity::Unknown);
    }
    assert!(only(&probes(ProbeResult::Refused, None)).message.contains(READ_POLICY));
}
