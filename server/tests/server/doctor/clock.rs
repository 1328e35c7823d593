//! This machine's clock against that of the mock server.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};
use token_core::checkup::Severity;

use crate::support::mock_tenant::{DISCOVERY, MockTenant, POLICY, discovery, json, words};

/// Checks the level with the mock server's clock so many seconds ahead, and returns the text of the finding.
async fn clock(ahead: i64, level: Severity) -> String {
    let there = Timestamp::from_millisecond(i64::try_from(graph::clock::now_ms()).unwrap()).unwrap()
        + SignedDuration::from_secs(ahead);
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
    let tenant = MockTenant::empty().await;
    let document = json(discovery(&tenant.server.uri())).insert_header("Date", date.as_str());
    tenant.on("GET", DISCOVERY, document).await;
    tenant
        .on(
            "GET",
            POLICY,
            json(serde_json::json!({ "state": "enabled" })).insert_header("Date", date.as_str()),
        )
        .await;
    tenant.mount_defaults().await;
    words(&tenant.checkup().await, "Clock", level)
}

#[tokio::test]
async fn a_clock_that_agrees_is_good() {
    clock(0, Severity::Good).await;
}

#[tokio::test]
async fn a_clock_that_is_half_a_minute_off_is_an_advice() {
    assert!(clock(30, Severity::Advice).await.contains("seconds slow"));
    assert!(clock(-30, Severity::Advice).await.contains("seconds fast"));
}

#[tokio::test]
async fn a_clock_that_is_minutes_off_is_a_problem_with_a_remedy() {
    let words = clock(600, Severity::Problem).await;
    for word in ["minutes slow", "Windows", "macOS", "Linux"] {
        assert!(words.contains(word), "{words}");
    }
    assert!(clock(-7_300, Severity::Problem).await.contains("2 hours fast"));
}
