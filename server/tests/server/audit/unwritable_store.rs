//! When the store cannot be written, no writes are sent to Microsoft.

use audit::{
    AuditLog, AuditSettings, LogFormat, Siem,
    database::{Database, DatabaseLocation},
};
use axum::http::StatusCode;
use graph::clock;
use serde_json::json;
use server::config::Access;
use token_core::ports::Change;
use token_core::{
    audit::{AuditAction, EntryStatus},
    error::ServiceError,
};

use crate::support::{
    audit_entries::plain,
    audit_stores::{File, all, audit_log_at},
    browser::Browser,
    mock_directory::{MockDirectory, actor, assignment, changes},
    test_app::TestAppBuilder,
};

fn read_only(file: &File) -> DatabaseLocation {
    DatabaseLocation::parse(&format!("{}?mode=ro", file.url())).unwrap()
}

fn message(answer: Result<impl std::fmt::Debug, ServiceError>) -> String {
    match answer {
        Err(error @ ServiceError::AuditUnavailable { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_read_only_file_stops_writes_and_the_error_names_the_remedy() {
    let file = File::new("read-only");
    let before = file.audit_log().await;
    before.append(vec![plain(AuditAction::Check, EntryStatus::Done)]).await.unwrap();
    let audit_log = audit_log_at(&read_only(&file)).await;
    let tenant = MockDirectory::accepting(&audit_log);
    let directory = audit_log.audited(tenant.clone(), actor());
    let text = message(directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await);
    assert!(text.starts_with("Nothing more was changed") && text.contains("read-only"), "{text}");
    assert!(tenant.open_at_write.lock().unwrap().is_empty(), "Microsoft was asked all the same");
    assert_eq!(all(&audit_log).await.len(), 1, "it can still be read");
    assert!(audit_log.status(&audit::TenantScope::All).await.unwrap().problem.unwrap().contains("read-only"));
}

/// Limits the file to so many pages, or to its present size.
async fn limit(audit_log: &AuditLog, pages: u32) {
    tamper(audit_log, format!("PRAGMA max_page_count = {pages}")).await;
}

async fn tamper(audit_log: &AuditLog, sql: String) {
    let Database::Sqlite { writer, .. } = audit_log.store().database() else { panic!("no file") };
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(writer).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_stops_writes_until_there_is_room() {
    let file = File::new("full");
    // SQLite reports a file that may not grow as it reports a full disk.
    let audit_log =
        AuditLog::open(&file.at(), Siem::on_stdout(LogFormat::Off), None, clock::now_ms).await.unwrap();
    let tenant = MockDirectory::accepting(&audit_log);
    let directory = audit_log.audited(tenant.clone(), actor());
    directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap();
    audit_log.flush().await;
    limit(&audit_log, 1).await;
    let mut stored = 1;
    let text = loop {
        match directory.apply(changes(Change::Assign, (1..=100).map(assignment).collect()), None).await {
            Ok(_) => stored += 100,
            answer => break message(answer),
        }
        assert!(stored < 100_000, "the disk is never full");
    };
    assert!(text.contains("the disk is full") && text.contains("Make room"), "{text}");
    let calls = tenant.open_at_write.lock().unwrap().len();
    message(directory.apply(changes(Change::Assign, (1..=100).map(assignment).collect()), None).await);
    assert_eq!(tenant.open_at_write.lock().unwrap().len(), calls, "Microsoft was asked all the same");

    limit(&audit_log, 1_000_000).await;
    directory.apply(changes(Change::Assign, vec![assignment(2)]), None).await.unwrap();
    let status = audit_log.status(&audit::TenantScope::All).await.unwrap();
    assert_eq!((status.problem, status.open), (None, 0), "deferred outcomes are stored, too");
    let report = file.store().await.verify(&audit::Evidence::default()).await.unwrap();
    assert_eq!(report.chain_break, None);
}

/// Without the full-text table, intents can be stored and outcomes cannot.
async fn rename_full_text(audit_log: &AuditLog, from: &str, to: &str) {
    tamper(audit_log, format!("ALTER TABLE {from} RENAME TO {to}")).await;
}

#[tokio::test]
async fn no_new_operation_is_begun_while_outcomes_cannot_be_stored() {
    let file = File::new("outcomes");
    let audit_log = file.audit_log().await;
    let tenant = MockDirectory::accepting(&audit_log);
    let directory = audit_log.audited(tenant.clone(), actor());
    rename_full_text(&audit_log, "search", "elsewhere").await;
    directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap();
    audit_log.flush().await;
    assert!(audit_log.status(&audit::TenantScope::All).await.unwrap().problem.is_some());
    message(directory.apply(changes(Change::Assign, vec![assignment(2)]), None).await);
    assert_eq!(tenant.open_at_write.lock().unwrap().len(), 1, "Microsoft was asked all the same");

    rename_full_text(&audit_log, "elsewhere", "search").await;
    directory.apply(changes(Change::Assign, vec![assignment(3)]), None).await.unwrap();
    let status = audit_log.status(&audit::TenantScope::All).await.unwrap();
    assert_eq!((status.problem, status.open), (None, 0), "deferred outcomes are stored, too");
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
}

#[tokio::test]
async fn writes_are_refused_with_the_reason_and_reads_go_on() {
    let file = File::new("told");
    file.audit_log().await.close().await;
    let settings = AuditSettings { default_store: read_only(&file), ..AuditSettings::in_memory() };
    let app = TestAppBuilder { audit: Some(settings), ..TestAppBuilder::default() }
        .with_organisation(Access::Application)
        .await;
    let browser = Browser::signed_in(&app, "administrator").await;
    assert_eq!(browser.list().await.status, 200);
    let before = app.graph_requests().await;
    let answer = browser.apply("delete", json!(["aaaaaaaa-0000-4000-8000-000000000001"])).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert!(matches!(answer.json(), ServiceError::AuditUnavailable { .. }), "{}", answer.body);
    assert_eq!(app.graph_requests().await, before);
}

#[tokio::test]
async fn the_error_names_a_store_that_cannot_be_opened() {
    let place = DatabaseLocation::parse("sqlite:/no/such/folder/audit.db").unwrap();
    let error =
        AuditLog::open(&place, Siem::on_stdout(LogFormat::Off), None, clock::now_ms).await.err().unwrap();
    assert!(error.to_string().contains("/no/such/folder/audit.db"), "{error}");
}
