//! The user of a session and their role are asserted again: what was removed at Entra ends the session.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;
use server::config::{Access, Lifetimes};
use token_core::{audit::AuditLogPage, error::ServiceError};

use crate::support::{
    browser::{Browser, parameter},
    test_app::{HOUR, TestApp, TestAppBuilder, later},
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_removed_role_ends_the_rights_within_half_an_hour() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    app.switch("remove-role?who=administrator").await;
    assert_eq!(browser.list().await.status, StatusCode::OK, "it was asserted a moment ago");
    later(30 * MINUTE).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    // Who signs in again is an end user.
    browser.sign_in_from("?choose=true", "administrator").await;
    assert!(matches!(browser.list().await.error(), ServiceError::NotAllowed { .. }));
}

#[tokio::test]
async fn a_revoked_sign_in_ends_the_session() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    app.switch("revoke-sessions").await;
    later(30 * MINUTE).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    let other = Browser::signed_in(&app, "reader").await;
    let page: AuditLogPage = other.call("/api/audit/list", json!({ "ask": {} })).await.json();
    let page = format!("{page:?}");
    assert!(page.contains("did not confirm the sign-in again"), "{page}");
}

#[tokio::test]
async fn an_unchanged_role_is_asserted_silently_and_by_one_request() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    later(20 * MINUTE).await;
    let before = app.stats().await["tokenRequests"].as_u64().unwrap();
    for _ in 0..3 {
        assert_eq!(browser.get("/signed-in").await.status, StatusCode::OK);
    }
    assert_eq!(app.stats().await["tokenRequests"].as_u64().unwrap(), before + 1);
    later(29 * MINUTE).await;
    assert_eq!(browser.list().await.status, StatusCode::OK);
}

#[tokio::test]
async fn polling_does_not_keep_a_session_alive() {
    let lifetimes = Lifetimes { idle: 10 * MINUTE, absolute: 12 * HOUR };
    let builder = TestAppBuilder { lifetimes, ..TestAppBuilder::default() };
    let app = builder.with_organisation(Access::Application).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    for (path, body) in [
        ("/api/audit/newer", json!({ "ask": {} })),
        ("/api/audit/status", json!({})),
        ("/api/trial/read", json!({})),
    ] {
        later(3 * MINUTE).await;
        assert_eq!(browser.call(path, body).await.status, StatusCode::OK, "{path}");
    }
    later(MINUTE).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

#[tokio::test]
async fn signing_out_at_microsoft_ends_the_session_of_that_sign_in() {
    let app = TestApp::organisation().await;
    let (one, other) = (Browser::of(&app), Browser::signed_in(&app, "administrator").await);
    let back = one.choose(&one.begin("").await, "administrator").await;
    one.come_back(&back).await;
    let sid = parameter(&back, "session_state").unwrap();
    // Entra's page loads the address in a frame: without cookies, from another site.
    let frame = Browser::of(&app);
    let path = format!("/auth/front-channel-logout?sid={sid}&iss=x");
    let request = frame.request(Method::GET, &path).header("sec-fetch-site", "cross-site");
    let answer = frame.send(request, "").await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    assert_eq!(one.list().await.error(), ServiceError::SignedOut);
    assert_eq!(other.list().await.status, StatusCode::OK);
    assert_eq!(frame.get("/auth/front-channel-logout").await.status, StatusCode::OK, "nothing is named");
    assert_eq!(other.list().await.status, StatusCode::OK);
}
