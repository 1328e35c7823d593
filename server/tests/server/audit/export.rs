//! The filtered entries as a file.

use std::sync::Arc;

use audit::{AuditExportFormat, export};
use futures_util::TryStreamExt as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use token_core::{
    audit::{AuditAction, AuditFilter},
    error::ServiceError,
};

use crate::support::{browser::Browser, test_app::TestApp};

#[tokio::test]
async fn json_lines_hold_the_matching_entries() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    for count in 0..3 {
        browser.call("/api/audit/exported", json!({ "kind": "csv", "count": count })).await;
    }
    let filter = AuditFilter { action: Some(AuditAction::Export), ..AuditFilter::default() }.to_query();
    let answer = browser.get(&format!("/audit/export?format=jsonl&{filter}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"audit.jsonl\"");
    let lines: Vec<Value> = answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<&str> = lines.iter().map(|line| line["after"].as_str().unwrap()).collect();
    let expected = [2, 1, 0].map(|count| format!("{count} tokens of the inventory as CSV"));
    assert_eq!(texts, expected);
    assert_eq!(lines[0]["action"], "export");
    assert_eq!(lines[0]["actor_role"], "administrator");
    assert!(lines[0]["hash"].as_str().unwrap().len() == 64);
}

#[tokio::test]
async fn csv_is_safe_in_a_spreadsheet_and_the_export_is_recorded() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let rename = json!([{ "token": "aaaaaaaa-0000-4000-8000-000000000001", "name": "=HYPERLINK(1)" }]);
    browser.apply("rename", rename).await;
    let answer = browser.get("/audit/export?format=csv").await;
    assert!(answer.body.starts_with("\u{feff}number,intent,time,"), "{}", answer.body);
    assert!(
        answer.body.contains("named “=HYPERLINK(1)”"),
        "a formula does not begin a cell: {}",
        answer.body
    );
    let next = browser.get("/audit/export?format=jsonl&action=audit_export").await;
    assert!(next.body.contains("all entries as csv"), "{}", next.body);
}

#[tokio::test]
async fn a_file_longer_than_a_page_is_whole() {
    let audit_log = crate::support::audit_stores::in_memory().await;
    for chunk in 0..5 {
        audit_log
            .append((0..500).map(|at| crate::support::audit_entries::various(chunk * 500 + at)).collect())
            .await
            .unwrap();
    }
    let parts = export(
        Arc::clone(audit_log.store()),
        &audit::TenantScope::All,
        &AuditFilter::default(),
        AuditExportFormat::Jsonl,
    )
    .await
    .unwrap();
    let text: String = parts.try_collect().await.unwrap();
    let numbers: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=2_500).rev().collect::<Vec<u64>>());
}

#[tokio::test]
async fn only_auditors_and_administrators_may_export_and_not_from_another_site() {
    let app = TestApp::organisation().await;
    for (role, status) in [("enduser", 403), ("administrator", 200), ("reader", 200)] {
        let browser = Browser::signed_in(&app, role).await;
        assert_eq!(browser.get("/audit/export?format=csv").await.status, status, "{role}");
    }
    assert_eq!(Browser::of(&app).get("/audit/export?format=csv").await.status, 401);
    let browser = Browser::signed_in(&app, "administrator").await;
    let request =
        browser.request(Method::GET, "/audit/export?format=csv").header("sec-fetch-site", "cross-site");
    let answer = browser.send(request, "").await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(matches!(answer.json(), ServiceError::Invalid { .. }));
    for wrong in ["format=pdf", "", "format=csv&action=reboot", "format=csv&run=7", "format=csv&from_ms=soon"]
    {
        let answer = browser.get(&format!("/audit/export?{wrong}")).await;
        assert!(answer.status.is_client_error(), "{wrong}: {}", answer.status);
    }
}
