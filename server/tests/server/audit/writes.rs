//! The entries of every kind of write, through the whole server.

use serde_json::{Value, json};
use token_core::{
    audit::{AuditAction, AuditEntry, AuditLogLine, AuditLogPage, EntryStatus},
    otp::totp,
    seed::Seed,
    token::{HashFunction, Interval},
};

use crate::{
    audit::people::entries_for,
    support::{browser::Browser, device::new_token, test_app::TestApp},
};

const RUN: &str = "12345678-1234-4123-8123-123456789abc";

/// People who may get a token and have none, by id and UPN.
async fn people(browser: &Browser) -> Vec<(String, String)> {
    let found: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let may = |user: &&Value| user["enabled"] != false && user["guest"] != true && !is_guest(user);
    let all = found["items"].as_array().unwrap().iter().filter(may);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut free = Vec::new();
    for (id, upn) in all.map(|user| (text(&user["id"]), text(&user["upn"]))) {
        let held: Value = browser.call("/api/users/holdings", json!({ "users": [id] })).await.json();
        if held[0]["Ok"].as_array().unwrap().is_empty() {
            free.push((id, upn));
        }
    }
    free
}

/// Whether the UPN is a guest's: the user type may not be readable.
pub fn is_guest(user: &Value) -> bool {
    user["upn"].as_str().unwrap().contains("#EXT#")
}

fn code() -> String {
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    let seed = Seed::parse("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    totp(&seed, HashFunction::Sha1, Interval::S30, now).expose().to_owned()
}

async fn write(browser: &Browser, kind: &str, item: Value, row: u32) -> Value {
    let run = json!({ "id": RUN, "rows": [row], "size": 1 });
    let answer = browser.call("/api/tokens/apply", json!({ "changes": [{ kind: item }], "run": run })).await;
    assert_eq!(answer.status, 200, "{kind}: {}", answer.body);
    answer.json::<Value>()["outcomes"][0].take()
}

#[tokio::test]
async fn every_write_has_an_entry_with_actor_token_person_and_result() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let upn = browser.about().await.user.upn;
    let (user, user_upn) = people(&browser).await.swap_remove(0);
    let token = serde_json::to_value(new_token("SN-1")).unwrap();
    let created = write(&browser, "create", token, 2).await;
    let id = created["Done"]["id"].as_str().unwrap().to_owned();
    let pair = json!({ "token": id, "user": user });
    let proof = |code: String| json!({ "token": id, "user": user, "code": code });
    write(&browser, "rename", json!({ "token": id, "name": "Reserve" }), 3).await;
    write(&browser, "assign", pair.clone(), 4).await;
    write(&browser, "activate", proof(code()), 5).await;
    write(&browser, "deactivate", pair.clone(), 6).await;
    write(&browser, "delete", json!(id), 7).await;
    write(&browser, "unassign", pair.clone(), 8).await;
    write(&browser, "assign_and_activate", proof(code()), 9).await;
    write(&browser, "unassign", pair, 10).await;
    write(&browser, "delete", json!(id), 11).await;

    let mut entries: Vec<AuditEntry> =
        entries_for(&browser).await.into_iter().filter(|entry| entry.action.is_write()).collect();
    entries.reverse();
    let recorded: Vec<(AuditAction, EntryStatus, &str, &str)> =
        entries.iter().map(|e| (e.action, e.result, e.before.as_str(), e.after.as_str())).collect();
    let (assigned, activated) = (format!("assigned to {user_upn}"), format!("activated for {user_upn}"));
    let done = EntryStatus::Done;
    assert_eq!(
        recorded,
        [
            (AuditAction::Create, done, "not in the inventory", "unassigned (Contoso One, SHA-1, 30 s)"),
            (AuditAction::Rename, done, "without a name", "named “Reserve”"),
            (AuditAction::Assign, done, "unassigned", &assigned),
            (AuditAction::Activate, done, &assigned, &activated),
            (AuditAction::Deactivate, done, &activated, &assigned),
            (AuditAction::Delete, EntryStatus::Refused, &assigned, "deleted"),
            // After a refusal the cached state of the token is no longer trusted.
            (AuditAction::Unassign, done, "", "unassigned"),
            (AuditAction::AssignAndActivate, done, "unassigned", &activated),
            (AuditAction::Unassign, done, &activated, "unassigned"),
            (AuditAction::Delete, done, "unassigned", "deleted"),
        ]
    );
    for (entry, row) in entries.iter().zip(2..) {
        assert_eq!(entry.actor.upn, upn);
        let place = entry.run.as_ref().unwrap();
        assert_eq!((place.id.as_str(), place.row), (RUN, row));
        assert_eq!(entry.token.as_ref().unwrap().serial.as_deref(), Some("SN-1"), "{entry:?}");
        assert!(entry.intent.is_some_and(|intent| intent < entry.number) && entry.duration_ms.is_some());
    }
    let refused = &entries[5];
    assert!(!refused.reason.is_empty() && refused.request_id.is_some(), "{refused:?}");
    let person = entries[2].person.as_ref().unwrap();
    assert_eq!((person.id.as_deref(), person.upn.as_deref()), (Some(user.as_str()), Some(user_upn.as_str())));
}

#[tokio::test]
async fn a_run_is_found_by_its_id_and_is_one_line() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for row in 1..=3 {
        let token = serde_json::to_value(new_token(&format!("SN-{row}"))).unwrap();
        write(&browser, "create", token, row).await;
    }
    let page: AuditLogPage =
        browser.call("/api/audit/list", json!({ "ask": { "folded": true } })).await.json();
    let [AuditLogLine::Run(line), ..] = page.lines.as_slice() else { panic!("{page:?}") };
    assert_eq!((line.id.as_str(), line.of(EntryStatus::Done)), (RUN, 3));
    let ask = json!({ "ask": { "filter": { "run": RUN } } });
    let page: AuditLogPage = browser.call("/api/audit/list", ask).await.json();
    assert_eq!(page.lines.len(), 3);
}

#[tokio::test]
async fn an_invalid_run_is_refused() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for run in [
        json!({ "id": "../x", "rows": [1], "size": 1 }),
        json!({ "id": RUN, "rows": [], "size": 1 }),
        json!({ "id": RUN, "rows": [99_999_999], "size": 1 }),
    ] {
        let body = json!({ "changes": [{ "delete": "aaaaaaaa-0000-4000-8000-000000000001" }], "run": run });
        let answer = browser.call("/api/tokens/apply", body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
}

#[tokio::test]
async fn changes_of_several_kinds_and_too_many_are_refused_before_they_are_recorded() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let token = "aaaaaaaa-0000-4000-8000-000000000001";
    let unassign = json!({ "unassign": { "token": token, "user": token } });
    let (before, entries) = (app.graph_requests().await, entries_for(&browser).await.len());
    for changes in
        [json!([{ "delete": token }, unassign]), Value::from(vec![json!({ "delete": token }); 101])]
    {
        let answer = browser.call("/api/tokens/apply", json!({ "changes": changes })).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    assert_eq!(app.graph_requests().await, before);
    assert_eq!(entries_for(&browser).await.len(), entries);
}
