//! Expiry and end of sessions.

use std::time::Duration;

use app::api::access::Role;
use serde_json::json;
use server::config::{Access, Lifetimes};
use token_core::error::ServiceError;
use url::Url;

use crate::support::{
    browser::{Browser, parameter},
    connect::connect,
    test_app::{HOUR, TestApp, TestAppBuilder, another_tenant, later, stats},
};

const MINUTE: Duration = Duration::from_secs(60);

async fn short() -> TestApp {
    let lifetimes = Lifetimes { idle: 10 * MINUTE, absolute: 25 * MINUTE };
    TestAppBuilder { lifetimes, ..TestAppBuilder::default() }.with_organisation(Access::Application).await
}

#[tokio::test]
async fn an_idle_session_ends() {
    let app = short().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    later(9 * MINUTE).await;
    assert_eq!(browser.list().await.status, 200);
    later(10 * MINUTE).await;
    let answer = browser.list().await;
    assert_eq!((answer.status.as_u16(), answer.error()), (401, ServiceError::SignedOut));
    assert_eq!(browser.get("/").await.status, 401);
}

#[tokio::test]
async fn a_busy_session_ends_too() {
    let app = short().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    for _ in 0..3 {
        later(8 * MINUTE).await;
        assert_eq!(browser.get("/").await.status, 200);
    }
    later(MINUTE).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_redirects_to_microsofts_sign_out() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let name = browser.cookie("session").unwrap();
    let answer = browser.call("/api/session/sign_out", json!({})).await;
    let go_to = Url::parse(&answer.json::<String>()).unwrap();
    assert!(go_to.path().ends_with("/oauth2/v2.0/logout"), "{go_to}");
    let back = parameter(&go_to, "post_logout_redirect_uri").unwrap();
    assert_eq!(back, "http://localhost:3000/signed-out");
    assert!(parameter(&go_to, "logout_hint").is_some(), "Entra need not ask who");
    assert!(browser.cookie("session").is_none(), "the browser forgets it");
    browser.set_cookie("session", &name);
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    // Entra redirects the browser back to the app.
    let answer = browser.open_entra(&go_to).await;
    assert_eq!(crate::support::browser::sent_on(&answer).as_str(), back);
    assert_eq!(browser.get("/signed-out").await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_the_session_of_one_browser_only() {
    let app = TestApp::organisation().await;
    let (one, other) =
        (Browser::signed_in(&app, "administrator").await, Browser::signed_in(&app, "administrator").await);
    one.call("/api/session/sign_out", json!({})).await;
    assert_eq!(other.list().await.status, 200);
}

#[tokio::test]
async fn an_ended_practice_session_is_not_replaced_by_the_administrators() {
    let app = TestApp::practice().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    let name = browser.cookie("session").unwrap();
    browser.call("/api/session/sign_out", json!({})).await;
    browser.set_cookie("session", &name);
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    assert_eq!(browser.about().await.user.role, Role::SignedOut);
}

#[tokio::test]
async fn an_idle_practice_session_ends_too() {
    let app = TestApp::practice().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    later(HOUR).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

#[tokio::test]
async fn a_forged_id_is_no_session() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    for name in ["", "x", "x.y", "../../etc/passwd", "\u{e9}"] {
        browser.set_cookie("session", &name.replace('\u{e9}', "%C3%A9"));
        assert_eq!(browser.list().await.error(), ServiceError::SignedOut, "{name}");
    }
}

#[tokio::test]
async fn a_session_of_the_practice_tenant_is_invalid_at_a_connected_tenant() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let under_way = Browser::of(&app);
    let url = under_way.begin("").await;
    let back = under_way.choose(&url, "administrator").await;

    let operator = Browser::operator(&app).await;
    connect(&operator, &real).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    let asked = stats(&real).await["tokenRequests"].clone();
    assert_eq!(under_way.come_back(&back).await.location(), "/sign-in", "nor a sign-in under way");
    assert!(under_way.cookie("session").is_none());
    assert_eq!(stats(&real).await["tokenRequests"], asked, "no code of one tenant is sent to another");

    operator.call("/api/settings/disconnect", json!({})).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut, "and it does not come back to life");
}
