//! Authorization: every server function is called by every kind of user.

use std::collections::BTreeSet;

use app::api::access::{ACCESS, Access};
use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use token_core::error::ServiceError;

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::{ROLE, TestApp, another_tenant},
};

/// Arguments that the server function accepts. A new one needs its own here, so that it cannot go untested.
fn arguments(path: &str) -> Value {
    let id = "00000000-0000-4000-8000-000000000001";
    let no_session = "0".repeat(64);
    match path {
        "/api/audit/exported" => json!({ "kind": "csv", "count": 1 }),
        "/api/audit/list" | "/api/audit/newer" => json!({ "ask": {} }),
        "/api/audit/proof" => json!({
            "run": "12345678-1234-4123-8123-123456789abc",
            "proof": { "samples": [], "override_reason": null },
        }),
        "/api/audit/run" => json!({ "id": "12345678-1234-4123-8123-123456789abc" }),
        "/api/my/activate" | "/api/my/refresh" => json!({ "token": id, "code": "123456" }),
        "/api/my/claim" => json!({ "serial": "NO-SUCH-1", "code": "123456" }),
        "/api/session/end" => json!({ "key": no_session }),
        "/api/session/end_any" => json!({ "key": no_session, "all_of_person": true }),
        "/api/settings/connect" => {
            json!({ "credentials": { "tenant_id": "", "client_id": "", "client_secret": "" } })
        }
        "/api/tokens/apply" => json!({ "changes": [], "run": null }),
        "/api/tokens/by_id" | "/api/users/by_id" => json!({ "ids": [] }),
        "/api/tokens/by_serial" => json!({ "serials": [] }),
        "/api/tokens/list" => json!({ "after": null }),
        "/api/tokens/report_unseen" => json!({ "writes": [], "run": null }),
        "/api/trial/start" => json!({ "upn": "nobody@contoso.example", "collide": false }),
        "/api/users/by_upn" => json!({ "upns": [] }),
        "/api/users/holdings" | "/api/users/roles" => json!({ "users": [] }),
        "/api/users/search" => json!({ "text": "nobody", "after": null }),
        "/api/audit/status"
        | "/api/clock/read"
        | "/api/my/tokens"
        | "/api/session/list"
        | "/api/session/list_all"
        | "/api/session/sign_out"
        | "/api/settings/check"
        | "/api/settings/disconnect"
        | "/api/settings/read"
        | "/api/tenant/missing"
        | "/api/tenant/policy"
        | "/api/trial/read"
        | "/api/trial/stop" => json!({}),
        other => panic!("{other}: a new server function needs its arguments here"),
    }
}

/// A kind of user: what they may call, and how other calls are refused.
struct UserKind {
    name: &'static str,
    may: &'static [Access],
    refusals: [Option<ServiceError>; 5],
    /// Whether they have a session, and so can have tokens of their own.
    is_person: bool,
}

impl UserKind {
    /// How this call is refused, if it is.
    fn refusal(&self, path: &str, access: Access) -> Option<ServiceError> {
        let refusal = self.refusals[ACCESS_LEVELS.iter().position(|other| *other == access).unwrap()].clone();
        assert_eq!(self.may.contains(&access), refusal.is_none(), "{}: {access:?}", self.name);
        refusal.or_else(|| (needs_session(path) && !self.is_person).then_some(ServiceError::SignedOut))
    }
}

/// Whether the call is about the caller's own tokens or sessions.
fn needs_session(path: &str) -> bool {
    path.starts_with("/api/my/") || path == "/api/session/end"
}

const ACCESS_LEVELS: [Access; 5] =
    [Access::Anyone, Access::SignedIn, Access::Auditor, Access::Administrator, Access::Operator];

fn signed_out() -> UserKind {
    let out = Some(ServiceError::SignedOut);
    UserKind {
        name: "signed out",
        may: &[Access::Anyone],
        refusals: [None, out.clone(), out.clone(), out.clone(), out],
        is_person: false,
    }
}

fn end_user() -> UserKind {
    let lacks = Some(ServiceError::NotAllowed { role: ROLE.to_owned() });
    let refusals = [None, None, lacks.clone(), lacks, Some(ServiceError::NotOperator)];
    UserKind { name: "end user", may: &[Access::Anyone, Access::SignedIn], refusals, is_person: true }
}

fn auditor() -> UserKind {
    let lacks = Some(ServiceError::NotAllowed { role: ROLE.to_owned() });
    let refusals = [None, None, None, lacks, Some(ServiceError::NotOperator)];
    let may = &[Access::Anyone, Access::SignedIn, Access::Auditor];
    UserKind { name: "auditor", may, refusals, is_person: true }
}

fn administrator(name: &'static str, is_person: bool) -> UserKind {
    let refusals = [None, None, None, None, Some(ServiceError::NotOperator)];
    let may = &[Access::Anyone, Access::SignedIn, Access::Auditor, Access::Administrator];
    UserKind { name, may, refusals, is_person }
}

fn operator() -> UserKind {
    UserKind { name: "operator", may: &ACCESS_LEVELS, refusals: [const { None }; 5], is_person: false }
}

fn was_authorized(answer: &TestResponse) -> bool {
    // An authorized call may fail for another reason, because its arguments are empty.
    let refused = |error: &ServiceError| {
        matches!(error, ServiceError::SignedOut | ServiceError::NotAllowed { .. } | ServiceError::NotOperator)
    };
    !matches!(answer.status.as_u16(), 401 | 403)
        && !serde_json::from_str(&answer.body).is_ok_and(|error| refused(&error))
}

/// Calls every server function as this kind of user, in a browser that `arrive` prepared.
async fn check_all_calls(app: &TestApp, kind: UserKind, arrive: impl AsyncFn() -> Browser) {
    // These change who the caller is, so they come last.
    let ends = |path: &str| ["/api/session/sign_out", "/api/settings/disconnect"].contains(&path);
    let (mut last, first): (Vec<_>, Vec<_>) = ACCESS.into_iter().partition(|(path, _)| ends(path));
    last.reverse();
    let browser = arrive().await;
    for (path, access) in first.into_iter().chain(last) {
        let before = app.graph_requests().await;
        let answer = browser.call(path, arguments(path)).await;
        let name = kind.name;
        match kind.refusal(path, access) {
            None => assert!(was_authorized(&answer), "{name} {path}: {} {}", answer.status, answer.body),
            Some(error) => {
                assert_eq!(answer.error(), error, "{name} {path}");
                let status = if error == ServiceError::SignedOut { 401 } else { 403 };
                assert_eq!(answer.status, status, "{name} {path}");
                assert_eq!(app.graph_requests().await, before, "{name} {path}: Graph was asked");
            }
        }
    }
}

#[tokio::test]
async fn the_list_names_every_server_function_and_no_other() {
    let _registers_them = TestApp::practice().await;
    let existing: BTreeSet<_> = server_fn_paths()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(path, method)| {
            assert_eq!(method, Method::POST, "{path}");
            path
        })
        .collect();
    let listed: BTreeSet<_> = ACCESS.into_iter().map(|(path, _)| path).collect();
    assert_eq!(existing, listed);
    assert_eq!(listed.len(), ACCESS.len(), "a path is listed twice");
}

/// Walks the whole list as each kind of user who signs in or does not.
async fn check_people(app: &TestApp) {
    check_all_calls(app, end_user(), async || Browser::signed_in(app, "enduser").await).await;
    check_all_calls(app, auditor(), async || Browser::signed_in(app, "auditor").await).await;
    let kind = administrator("administrator", true);
    check_all_calls(app, kind, async || Browser::signed_in(app, "administrator").await).await;
}

#[tokio::test]
async fn in_an_organisation_each_role_may_call_its_own() {
    let app = TestApp::organisation().await;
    check_all_calls(&app, signed_out(), async || Browser::of(&app)).await;
    check_people(&app).await;
}

#[tokio::test]
async fn with_delegated_access_the_same_users_may_call_the_same() {
    let app = TestApp::delegated().await;
    check_all_calls(&app, signed_out(), async || Browser::of(&app)).await;
    check_people(&app).await;
}

#[tokio::test]
async fn in_the_practice_tenant_everybody_is_an_administrator_until_they_sign_in_as_somebody() {
    let app = TestApp::practice().await;
    check_all_calls(&app, administrator("practice", false), async || Browser::of(&app)).await;
    check_people(&app).await;
}

#[tokio::test]
async fn the_local_operator_may_everything() {
    let app = TestApp::practice().await;
    check_all_calls(&app, operator(), async || Browser::operator(&app).await).await;
}

#[tokio::test]
async fn an_operators_tenant_is_closed_to_everybody_else() {
    let real = another_tenant().await;
    let app = crate::support::test_app::TestAppBuilder::default().with_practice(&real.base_url).await;
    let operators = Browser::operator(&app).await;
    crate::support::connect::connect(&operators, &real).await;
    check_all_calls(&app, signed_out(), async || Browser::of(&app)).await;
    assert_eq!(operators.list().await.status, 200);
    let operators = std::cell::Cell::new(Some(operators));
    check_all_calls(&app, operator(), async || operators.take().unwrap()).await;
}
