//! Entries are shown to people of the tenant that they belong to, and to nobody else.

use serde_json::{Value, json};
use token_core::audit::{AuditAction, AuditEntry, EntryStatus, RunRow};

use crate::support::{
    audit_entries::{plain, run},
    audit_stores::File,
    browser::Browser,
    connect::connect,
    test_app::{TestAppBuilder, another_tenant},
};
use server::config::Access;

const OTHER: &str = "other.example";

/// A store with entries of another tenant: one by itself, three of a run, and an operation without an outcome.
async fn store_of_another_tenant(name: &str) -> File {
    let file = File::new(name);
    let audit_log = file.audit_log().await;
    let of_other = |entry: AuditEntry| AuditEntry { tenant: OTHER.to_owned(), ..entry };
    let alone =
        AuditEntry { after: "a secret matter".to_owned(), ..plain(AuditAction::Check, EntryStatus::Done) };
    let of_run = (1..=3).map(|row| AuditEntry {
        run: Some(RunRow { id: run(7), row }),
        ..plain(AuditAction::Assign, EntryStatus::Done)
    });
    let open = plain(AuditAction::Delete, EntryStatus::Open);
    let entries = std::iter::once(alone).chain(of_run).chain([open]).map(of_other).collect();
    audit_log.append(entries).await.unwrap();
    audit_log.close().await;
    file
}

/// Everything that a browser can read of the audit trail, as text.
async fn everything(browser: &Browser) -> String {
    let mut texts = Vec::new();
    for query in [json!({}), json!({ "group_runs": true }), json!({ "filter": { "run": run(7) } })] {
        texts.push(browser.call("/api/audit/list", json!({ "ask": query })).await.body);
    }
    texts.push(browser.call("/api/audit/run", json!({ "id": run(7) })).await.body);
    for format in ["csv", "jsonl"] {
        texts.push(browser.get(&format!("/audit/export?format={format}")).await.body);
    }
    texts.concat()
}

async fn open_operations(browser: &Browser) -> u64 {
    let status: Value = browser.call("/api/audit/status", json!({})).await.json();
    status["open"].as_u64().unwrap()
}

fn names_the_other_tenant(text: &str) -> bool {
    text.contains(OTHER) || text.contains("a secret matter") || text.contains("ann@contoso.example")
}

#[tokio::test]
async fn an_organisation_sees_its_own_entries_only() {
    let file = store_of_another_tenant("foreign").await;
    let app = TestAppBuilder { audit: Some(file.settings()), ..TestAppBuilder::default() }
        .with_organisation(Access::Application)
        .await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let text = everything(&browser).await;
    assert!(!names_the_other_tenant(&text), "{text}");
    assert!(text.contains(&app.practice.tenant_id), "its own entries are shown: {text}");
    assert_eq!(open_operations(&browser).await, 0);
}

#[tokio::test]
async fn connecting_and_disconnecting_bare_no_entries_of_an_earlier_tenant() {
    let file = store_of_another_tenant("earlier").await;
    let real = another_tenant().await;
    let settings =
        audit::AuditSettings { connected_store: Some(file.at()), ..audit::AuditSettings::in_memory() };
    let app = TestAppBuilder { audit: Some(settings), ..TestAppBuilder::default() }
        .with_practice(&real.base_url)
        .await;
    let operator = Browser::operator(&app).await;
    connect(&operator, &real).await;
    let connected = everything(&operator).await;
    assert!(!names_the_other_tenant(&connected), "{connected}");
    assert!(connected.contains("connected to tenant"), "{connected}");
    assert_eq!(operator.call("/api/settings/disconnect", json!({})).await.status, 200);
    let practice = everything(&operator).await;
    assert!(!names_the_other_tenant(&practice) && !practice.contains("connected to tenant"), "{practice}");
}
