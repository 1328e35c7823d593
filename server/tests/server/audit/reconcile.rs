//! Reconciling abandoned operations by reading the tenant.

use std::{sync::Arc, time::Duration};

use audit::AuditLog;
use graph::{GraphDirectory, clock};
use serde_json::{Value, json};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef, TokenRef},
    error::ServiceError,
    ports::{Outcome, SharedDirectory},
};

use crate::{
    audit::writes::is_guest,
    support::{
        audit_entries::plain,
        audit_stores::{File, all},
        browser::Browser,
        device::new_token,
        mock_directory::MockDirectory,
        test_app::{TestApp, settings_of},
    },
};

fn intent(action: AuditAction, tenant: &str, id: &str, user: &str, after: &str) -> AuditEntry {
    AuditEntry {
        tenant: tenant.to_owned(),
        token: Some(TokenRef { id: Some(id.to_owned()), serial: Some("SN-1".to_owned()) }),
        person: Some(PersonRef { id: Some(user.to_owned()), ..PersonRef::default() }),
        after: after.to_owned(),
        ..plain(action, EntryStatus::Open)
    }
}

/// Opens the audit log anew and reconciles it; returns how many operations stay open, too.
async fn reconciled(file: &File, tenant: &str, directory: &SharedDirectory) -> (Arc<AuditLog>, usize) {
    let audit_log = file.audit_log().await;
    let left = audit_log.reconcile(tenant, directory, Duration::ZERO).await.unwrap();
    (audit_log, left)
}

#[tokio::test]
async fn reading_the_tenant_determines_outcomes() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let found: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let may = |user: &&Value| user["enabled"] != false && user["guest"] != true && !is_guest(user);
    let user = found["items"].as_array().unwrap().iter().filter(may).nth(2).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let created: Value = browser.apply("create", json!([new_token("SN-1")])).await.json();
    let id = created["outcomes"][0]["Done"]["id"].as_str().unwrap().to_owned();
    let pair = json!([{ "token": id, "user": user }]);
    assert_eq!(browser.apply("assign", pair).await.outcomes::<()>(), [Outcome::Done(())]);

    let (tenant, gone) = (app.practice.tenant_id.clone(), "aaaaaaaa-0000-4000-8000-000000000001");
    let expected = [
        (intent(AuditAction::Create, &tenant, "", "", ""), EntryStatus::Done),
        (intent(AuditAction::Assign, &tenant, &id, &user, ""), EntryStatus::Done),
        (intent(AuditAction::Deactivate, &tenant, &id, &user, ""), EntryStatus::Done),
        (intent(AuditAction::AssignAndActivate, &tenant, &id, &user, ""), EntryStatus::NotDone),
        (intent(AuditAction::Unassign, &tenant, &id, &user, ""), EntryStatus::NotDone),
        (intent(AuditAction::Unassign, &tenant, &id, gone, ""), EntryStatus::Done),
        (intent(AuditAction::Delete, &tenant, &id, "", "deleted"), EntryStatus::NotDone),
        (intent(AuditAction::Delete, &tenant, gone, "", "deleted"), EntryStatus::Done),
        (intent(AuditAction::Rename, &tenant, &id, "", "without a name"), EntryStatus::Done),
        (intent(AuditAction::Rename, &tenant, &id, "", "named “Reserve”"), EntryStatus::NotDone),
        (intent(AuditAction::Claim, &tenant, "", &user, ""), EntryStatus::NotDone),
        (intent(AuditAction::Claim, &tenant, "", gone, ""), EntryStatus::NotDone),
        (intent(AuditAction::OwnActivate, &tenant, &id, &user, ""), EntryStatus::NotDone),
        (intent(AuditAction::Assign, &tenant, gone, &user, ""), EntryStatus::Unknown),
        (intent(AuditAction::Assign, "another.example", &id, &user, ""), EntryStatus::Unknown),
    ];
    let file = File::new("resolve");
    let before = file.audit_log().await;
    before.append(expected.iter().map(|(entry, _)| entry.clone()).collect()).await.unwrap();
    before.close().await;
    let settings = settings_of(&app.practice, &app.practice.base_url);
    let directory: SharedDirectory = Arc::new(GraphDirectory::new(settings).unwrap());
    let (audit_log, left) = reconciled(&file, &tenant, &directory).await;
    assert_eq!(left, 1);
    let mut entries = all(&audit_log).await;
    entries.sort_by_key(|entry| entry.intent.unwrap_or(entry.number));
    let recorded: Vec<(AuditAction, EntryStatus)> =
        entries.iter().map(|entry| (entry.action, entry.result)).collect();
    let expected: Vec<(AuditAction, EntryStatus)> =
        expected.iter().map(|(entry, ending)| (entry.action, *ending)).collect();
    assert_eq!(recorded, expected);
    assert!(
        entries[0].reason.contains("Reading Microsoft shows: it was carried out"),
        "{}",
        entries[0].reason
    );
    let claim = entries.iter().find(|entry| entry.action == AuditAction::Claim).unwrap();
    assert!(claim.reason.contains("assigned to the user and not activated"), "{}", claim.reason);
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
}

#[tokio::test]
async fn recent_operations_stay_unknown_until_a_later_pass() {
    let file = File::new("unread");
    let before = file.audit_log().await;
    let fresh = AuditEntry { at_ms: u64::MAX >> 1, ..intent(AuditAction::Create, "t", "", "", "") };
    before.append(vec![fresh]).await.unwrap();
    before.close().await;
    let audit_log = file.audit_log().await;
    let directory: SharedDirectory = MockDirectory::new(&audit_log, |_| Err(ServiceError::Disconnected));
    assert_eq!(audit_log.reconcile("t", &directory, Duration::from_secs(60)).await, Ok(1));
    let entry = all(&audit_log).await.swap_remove(0);
    assert_eq!(entry.result, EntryStatus::Unknown);
    assert!(entry.reason.contains("ended before"), "{}", entry.reason);
}

#[tokio::test]
async fn operations_in_progress_are_not_reconciled() {
    let file = File::new("under-way");
    let audit_log = file.audit_log().await;
    let begun = AuditEntry { at_ms: clock::now_ms(), ..intent(AuditAction::Create, "t", "", "", "") };
    audit_log.append(vec![begun]).await.unwrap();
    let directory: SharedDirectory = MockDirectory::accepting(&audit_log);
    assert_eq!(audit_log.reconcile("t", &directory, Duration::ZERO).await, Ok(0));
    assert_eq!(all(&audit_log).await[0].result, EntryStatus::Open);
}

#[tokio::test]
async fn a_programs_own_operations_are_never_abandoned() {
    let file = File::new("own");
    let audit_log = file.audit_log().await;
    // As after the machine has slept for an hour.
    let begun = clock::now_ms() - 60 * 60 * 1_000;
    let numbers =
        audit_log.append(vec![AuditEntry { at_ms: begun, ..intent(AuditAction::Create, "t", "", "", "") }]);
    let intent_number = numbers.await.unwrap()[0];
    let directory: SharedDirectory = MockDirectory::accepting(&audit_log);
    assert_eq!(audit_log.reconcile("t", &directory, Duration::ZERO).await, Ok(0));
    assert_eq!(all(&audit_log).await[0].result, EntryStatus::Open);
    let done = AuditEntry { intent: Some(intent_number), ..intent(AuditAction::Create, "t", "", "", "") };
    audit_log.append(vec![AuditEntry { result: EntryStatus::Done, ..done }]).await.unwrap();
    assert_eq!(all(&audit_log).await.last().unwrap().result, EntryStatus::Done);
}

#[tokio::test]
async fn operations_of_another_program_in_the_same_file_are_reconciled_after_fifteen_minutes() {
    let file = File::new("command");
    let server = file.audit_log().await;
    // A command that was killed while the server ran, sixteen minutes ago.
    let command = file.audit_log().await;
    let begun = clock::now_ms() - 16 * 60 * 1_000;
    command
        .append(vec![AuditEntry { at_ms: begun, ..intent(AuditAction::Create, "t", "", "", "") }])
        .await
        .unwrap();
    command.close().await;
    assert_eq!(all(&server).await[0].result, EntryStatus::Unknown);
    let tenant: SharedDirectory = MockDirectory::accepting(&server);
    assert_eq!(server.reconcile("t", &tenant, Duration::ZERO).await, Ok(0));
    assert_eq!(all(&server).await.last().unwrap().result, EntryStatus::NotDone);
}
