//! Reports of writes that Microsoft answered well and that no lookup shows.

use serde_json::{Value, json};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunId, RunRows},
    ports::{ChangeKind, UnseenWrite},
};

use crate::{
    audit::{people::entries_for, writes::is_guest},
    support::{
        audit_stores::{all, in_memory},
        browser::Browser,
        device::new_token,
        mock_directory::{MockDirectory, actor, token, user},
        test_app::TestApp,
    },
};

const PATH: &str = "/api/tokens/report_unseen";
const RUN: &str = "12345678-1234-4123-8123-123456789abc";

/// A person who may get a token, and a new token.
async fn person_and_token(browser: &Browser) -> (Value, Value) {
    let found: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let may = |user: &&Value| user["enabled"] != false && user["guest"] != true && !is_guest(user);
    let user = found["items"].as_array().unwrap().iter().filter(may).nth(2).unwrap()["id"].clone();
    let created: Value = browser.apply("create", json!([new_token("SN-1")])).await.json();
    (user, created["outcomes"][0]["Done"]["id"].clone())
}

fn unseen(kind: &str, token: &Value, user: &Value) -> Value {
    json!({ "kind": kind, "token": token, "user": user, "request_id": "0a1b-2c" })
}

async fn not_done(browser: &Browser) -> Vec<AuditEntry> {
    let mut entries = entries_for(browser).await;
    entries.retain(|entry| entry.result == EntryStatus::NotDone);
    entries
}

#[tokio::test]
async fn a_write_that_the_server_does_not_see_either_is_recorded() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let (user, token) = person_and_token(&browser).await;
    let writes = json!([
        unseen("assign", &token, &user),
        unseen("create", &token, &Value::Null),
        unseen("assign_and_activate", &token, &user),
    ]);
    let run = json!({ "id": RUN, "rows": [4, 5, 6], "size": 3 });
    let answer = browser.call(PATH, json!({ "writes": writes, "run": run })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let entries = not_done(&browser).await;
    let recorded: Vec<_> =
        entries.iter().map(|entry| (entry.action, entry.run.as_ref().unwrap().row)).collect();
    assert_eq!(recorded, [(AuditAction::AssignAndActivate, 6), (AuditAction::Assign, 4)], "the token exists");
    let entry = &entries[1];
    assert_eq!(
        entry.reason,
        "Microsoft answered that it was done (request id 0a1b-2c), but reading the token afterwards does not show it"
    );
    assert_eq!(
        (entry.request_id.as_deref(), entry.run.as_ref().unwrap().id.as_str()),
        (Some("0a1b-2c"), RUN)
    );
    assert_eq!(entry.token.as_ref().unwrap().serial.as_deref(), Some("SN-1"));
    assert_eq!(entry.person.as_ref().unwrap().id.as_deref(), user.as_str());
    assert!(entry.before == "unassigned" && entry.after.starts_with("assigned to "), "{entry:?}");
    assert_eq!(entry.actor.upn, browser.about().await.user.upn);
}

#[tokio::test]
async fn a_write_that_shows_after_all_is_not_recorded() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let (user, token) = person_and_token(&browser).await;
    browser.apply("assign", json!([{ "token": token, "user": user }])).await;
    let gone = json!("00000000-0000-4000-8000-000000000001");
    let writes = json!([unseen("assign", &token, &user), unseen("delete", &gone, &Value::Null)]);
    let answer = browser.call(PATH, json!({ "writes": writes })).await;
    assert_eq!((answer.status.as_u16(), not_done(&browser).await.len()), (200, 0), "{}", answer.body);
}

#[tokio::test]
async fn a_new_name_is_compared_with_the_one_that_shows() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let (_, token) = person_and_token(&browser).await;
    browser.apply("rename", json!([{ "token": token, "name": "Desk 4" }])).await;
    for (name, recorded) in [("Desk 4", 0), ("Desk 5", 1)] {
        let mut write = unseen("rename", &token, &Value::Null);
        write["name"] = name.into();
        let answer = browser.call(PATH, json!({ "writes": [write] })).await;
        let entries = not_done(&browser).await;
        assert_eq!((answer.status.as_u16(), entries.len()), (200, recorded), "{name}: {}", answer.body);
    }
    assert_eq!(not_done(&browser).await[0].after, "named “Desk 5”");
}

#[tokio::test]
async fn a_report_that_cannot_be_checked_says_so() {
    let audit_log = in_memory().await;
    let directory = audit_log.audited(MockDirectory::unreadable(&audit_log), actor());
    let write = UnseenWrite {
        kind: ChangeKind::Assign,
        token: token(1),
        user: Some(user(1)),
        name: None,
        request_id: Some("0a1b-2c".to_owned()),
    };
    directory.report_unseen(vec![write], None).await.unwrap();
    assert_eq!(
        all(&audit_log).await[0].reason,
        "Microsoft answered that it was done (request id 0a1b-2c), but reading the token afterwards does not show it \
         (as reported: the server could not read the token again)"
    );
}

#[tokio::test]
async fn a_done_write_has_microsofts_request_id() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    person_and_token(&browser).await;
    let entries = entries_for(&browser).await;
    let created = entries.iter().find(|entry| entry.action == AuditAction::Create).unwrap();
    assert!(created.result == EntryStatus::Done && created.request_id.is_some(), "{created:?}");
}

#[tokio::test]
async fn only_administrators_report() {
    let app = TestApp::organisation().await;
    let id = json!("00000000-0000-4000-8000-000000000001");
    let writes = json!({ "writes": [unseen("assign", &id, &id)] });
    for (name, status) in [("enduser", 403), ("auditor", 403)] {
        let browser = Browser::signed_in(&app, name).await;
        assert_eq!(browser.call(PATH, writes.clone()).await.status, status, "{name}");
    }
    assert_eq!(Browser::of(&app).call(PATH, writes).await.status, 401);
    assert_eq!(app.graph_requests().await, 0);
    assert!(not_done(&Browser::signed_in(&app, "administrator").await).await.is_empty());
}

#[tokio::test]
async fn an_invalid_report_is_refused() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let id = json!("00000000-0000-4000-8000-000000000001");
    let one = unseen("assign", &id, &id);
    let with_id = |request_id: &str| {
        let mut write = one.clone();
        write["request_id"] = request_id.into();
        json!({ "writes": [write] })
    };
    let with_name = |name: &str| {
        let mut write = unseen("rename", &id, &Value::Null);
        write["name"] = name.into();
        json!({ "writes": [write] })
    };
    for body in [
        json!({ "writes": vec![one.clone(); 101] }),
        json!({ "writes": [one], "run": { "id": RUN, "rows": [1, 2], "size": 2 } }),
        with_id("a request id"),
        with_id(&"0".repeat(65)),
        with_id("7\n8"),
        with_name(&"x".repeat(129)),
        with_name("a\u{7}b"),
    ] {
        let answer = browser.call(PATH, body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    assert!(not_done(&browser).await.is_empty() && app.graph_requests().await == 0);
}

#[tokio::test]
async fn each_kind_has_its_action() {
    let audit_log = in_memory().await;
    let directory = audit_log.audited(MockDirectory::accepting(&audit_log), actor());
    let kinds = [
        (ChangeKind::Create, AuditAction::Create),
        (ChangeKind::Assign, AuditAction::Assign),
        (ChangeKind::AssignAndActivate, AuditAction::AssignAndActivate),
        (ChangeKind::Activate, AuditAction::Activate),
        (ChangeKind::Deactivate, AuditAction::Deactivate),
        (ChangeKind::Rename, AuditAction::Rename),
    ];
    let write = |(kind, _)| {
        let (token, user, name) = (token(1), Some(user(1)), Some("Desk 4".to_owned()));
        UnseenWrite { kind, token, user, name, request_id: None }
    };
    let rows = RunRows { id: RunId::from_random(1), rows: (1..=6).collect(), size: 6 };
    directory.report_unseen(kinds.map(write).to_vec(), Some(rows)).await.unwrap();
    let recorded: Vec<_> = all(&audit_log).await.iter().map(|entry| (entry.action, entry.result)).collect();
    assert_eq!(recorded, kinds.map(|(_, action)| (action, EntryStatus::NotDone)));
    let entry = all(&audit_log).await.swap_remove(0);
    assert!(entry.intent.is_none() && entry.reason.starts_with("Microsoft answered that it was done, but"));
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
}
