//! Entries as lines for a program that collects logs.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use server::audit::{LogForm, Siem, StoreAt, Trail};
use token_core::audit::{AuditAction, AuditEntry, EntryStatus};

use crate::entries::{plain, various};

async fn lines(form: LogForm) -> (Arc<Trail>, Vec<String>) {
    let output = Arc::new(Mutex::new(Vec::new()));
    let siem = Siem::to(form, output.clone());
    let trail = Trail::open(&StoreAt::Memory, siem.clone(), None).await.unwrap();
    trail.record(vec![plain(AuditAction::Assign, EntryStatus::Open)]).await.unwrap();
    let outcome = AuditEntry { intent: Some(1), ..various(3) };
    trail.record(vec![outcome, plain(AuditAction::SignIn, EntryStatus::Done)]).await.unwrap();
    siem.settle().await;
    let text = String::from_utf8(output.lock().unwrap().clone()).unwrap();
    (trail, text.lines().map(ToOwned::to_owned).collect())
}

#[tokio::test]
async fn every_entry_is_an_object_a_line_and_intents_are_none() {
    let (trail, lines) = lines(LogForm::Json).await;
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
        trail.status().await.unwrap().head.unwrap().hash,
        "a line holds the end of the chain"
    );
    assert!(
        last.get("token_serial").is_none() && last.get("intent").is_none(),
        "what is empty is left out: {last}"
    );
}

#[tokio::test]
async fn as_text_a_line_stays_a_line() {
    let (_, lines) = lines(LogForm::Text).await;
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("actor_name=\"Bob Builder\""), "{}", lines[0]);
}

#[tokio::test]
async fn off_is_off() {
    assert!(lines(LogForm::Off).await.1.is_empty());
}
