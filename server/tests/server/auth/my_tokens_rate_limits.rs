//! The rate limits of self-service.

use http::StatusCode;
use serde_json::Value;
use token_core::{error::ServiceError, token::TokenId};

use crate::support::{
    browser::{Browser, TestResponse},
    self_service::{SelfServiceFixture, activate, claim, denied},
    test_app::TestApp,
};

fn is_too_many(answer: &TestResponse, longest_ms: u64) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
    let ServiceError::RateLimited { after_ms } = answer.error() else { panic!("{}", answer.body) };
    assert!((1..=longest_ms).contains(&after_ms), "{after_ms}");
}

#[tokio::test]
async fn reads_of_ones_own_tokens_are_limited_by_person() {
    let fixture = SelfServiceFixture::open().await;
    let read = async || fixture.person.call("/api/my/tokens", serde_json::json!({})).await;
    let mut refusal = None;
    for _ in 0..200 {
        let before = fixture.app.graph_requests().await;
        let answer = read().await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(fixture.app.graph_requests().await, before, "Graph is not asked");
            refusal = Some(answer);
            break;
        }
    }
    is_too_many(&refusal.expect("a refusal"), 2_000);
    let answer = fixture.admin.call("/api/my/tokens", serde_json::json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "others are not limited");
}

#[tokio::test]
async fn guessing_serials_is_limited_however_often_the_user_signs_in() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    for number in 0..5 {
        let answer = claim(&browser, &format!("GUESS-{number}"), "123456").await;
        assert_eq!(answer.json::<Value>(), denied("not_available"));
    }
    let before = app.graph_requests().await;
    is_too_many(&claim(&browser, "GUESS-5", "123456").await, 3_600_000);
    let elsewhere = Browser::at(&app, "192.0.2.7".parse().unwrap());
    assert_eq!(elsewhere.sign_in("enduser").await.location(), "/my");
    is_too_many(&claim(&elsewhere, "GUESS-6", "123456").await, 3_600_000);
    browser.sign_in_from("?choose=true", "enduser").await;
    is_too_many(&claim(&browser, "GUESS-7", "123456").await, 3_600_000);
    assert_eq!(app.graph_requests().await, before, "Graph was not asked");
    let other = Browser::signed_in(&app, "reader").await;
    assert_eq!(claim(&other, "GUESS-8", "123456").await.json::<Value>(), denied("not_available"));
}

#[tokio::test]
async fn codes_for_ones_own_tokens_are_counted_by_user() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "enduser").await;
    let nothing = TokenId::parse("00000000-0000-4000-8000-000000000001").unwrap();
    for _ in 0..10 {
        assert_eq!(activate(&browser, &nothing, "123456").await.json::<Value>(), denied("gone"));
    }
    is_too_many(&activate(&browser, &nothing, "123456").await, 60_000);
    let again = Browser::signed_in(&app, "enduser").await;
    is_too_many(&activate(&again, &nothing, "123456").await, 60_000);
}
