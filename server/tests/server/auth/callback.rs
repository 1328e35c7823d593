//! Forged callbacks: with a wrong, used or expired state, or from another browser.

use http::StatusCode;
use url::Url;

use crate::support::{
    browser::{Browser, TestResponse, parameter, with},
    test_app::TestApp,
};

/// Asserts that the sign-in was refused with an error on the sign-in page, and that there is no new session.
async fn is_refused(browser: &Browser, answer: &TestResponse, session: Option<String>) {
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"));
    let is_session = |cookie: &String| cookie.contains("token-inventory-session");
    assert!(!answer.cookies().iter().any(is_session), "{:?}", answer.cookies());
    assert_eq!(browser.cookie("session"), session);
    let page = browser.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
}

async fn has_invalid_state(browser: &Browser, answer: &TestResponse) {
    is_refused(browser, answer, None).await;
    let problem = browser.about().await.problem.unwrap();
    assert!(
        problem.contains("was not begun in this browser") && problem.contains("sign in again"),
        "{problem}"
    );
}

/// How many token requests the app has sent.
async fn redeemed(app: &TestApp) -> u64 {
    app.stats().await["tokenRequests"].as_u64().unwrap()
}

async fn at_entra(app: &TestApp) -> (Browser, Url) {
    let browser = Browser::of(app);
    let url = browser.begin("").await;
    let back = browser.choose(&url, "administrator").await;
    (browser, back)
}

#[tokio::test]
async fn a_forged_state_is_refused_before_entra_is_asked() {
    let app = TestApp::organisation().await;
    let (browser, back) = at_entra(&app).await;
    for forged in ["", "forged", &parameter(&back, "state").unwrap()[1..]] {
        let answer = browser.come_back(&with(&back, "state", forged)).await;
        has_invalid_state(&browser, &answer).await;
    }
    assert_eq!(redeemed(&app).await, 0);
    assert_eq!(browser.come_back(&back).await.location(), "/", "the right state still works");
}

#[tokio::test]
async fn a_callback_is_refused_in_another_browser() {
    let app = TestApp::organisation().await;
    let (_, back) = at_entra(&app).await;
    let (victim, _) = at_entra(&app).await;
    let answer = victim.come_back(&back).await;
    has_invalid_state(&victim, &answer).await;
    assert_eq!(redeemed(&app).await, 0);
    let (_, back) = at_entra(&app).await;
    let empty = Browser::of(&app);
    is_refused(&empty, &empty.come_back(&back).await, None).await;
    assert_eq!(redeemed(&app).await, 0);
}

#[tokio::test]
async fn a_callback_is_accepted_once() {
    let app = TestApp::organisation().await;
    let (browser, back) = at_entra(&app).await;
    assert_eq!(browser.come_back(&back).await.location(), "/");
    let asked = redeemed(&app).await;
    let session = browser.cookie("session");
    is_refused(&browser, &browser.come_back(&back).await, session).await;
    assert_eq!(redeemed(&app).await, asked);
    assert_eq!(browser.list().await.status, 200, "the session of the first callback stays valid");
}

#[tokio::test]
async fn another_browsers_code_is_refused_by_pkce() {
    let app = TestApp::organisation().await;
    let (_, stolen) = at_entra(&app).await;
    let (thief, own) = at_entra(&app).await;
    let answer = thief.come_back(&with(&own, "code", &parameter(&stolen, "code").unwrap())).await;
    is_refused(&thief, &answer, None).await;
    assert_eq!(redeemed(&app).await, 1);
}

#[tokio::test]
async fn an_expired_code_is_refused_with_an_error() {
    let app = TestApp::organisation().await;
    let (browser, back) = at_entra(&app).await;
    app.switch("age?seconds=601").await;
    is_refused(&browser, &browser.come_back(&back).await, None).await;
    let problem = browser.about().await.problem.unwrap();
    assert!(problem.to_lowercase().contains("sign in again"), "{problem}");
}

#[tokio::test]
async fn a_callback_without_a_code_is_refused() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let state = parameter(&browser.begin("").await, "state").unwrap();
    let answer = browser.get(&format!("/auth/callback?state={state}")).await;
    has_invalid_state(&browser, &answer).await;
}

#[tokio::test]
async fn callbacks_of_admin_consent_change_nothing() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let session = browser.cookie("session");
    let state = parameter(&browser.begin("?choose=true").await, "state").unwrap();
    for query in [
        "admin_consent=True&tenant=00000000-0000-4000-8000-000000000000&state=consent",
        "admin_consent=True&code=forged",
        &format!("admin_consent=True&state={state}&code=forged"),
        "error=access_denied&error_description=no&admin_consent=True",
    ] {
        let answer = browser.get(&format!("/auth/callback?{query}")).await;
        assert_eq!(answer.location(), "/settings?consent=answered", "{query}");
        assert!(answer.cookies().is_empty(), "{query}");
    }
    assert_eq!(browser.cookie("session"), session);
    assert_eq!(browser.about().await.problem, None);
    // A pending sign-in stays valid.
    let other = Browser::of(&app);
    let url = other.begin("").await;
    let back = other.choose(&url, "enduser").await;
    other.get(&format!("/auth/callback?admin_consent=True&{}", back.query().unwrap())).await;
    assert!(other.cookie("session").is_none());
    assert_eq!(other.come_back(&back).await.location(), "/my");
}
