//! Entries about signing in and out, denials, and the actors of entries.

use std::time::Duration;

use serde_json::{Value, json};
use token_core::audit::{ActorKind, AuditAction, AuditEntry, AuditLogLine, AuditLogPage, EntryStatus};

use crate::support::{
    browser::Browser,
    device::{new_token, wrong_code},
    test_app::{self, TestApp},
};

/// The entries that an auditor or an administrator gets, newest first.
pub async fn entries_for(browser: &Browser) -> Vec<AuditEntry> {
    let answer = browser.call("/api/audit/list", json!({ "ask": {} })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let page: AuditLogPage = answer.json();
    let entries = page.lines.into_iter().filter_map(|line| match line {
        AuditLogLine::Entry(entry) => Some(*entry),
        AuditLogLine::Run(_) => None,
    });
    entries.collect()
}

/// The newest entry of an action.
pub async fn newest(browser: &Browser, action: AuditAction) -> AuditEntry {
    entries_for(browser)
        .await
        .into_iter()
        .find(|entry| entry.action == action)
        .unwrap_or_else(|| panic!("{action}"))
}

#[tokio::test]
async fn signing_in_and_out_is_recorded() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let about = browser.about().await;
    let entry = newest(&browser, AuditAction::SignIn).await;
    assert_eq!((entry.actor.kind, &entry.actor.upn), (ActorKind::Person, &about.user.upn));
    assert_eq!((entry.role.as_str(), entry.address.as_str()), ("administrator", "127.0.0.1"));
    assert_eq!(entry.actor.id.len(), 36);
    assert_eq!(entry.tenant, app.practice.tenant_id);
    browser.call("/api/session/sign_out", json!({})).await;
    let again = Browser::signed_in(&app, "reader").await;
    let entry = newest(&again, AuditAction::SignOut).await;
    assert_eq!(entry.actor.upn, about.user.upn);
}

#[tokio::test]
async fn a_refused_sign_in_is_recorded_with_its_reason() {
    let app = TestApp::organisation().await;
    let outsider = Browser::of(&app);
    assert_eq!(outsider.sign_in("outsider").await.location(), "/sign-in");
    let browser = Browser::signed_in(&app, "administrator").await;
    let entry = newest(&browser, AuditAction::SignInRefused).await;
    assert_eq!((entry.actor.kind, entry.result), (ActorKind::Anonymous, EntryStatus::Refused));
    assert!(entry.reason.contains("not assigned"), "{}", entry.reason);
}

#[tokio::test]
async fn denials_for_lack_of_a_role_are_throttled_and_counted() {
    let app = TestApp::organisation().await;
    let user = Browser::signed_in(&app, "enduser").await;
    for _ in 0..50 {
        assert_eq!(user.list().await.status, 403);
        assert_eq!(user.call("/api/audit/list", json!({ "ask": {} })).await.status, 403);
    }
    let browser = Browser::signed_in(&app, "administrator").await;
    let denials = |all: Vec<AuditEntry>| -> Vec<AuditEntry> {
        all.into_iter().filter(|entry| entry.action == AuditAction::CallRefused).collect()
    };
    let first = denials(entries_for(&browser).await);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].after.contains("/api/tokens/list") && first[0].role == "end user", "{first:?}");
    test_app::later(Duration::from_secs(61)).await;
    let all = loop {
        let all = denials(entries_for(&browser).await);
        if all.len() > 1 {
            break all;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(all.len(), 2);
    assert!(all[0].reason.starts_with("99 more refusals"), "{}", all[0].reason);
}

#[tokio::test]
async fn an_auditor_may_read_the_audit_log_and_nothing_else() {
    let app = TestApp::organisation().await;
    let auditor = Browser::signed_in(&app, "auditor").await;
    assert_eq!(newest(&auditor, AuditAction::SignIn).await.role, "auditor");
    assert_eq!(auditor.call("/api/audit/status", json!({})).await.status, 200);
    assert_eq!(auditor.get("/audit/export?format=jsonl").await.status, 200);
    for path in ["/api/tokens/list", "/api/settings/read", "/api/users/search", "/api/audit/exported"] {
        let answer =
            auditor.call(path, json!({ "after": null, "text": "a", "kind": "csv", "count": 1 })).await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn entries_about_a_persons_own_tokens_have_that_person_as_actor() {
    let app = TestApp::organisation().await;
    let user = Browser::signed_in(&app, "enduser").await;
    let own: Value = user.call("/api/my/tokens", json!({})).await.json();
    let me = &own["tokens"][0]["holder"]["id"];
    let browser = Browser::signed_in(&app, "administrator").await;
    let created: Value = browser.apply("create", json!([new_token("OWN-1")])).await.json();
    let token = &created["outcomes"][0]["Done"]["id"];
    browser.apply("assign", json!([{ "token": token, "user": me }])).await;
    let answer = user.call("/api/my/activate", json!({ "token": token, "code": wrong_code() })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    user.call("/api/my/claim", json!({ "serial": "NO-SUCH-1", "code": "123456" })).await;
    let activation = newest(&browser, AuditAction::OwnActivate).await;
    let upn = user.about().await.user.upn;
    assert_eq!((&activation.actor.upn, activation.result), (&upn, EntryStatus::Refused));
    assert_eq!(activation.person.unwrap().upn.as_deref(), Some(upn.as_str()));
    assert_eq!(activation.token.unwrap().serial.as_deref(), Some("OWN-1"));
    assert!(activation.request_id.is_some_and(|id| !id.is_empty()), "Graph's request id");
    assert!(activation.intent.is_some(), "the intent was recorded before Microsoft was asked");
    let claim = newest(&browser, AuditAction::Claim).await;
    assert_eq!((claim.actor.upn, claim.result), (upn, EntryStatus::Refused));
    assert_eq!(claim.token.unwrap().serial.as_deref(), Some("NO-SUCH-1"));
}

#[tokio::test]
async fn the_local_operators_actions_are_recorded() {
    let real = test_app::another_tenant().await;
    let app = test_app::TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    let connect = json!({ "credentials": { "tenant_id": real.tenant_id, "client_id": real.client_id,
        "client_secret": real.client_secret } });
    let mut wrong = connect.clone();
    wrong["credentials"]["client_secret"] = Value::from("obviously~wrong~secret");
    assert_eq!(operator.call("/api/settings/connect", wrong).await.status, 502);
    assert_eq!(operator.call("/api/settings/connect", connect.clone()).await.status, 200);
    operator.call("/api/settings/check", json!({})).await;
    let by = ActorKind::LocalOperator;
    let of_tenant = [
        (AuditAction::Check, EntryStatus::Done, by),
        (AuditAction::Connect, EntryStatus::Done, by),
        (AuditAction::Connect, EntryStatus::Refused, by),
    ];
    assert_eq!(recorded(&operator).await, of_tenant);
    operator.call("/api/settings/disconnect", json!({})).await;
    let of_practice = [
        (AuditAction::OperatorLink, EntryStatus::Done, by),
        (AuditAction::Start, EntryStatus::Done, ActorKind::Program),
    ];
    assert_eq!(
        recorded(&operator).await,
        of_practice,
        "the connected tenant's entries are not shown any more"
    );
    assert_eq!(operator.call("/api/settings/connect", connect).await.status, 200);
    let again =
        [(AuditAction::Connect, EntryStatus::Done, by), (AuditAction::Disconnect, EntryStatus::Done, by)];
    assert_eq!(recorded(&operator).await, [&again[..], &of_tenant].concat());
}

/// Action, result and actor of each entry that this browser sees, newest first.
async fn recorded(browser: &Browser) -> Vec<(AuditAction, EntryStatus, ActorKind)> {
    let entries = entries_for(browser).await;
    entries.iter().map(|entry| (entry.action, entry.result, entry.actor.kind)).collect()
}
