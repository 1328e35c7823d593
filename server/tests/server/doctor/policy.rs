//! The policy for hardware OATH tokens, with the time of its last change.

use serde_json::json;
use token_core::checkup::Severity;

use crate::support::mock_tenant::{MockTenant, POLICIES, POLICY, denied, json, words};

const TOPIC: &str = "Hardware OATH method";

#[tokio::test]
async fn enabled_for_everybody_is_good_without_time_of_change() {
    words(&MockTenant::healthy().await.checkup().await, TOPIC, Severity::Good);
}

#[tokio::test]
async fn disabled_is_a_problem() {
    let disabled = json(json!({ "state": "disabled" }));
    words(
        &MockTenant::with_response("GET", POLICY, disabled).await.checkup().await,
        TOPIC,
        Severity::Problem,
    );
}

#[tokio::test]
async fn a_recent_change_is_an_advice() {
    let now_ms = i64::try_from(graph::clock::now_ms()).unwrap();
    let changed = jiff::Timestamp::from_millisecond(now_ms - 10 * 60 * 1000).unwrap();
    let answer = json(json!({ "lastModifiedDateTime": changed.to_string() }));
    let words = words(
        &MockTenant::with_response("GET", POLICIES, answer).await.checkup().await,
        TOPIC,
        Severity::Advice,
    );
    assert!(words.contains("UTC on, in 50 minutes") || words.contains("UTC on, in 51 minutes"), "{words}");
}

#[tokio::test]
async fn an_unreadable_policy_is_unknown() {
    let words = words(
        &MockTenant::with_response("GET", POLICY, denied()).await.checkup().await,
        TOPIC,
        Severity::Unknown,
    );
    assert!(words.contains("Policy.Read.AuthenticationMethod"), "{words}");
}

#[tokio::test]
async fn an_unreadable_time_of_change_is_ignored() {
    for answer in [denied(), json(json!({ "lastModifiedDateTime": "soon" })), json(json!([]))] {
        words(
            &MockTenant::with_response("GET", POLICIES, answer).await.checkup().await,
            TOPIC,
            Severity::Good,
        );
    }
}
