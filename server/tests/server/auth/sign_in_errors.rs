//! Sign-ins that Entra refuses, or whose id_token is invalid: an error for the user, and no session.

use http::StatusCode;

use crate::support::{
    browser::{Browser, parameter},
    test_app::{TestApp, later},
};

/// The ways in which the practice Entra makes an id_token invalid, and a part of the error.
const WRONG: [(&str, &str); 10] = [
    ("nonce", "answers another sign-in"),
    ("tenant", "another tenant"),
    ("issuer", "another issuer"),
    ("audience", "another app"),
    ("expired", "has expired"),
    ("not-yet", "not valid yet"),
    ("signature", "signature is wrong"),
    ("key", "a key that Microsoft Entra does not publish"),
    ("algorithm", "RS256"),
    ("no-oid", "object id"),
];

#[tokio::test]
async fn an_invalid_id_token_signs_nobody_in() {
    let app = TestApp::organisation().await;
    for (wrong, words) in WRONG {
        let browser = Browser::of(&app);
        app.switch(&format!("next-id-token?wrong={wrong}")).await;
        let answer = browser.sign_in("administrator").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{wrong}");
        assert!(browser.cookie("session").is_none(), "{wrong}");
        assert_eq!(browser.list().await.status, 401, "{wrong}");
        let problem = browser.about().await.problem.unwrap();
        assert!(problem.contains(words), "{wrong}: {problem}");
        let answer = browser.sign_in_from("?choose=true", "administrator").await;
        assert_eq!(answer.location(), "/", "after {wrong} the next sign-in works");
    }
}

#[tokio::test]
async fn a_failed_second_sign_in_keeps_the_session() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    app.switch("next-id-token?wrong=nonce").await;
    assert_eq!(browser.sign_in_from("?choose=true", "administrator").await.location(), "/sign-in");
    assert!(browser.about().await.problem.unwrap().contains("answers another sign-in"));
    assert_eq!(browser.list().await.status, 200);
}

#[tokio::test]
async fn a_new_signing_key_is_fetched() {
    let app = TestApp::organisation().await;
    Browser::signed_in(&app, "administrator").await;
    app.switch("rotate-keys").await;
    Browser::signed_in(&app, "administrator").await;
}

#[tokio::test]
async fn unknown_signing_keys_are_fetched_once_a_minute_at_most() {
    let app = TestApp::organisation().await;
    app.switch("next-id-token?wrong=key").await;
    assert_eq!(Browser::of(&app).sign_in("administrator").await.location(), "/sign-in");
    app.switch("rotate-keys").await;
    let browser = Browser::of(&app);
    assert_eq!(browser.sign_in("administrator").await.location(), "/sign-in");
    assert!(browser.about().await.problem.unwrap().contains("again in a minute"));
    later(std::time::Duration::from_secs(60)).await;
    Browser::signed_in(&app, "administrator").await;
}

#[tokio::test]
async fn a_user_who_refuses_consent_is_told_what_to_do() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    assert_eq!(browser.sign_in("refuse").await.location(), "/sign-in");
    let page = browser.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.body.contains("You did not agree to what Token Inventory asked for."), "{}", page.body);
    let other = Browser::of(&app);
    assert_eq!(other.about().await.problem, None, "another browser does not show the error");
    browser.sign_in("enduser").await;
    assert_eq!(browser.about().await.problem, None, "the next sign-in removes it");
}

#[tokio::test]
async fn a_forged_error_description_is_not_shown() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let state = parameter(&browser.begin("").await, "state").unwrap();
    let description = "AADSTS99999%3A%20%3Cscript%3Ealert(1)%3C%2Fscript%3E%20call%20555-1234";
    let query = format!("error=%3Cb%3Epay%3C%2Fb%3E&error_description={description}&state={state}");
    let answer = browser.get(&format!("/auth/callback?{query}")).await;
    assert_eq!(answer.location(), "/sign-in");
    let page = browser.get("/sign-in").await;
    for foreign in ["<script>alert", "alert(1)", "<b>pay", "pay<", "555-1234"] {
        assert!(!page.body.contains(foreign), "{foreign} in {}", page.body);
    }
    assert!(browser.about().await.problem.unwrap().contains("did not complete the sign-in"));
}

#[tokio::test]
async fn an_error_without_a_pending_sign_in_of_this_browser_is_not_shown() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    browser.begin("").await;
    let query = "error=access_denied&error_description=AADSTS50105%3A%20no&state=forged";
    browser.get(&format!("/auth/callback?{query}")).await;
    let problem = browser.about().await.problem.unwrap();
    assert!(
        !problem.contains("not assigned") && problem.contains("was not begun in this browser"),
        "{problem}"
    );
}
