//! The local operator's one-time link.

use app::api::access::Role;
use http::StatusCode;
use url::Url;

use crate::support::{
    browser::{Browser, TestResponse, parameter, target},
    test_app::{HOUR, TestApp, TestAppBuilder, later},
};

fn link(app: &TestApp) -> String {
    target(app.link.as_ref().unwrap())
}

fn is_refused(browser: &Browser, answer: &TestResponse) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.body.contains("has been opened already")
            && answer.body.contains("Start Token Inventory again")
    );
    assert!(answer.cookies().is_empty() && browser.cookie("operator").is_none());
}

#[tokio::test]
async fn the_link_makes_its_user_the_operator() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    assert!(browser.about().await.can_connect);
    let answer = browser.get(&link(&app)).await;
    assert_eq!(answer.status, StatusCode::OK, "a page that goes on by itself");
    assert!(answer.body.contains("content=\"0;url=/settings\""), "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = answer.cookies().swap_remove(0);
    assert!(cookie.starts_with("token-inventory-operator-3000="), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let user = browser.about().await.user;
    assert_eq!((user.role, user.operator), (Role::Administrator, true));
}

#[tokio::test]
async fn the_link_works_once() {
    let app = TestApp::practice().await;
    let operator = Browser::operator(&app).await;
    let second = Browser::of(&app);
    is_refused(&second, &second.get(&link(&app)).await);
    assert!(!second.about().await.user.operator);
    let again = operator.get(&link(&app)).await;
    assert_eq!(again.location(), "/settings", "reloading the link is no error for the operator");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_the_right_one_still_works() {
    let app = TestApp::practice().await;
    let key = parameter(app.link.as_ref().unwrap(), "key").unwrap();
    assert!(key.len() >= 43, "256 bits: {}", key.len());
    let browser = Browser::of(&app);
    for wrong in ["", "?key=", "?key=guess", &format!("?key={}", &key[1..]), &format!("?key={key}a")] {
        is_refused(&browser, &browser.get(&format!("/auth/operator{wrong}")).await);
    }
    Browser::operator(&app).await;
}

#[tokio::test]
async fn the_cookie_of_the_operator_cannot_be_forged() {
    let app = TestApp::practice().await;
    let key = parameter(app.link.as_ref().unwrap(), "key").unwrap();
    for made_up in ["", "x", &key] {
        let browser = Browser::of(&app);
        browser.set_cookie("operator", made_up);
        assert!(!browser.about().await.user.operator);
    }
    Browser::operator(&app).await;
    let browser = Browser::of(&app);
    browser.set_cookie("operator", &key);
    assert!(!browser.about().await.user.operator, "the link's key is no cookie");
}

#[tokio::test]
async fn the_link_works_on_this_machine_only() {
    let app = TestApp::practice().await;
    for address in ["192.0.2.1", "10.0.0.7", "2001:db8::1", "0.0.0.0", "::ffff:192.0.2.1"] {
        let browser = Browser::at(&app, address.parse().unwrap());
        is_refused(&browser, &browser.get(&link(&app)).await);
    }
    Browser::operator(&app).await;
}

#[tokio::test]
async fn with_a_public_url_beyond_this_machine_there_is_no_link() {
    let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
    for public_url in ["https://tokens.example", "http://192.0.2.1:3000"] {
        let app = TestAppBuilder { public_url, ..TestAppBuilder::default() }.with_practice(&nowhere).await;
        assert!(app.link.is_none(), "{public_url}");
        let browser = Browser::of(&app);
        assert!(!browser.about().await.can_connect);
        is_refused(&browser, &browser.get("/auth/operator?key=").await);
    }
}

#[tokio::test]
async fn signing_out_ends_the_operators_rights() {
    let app = TestApp::practice().await;
    let browser = Browser::operator(&app).await;
    let cookie = browser.cookie("operator").unwrap();
    let answer = browser.call("/api/session/sign_out", serde_json::json!({})).await;
    assert!(answer.json::<String>().ends_with("/signed-out"), "{}", answer.body);
    assert!(browser.cookie("operator").is_none(), "the browser forgets it");
    browser.set_cookie("operator", &cookie);
    assert!(!browser.about().await.user.operator);
}

#[tokio::test]
async fn the_operators_rights_end_after_an_hour_without_a_request() {
    let app = TestApp::practice().await;
    let browser = Browser::operator(&app).await;
    later(HOUR / 2).await;
    assert!(browser.about().await.user.operator);
    later(HOUR).await;
    assert!(!browser.about().await.user.operator);
}
