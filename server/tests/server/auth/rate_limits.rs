//! The rate limits of sign-ins and of codes.

use http::{StatusCode, header};
use serde_json::{Value, json};
use token_core::error::ServiceError;

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::TestApp,
};

/// Sends so many requests; returns the first response that refuses, if one does.
async fn flood(browser: &Browser, path: &str, times: usize) -> Option<TestResponse> {
    for _ in 0..times {
        let answer = browser.get(path).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return Some(answer);
        }
    }
    None
}

#[tokio::test]
async fn sign_ins_are_limited_by_address() {
    let app = TestApp::practice().await;
    for (number, path) in
        ["/auth/sign-in", "/auth/callback?state=x", "/auth/operator?key=x"].iter().enumerate()
    {
        let flooding = Browser::at(&app, format!("192.0.2.{number}").parse().unwrap());
        let refusal = flood(&flooding, path, 200).await.expect("a refusal");
        let wait: u64 = refusal.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(refusal.body.contains("Too many attempts. Wait"), "{}", refusal.body);
        assert!(refusal.cookies().is_empty());
        let neighbour = Browser::at(&app, format!("198.51.100.{number}").parse().unwrap());
        assert!(flood(&neighbour, path, 5).await.is_none(), "{path}");
        assert_eq!(flooding.list().await.status, 200, "other requests are not limited");
    }
}

/// The arguments for so many activations, each of which the practice tenant would refuse.
fn activations(count: usize) -> Value {
    let guid = "00000000-0000-4000-8000-000000000001";
    Value::from(vec![json!({ "token": guid, "user": guid, "code": "123456" }); count])
}

#[tokio::test]
async fn codes_are_counted_by_session_and_over_both_kinds_of_change() {
    let app = TestApp::organisation().await;
    let (one, other) =
        (Browser::signed_in(&app, "administrator").await, Browser::signed_in(&app, "administrator").await);
    // More than the limit of one call: they are counted and then refused, so that no request goes to Graph.
    let many = activations(1_000);
    for kind in ["activate", "assign_and_activate", "activate"] {
        let answer = one.apply(kind, many.clone()).await;
        assert!(matches!(answer.error(), ServiceError::Invalid { .. }), "{}", answer.body);
    }
    for kind in ["activate", "assign_and_activate"] {
        let answer = one.apply(kind, many.clone()).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(matches!(answer.error(), ServiceError::RateLimited { after_ms: 1.. }), "{}", answer.body);
    }
    let answer = other.apply("activate", many).await;
    assert!(matches!(answer.error(), ServiceError::Invalid { .. }), "another session may: {}", answer.body);
    assert_eq!(app.graph_requests().await, 0);
}
