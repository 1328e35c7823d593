//! `GRAPH_ACCESS=delegated`: administrators act with their own Entra roles.

use http::StatusCode;
use practice::PracticeSettings;
use serde_json::json;
use server::config::Access;
use token_core::{
    error::ServiceError,
    ports::{Outcome, RefusalKind},
    token::Token,
};

use crate::support::{
    browser::{Browser, TestResponse, parameter},
    device::new_token,
    test_app::{TestApp, TestAppBuilder, small},
};

async fn create(browser: &Browser, serial: &str) -> TestResponse {
    browser.apply("create", json!([new_token(serial)])).await
}

/// The outcome for the one token.
fn outcome(answer: &TestResponse) -> Outcome<Token> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.outcomes().swap_remove(0)
}

#[tokio::test]
async fn the_sign_in_requests_offline_access_to_graph() {
    let app = TestApp::delegated().await;
    let scope = parameter(&Browser::of(&app).begin("").await, "scope").unwrap();
    assert_eq!(scope, "openid profile offline_access https://graph.microsoft.com/.default");
}

#[tokio::test]
async fn an_administrator_writes_with_their_own_token() {
    let app = TestApp::delegated().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let asked = app.stats().await["tokenRequests"].clone();
    assert!(matches!(outcome(&create(&browser, "OWN-1").await), Outcome::Done(_)));
    assert_eq!(app.stats().await["tokenRequests"], asked, "the app's own token is not asked for");
}

#[tokio::test]
async fn a_reader_may_list_and_is_told_which_role_writing_needs() {
    let app = TestApp::delegated().await;
    let browser = Browser::signed_in(&app, "reader").await;
    assert_eq!(browser.list().await.status, 200);
    let Outcome::Refused(refusal) = outcome(&create(&browser, "READER-1").await) else {
        panic!("not refused")
    };
    assert_eq!(refusal.kind, RefusalKind::Forbidden);
    assert!(
        refusal.message.contains("Either you lack the Entra role (Authentication Policy Administrator"),
        "{}",
        refusal.message
    );
}

#[tokio::test]
async fn with_the_apps_own_access_the_reader_may_write() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "reader").await;
    assert!(matches!(outcome(&create(&browser, "READER-2").await), Outcome::Done(_)));
}

#[tokio::test]
async fn an_expired_access_token_is_refreshed() {
    let app = TestApp::delegated().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    assert_eq!(browser.list().await.status, 200);
    app.switch("age?seconds=3600").await;
    assert_eq!(browser.list().await.status, 200);
    let stats = app.stats().await;
    assert_eq!((&stats["refreshes"], &stats["signIns"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn after_a_refused_refresh_the_user_signs_in_again() {
    let app = TestApp::delegated().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    app.switch("revoke-sessions").await;
    assert_eq!(browser.list().await.status, 200, "the access token is still valid");
    app.switch("age?seconds=3600").await;
    for _ in 0..2 {
        let answer = browser.list().await;
        assert_eq!((answer.status, answer.error()), (StatusCode::UNAUTHORIZED, ServiceError::SignedOut));
    }
    browser.sign_in_from("?choose=true", "administrator").await;
    assert_eq!(browser.list().await.status, 200);
}

async fn with_step_up() -> TestApp {
    let practice = PracticeSettings { step_up: true, ..small() };
    TestAppBuilder { practice, ..TestAppBuilder::default() }.with_organisation(Access::Delegated).await
}

#[tokio::test]
async fn a_challenge_leads_through_sign_in_and_back_to_the_work() {
    let app = with_step_up().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    assert_eq!(browser.list().await.status, 200, "reading needs no step-up");
    let answer = create(&browser, "STEP-1").await;
    assert_eq!((answer.status, answer.error()), (StatusCode::UNAUTHORIZED, ServiceError::StepUp));

    let url = browser.begin("?return=%2Fimport").await;
    let claims = parameter(&url, "claims").expect("the claims of the challenge");
    assert!(claims.contains("acrs") && claims.contains("c1"), "{claims}");
    assert!(parameter(&url, "login_hint").is_some(), "Entra need not ask who");
    let back = browser.choose(&url, "administrator").await;
    assert_eq!(browser.come_back(&back).await.location(), "/import");
    assert!(matches!(outcome(&create(&browser, "STEP-1").await), Outcome::Done(_)));
}

#[tokio::test]
async fn a_challenge_stays_until_it_is_answered() {
    let app = with_step_up().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    create(&browser, "STEP-2").await;
    browser.begin("").await;
    let again = browser.begin("").await;
    assert!(parameter(&again, "claims").is_some(), "a second sign-in requests the claims again");
}

#[tokio::test]
async fn an_end_user_reaches_no_inventory_with_the_rights_over_their_own_tokens() {
    let app = TestApp::delegated().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    assert_eq!(browser.list().await.status, 403);
    assert_eq!(app.graph_requests().await, 0);
}
