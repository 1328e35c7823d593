//! The metrics: who may read them, and what they show.

use http::{Method, StatusCode, header};

use server::config::Access;
use token_core::audit::{AuditAction, AuditEntry, EntryStatus};

use crate::support::{
    audit_entries::plain,
    audit_stores::File,
    browser::Browser,
    test_app::{TestApp, TestAppBuilder},
};

#[tokio::test]
async fn they_show_requests_calls_sessions_and_the_audit_log() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    assert_eq!(browser.list().await.status, StatusCode::OK);
    let answer = browser.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK, "from this machine");
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        "token_inventory_requests_total{route=\"/api/tokens/list\",status=\"2xx\"} 1",
        "token_inventory_microsoft_requests_total{status=\"2xx\"} ",
        "token_inventory_microsoft_throttled_total ",
        "token_inventory_microsoft_writes_total ",
        "token_inventory_sessions 1",
        "token_inventory_audit_open_operations 0",
        "token_inventory_audit_writable 1",
    ] {
        assert!(answer.body.contains(line), "{line}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_operation_without_an_outcome_is_shown_with_its_time() {
    let file = File::new("metrics");
    let audit_log = file.audit_log().await;
    let open = AuditEntry { at_ms: 5_500, ..plain(AuditAction::Delete, EntryStatus::Open) };
    audit_log.append(vec![open]).await.unwrap();
    audit_log.close().await;
    let app = TestAppBuilder { audit: Some(file.settings()), ..TestAppBuilder::default() };
    let app = app.with_organisation(Access::Application).await;
    let text = Browser::of(&app).get("/metrics").await.body;
    assert!(text.contains("token_inventory_audit_open_operations 1\n"), "{text}");
    assert!(text.contains("token_inventory_audit_oldest_open_timestamp_seconds 5.5\n"), "{text}");
}

#[tokio::test]
async fn another_machine_needs_the_token() {
    let app = TestApp::organisation().await;
    let elsewhere = Browser::at(&app, "192.0.2.1".parse().unwrap());
    let with = async |name: header::HeaderName, value: &str| {
        let request = elsewhere.request(Method::GET, "/metrics").header(name, value);
        elsewhere.send(request, "").await.status
    };
    assert_eq!(elsewhere.get("/metrics").await.status, StatusCode::NOT_FOUND);
    assert_eq!(with(header::AUTHORIZATION, "Bearer metrics-token").await, StatusCode::OK);
    for wrong in ["Bearer metrics-toke", "Bearer ", "metrics-token"] {
        assert_eq!(with(header::AUTHORIZATION, wrong).await, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn what_a_proxy_on_this_machine_passes_on_is_not_from_this_machine() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let request = browser.request(Method::GET, "/metrics").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(browser.send(request, "").await.status, StatusCode::NOT_FOUND);
    let under_another_name = Browser::of(&app).with_host("rebound.example");
    assert_eq!(under_another_name.get("/metrics").await.status, StatusCode::NOT_FOUND);
}
