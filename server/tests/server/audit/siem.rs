//! Entries as log lines for a SIEM.

use std::sync::{Arc, Mutex};

use audit::{AuditLog, LogFormat, Siem, database::DatabaseLocation};
use graph::clock;
use serde_json::Value;
use token_core::audit::{AuditAction, AuditEntry, EntryStatus};

use crate::support::audit_entries::{plain, various};

async fn lines(format: LogFormat) -> (Arc<AuditLog>, Vec<String>) {
    let output = Arc::new(Mutex::new(Vec::new()));
    let siem = Siem::new(format, output.clone());
    let audit_log =
        AuditLog::open(&DatabaseLocation::Memory, siem.clone(), None, clock::now_ms).await.unwrap();
    audit_log.append(vec![plain(AuditAction::Assign, EntryStatus::Open)]).await.unwrap();
    let outcome = AuditEntry { intent: Some(1), ..various(3) };
    audit_log.append(vec![outcome, plain(AuditAction::SignIn, EntryStatus::Done)]).await.unwrap();
    siem.flush().await;
    let text = String::from_utf8(output.lock().unwrap().clone()).unwrap();
    (audit_log, text.lines().map(ToOwned::to_owned).collect())
}

#[tokio::test]
async fn every_entry_except_intents_is_an_object_a_line() {
    let (audit_log, lines) = lines(LogFormat::Json).await;
    assert_eq!(lines.len(), 2);
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    for (field, value) in [
        ("log", Value::from("audit")),
        ("number", Value::from(2)),
        ("intent", Value::from(1)),
        ("time", Value::from("2023-11-14T22:13:23.000Z")),
        ("actor_upn", Value::from("bob@contoso.example")),
        ("token_serial", Value::from("SN-00003")),
        ("person_upn", Value::from("user3@contoso.example")),
        ("row", Value::from(4)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    let last: Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(
        last["hash"],
        audit_log.status(&audit::TenantScope::All).await.unwrap().head.unwrap().hash,
        "a line holds the end of the chain"
    );
    assert!(
        last.get("token_serial").is_none() && last.get("intent").is_none(),
        "what is empty is left out: {last}"
    );
}

#[tokio::test]
async fn text_format_has_one_line_per_entry() {
    let (_, lines) = lines(LogFormat::Text).await;
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("actor_name=\"Bob Builder\""), "{}", lines[0]);
}

#[tokio::test]
async fn off_writes_no_lines() {
    assert!(lines(LogFormat::Off).await.1.is_empty());
}
