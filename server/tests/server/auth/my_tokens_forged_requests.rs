//! Requests that an end user forges and that no page would send.

use app::api::access::{ACCESS, Access};
use http::{Method, header};
use serde_json::{Value, json};
use token_core::{error::ServiceError, token::TokenStatus};

use crate::support::{
    browser::{Browser, TestResponse},
    device::right_code,
    self_service::{SelfServiceFixture, activate, activated_token, denied, my_tokens},
    test_app::TestApp,
};

const CALLS: [&str; 4] = ["/api/my/activate", "/api/my/claim", "/api/my/refresh", "/api/my/tokens"];
const NOBODY: &str = "00000000-0000-4000-8000-000000000001";

/// Valid arguments for all of them: a call ignores fields that it does not have.
fn arguments() -> Value {
    json!({ "token": NOBODY, "serial": "NO-SUCH-1", "code": "123456" })
}

async fn post(browser: &Browser, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    let request = browser.request(Method::POST, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request, arguments().to_string()).await
}

#[tokio::test]
async fn an_end_user_may_call_exactly_these() {
    let listed: Vec<&str> = ACCESS
        .into_iter()
        .filter(|(_, access)| matches!(access, Access::Anyone | Access::SignedIn))
        .map(|(path, _)| path)
        .collect();
    let of_sessions = ["/api/session/end", "/api/session/list", "/api/session/sign_out"];
    let theirs = [&["/api/clock/read", CALLS[0], CALLS[1], CALLS[2], CALLS[3]][..], &of_sessions].concat();
    assert_eq!(listed, theirs, "what end users may call has changed: is that meant?");

    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    for (path, _) in ACCESS.into_iter().filter(|(path, _)| !theirs.contains(path)) {
        for body in [json!({}), arguments(), json!({ "users": [NOBODY], "ids": [NOBODY], "after": null })] {
            let answer = browser.call(path, body).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(
                matches!(answer.error(), ServiceError::NotAllowed { .. } | ServiceError::NotOperator),
                "{path}"
            );
        }
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn another_users_token_is_treated_as_unknown() {
    let fixture = SelfServiceFixture::open().await;
    let other = fixture.other_users_token().await;
    let assigned = fixture.create_assigned_token("FORGED-1", &other.assigned_to.clone().unwrap().id).await;
    let free = fixture.create_token("FORGED-2").await;
    let nobody = serde_json::from_value(json!(NOBODY)).unwrap();
    let expected = activate(&fixture.person, &nobody, &right_code()).await;
    assert_eq!(expected.json::<Value>(), denied("gone"));
    for token in [&other.id, &assigned, &free] {
        let before = fixture.read_token(token).await;
        let answer = activate(&fixture.person, token, &right_code()).await;
        assert_eq!((answer.status, &answer.body), (expected.status, &expected.body));
        assert_eq!(fixture.read_token(token).await, before, "nothing was changed");
    }
    assert_eq!(fixture.app.stats().await["writesByKind"]["activate"], 0, "no code was sent");
}

#[tokio::test]
async fn a_user_named_in_the_request_is_ignored() {
    let fixture = SelfServiceFixture::open().await;
    let (me, other) = (fixture.me().await, fixture.other_users_token().await.assigned_to.unwrap().id);
    let token = fixture.create_token("FORGED-3").await;
    let body = json!({
        "serial": "FORGED-3", "code": right_code(),
        "user": other, "userId": other, "oid": other, "holder": { "id": other },
    });
    assert_eq!(activated_token(&fixture.person.call("/api/my/claim", body).await).id, token);
    assert_eq!(fixture.read_token(&token).await.assigned_to.unwrap().id, me);
    let named = fixture.person.call("/api/my/tokens", json!({ "user": other, "oid": other })).await;
    assert_eq!(named.body, fixture.person.call("/api/my/tokens", json!({})).await.body);
    let by_query = format!("/api/my/tokens?user={}", other.as_str());
    assert_eq!(fixture.person.call(&by_query, json!({})).await.body, named.body);
}

#[tokio::test]
async fn only_requests_as_the_pages_send_them_are_accepted() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    let own = ("sec-fetch-site", "same-origin");
    let json = ("content-type", "application/json");
    for path in CALLS {
        assert_eq!(browser.get(path).await.status, 405, "{path}");
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let request =
                browser.request(method, path).header(own.0, own.1).header(header::CONTENT_TYPE, json.1);
            assert_eq!(browser.send(request, arguments().to_string()).await.status, 405, "{path}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"] {
            assert_eq!(
                post(&browser, path, &[own, ("content-type", kind)]).await.status,
                415,
                "{path} {kind}"
            );
        }
        for site in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example"), ("origin", "null")]
        {
            assert_eq!(post(&browser, path, &[site, json]).await.status, 403, "{path} {site:?}");
        }
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn without_a_session_every_call_is_refused() {
    let app = TestApp::organisation().await;
    let signed_out = Browser::of(&app);
    let ended = Browser::signed_in(&app, "enduser").await;
    let name = ended.cookie("session").unwrap();
    ended.call("/api/session/sign_out", json!({})).await;
    ended.set_cookie("session", &name);
    for browser in [&signed_out, &ended] {
        for path in CALLS {
            let answer = browser.call(path, arguments()).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (401, ServiceError::SignedOut), "{path}");
        }
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn invalid_ids_serials_and_codes_are_not_sent_to_graph() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    let (long, code) = ("9".repeat(129), "123456");
    for (path, body) in [
        (CALLS[0], json!({ "token": "../users", "code": code })),
        (CALLS[0], json!({ "token": "$batch", "code": code })),
        (CALLS[0], json!({ "token": NOBODY, "code": "12345" })),
        (CALLS[0], json!({ "token": NOBODY, "code": 123_456 })),
        (CALLS[0], json!({ "token": NOBODY })),
        (CALLS[0], json!([])),
        (CALLS[1], json!({ "serial": "", "code": code })),
        (CALLS[1], json!({ "serial": "a\nb", "code": code })),
        (CALLS[1], json!({ "serial": long, "code": code })),
        (CALLS[1], json!({ "serial": ["A-1"], "code": code })),
        (CALLS[1], json!({ "serial": "A-1", "code": "12345a" })),
    ] {
        let answer = browser.call(path, body.clone()).await;
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.body);
        assert!(!answer.body.contains("1234"), "{}", answer.body);
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn a_serial_that_looks_like_a_path_or_a_filter_is_a_serial() {
    let fixture = SelfServiceFixture::open().await;
    let before = my_tokens(&fixture.person).await.tokens;
    for serial in ["../../users", "x' or serialNumber ne '", "A-1/activate"] {
        let body = json!({ "serial": serial, "code": "123456" });
        assert_eq!(fixture.person.call("/api/my/claim", body).await.json::<Value>(), denied("not_available"));
    }
    let after = my_tokens(&fixture.person).await.tokens;
    assert_eq!(after, before);
    assert!(after.iter().any(|token| token.status != TokenStatus::Activated));
}
