//! The server functions of *Settings → Trial*.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    trial::{TrialPhase, TrialStart, TrialState},
};

use crate::support::{
    browser::Browser,
    test_app::{ROLE, TestApp},
};

async fn read(browser: &Browser) -> Option<TrialState> {
    browser.call("/api/trial/read", json!({})).await.json()
}

/// Reads the trial until it has ended.
async fn ended(browser: &Browser) -> TrialState {
    loop {
        match read(browser).await {
            Some(state) if state.phase == TrialPhase::Ended => return state,
            _ => tokio::task::yield_now().await,
        }
    }
}

/// The user principal name of an enabled member with room.
async fn member(browser: &Browser) -> String {
    for letter in 'a'..='z' {
        let body = json!({ "text": letter.to_string(), "after": null });
        let found: Value = browser.call("/api/users/search", body).await.json();
        let users = found["items"].as_array().unwrap();
        for user in users.iter().filter(|user| user["enabled"] == true && user["guest"] == false) {
            let held: Value =
                browser.call("/api/users/holdings", json!({ "users": [user["id"]] })).await.json();
            if held[0]["Ok"].as_array().unwrap().is_empty() {
                return user["upn"].as_str().unwrap().to_owned();
            }
        }
    }
    panic!("nobody fits");
}

async fn start(browser: &Browser, upn: &str) -> TrialStart {
    browser.call("/api/trial/start", json!({ "upn": upn, "collide": false })).await.json()
}

#[tokio::test]
async fn an_administrator_sees_a_trial_until_its_end() {
    for app in [TestApp::organisation().await, TestApp::delegated().await] {
        let browser = Browser::signed_in(&app, "administrator").await;
        assert_eq!(read(&browser).await, None);
        let upn = member(&browser).await;
        assert_eq!(start(&browser, &upn).await, TrialStart::Began);
        let state = ended(&browser).await;
        assert!(state.is_as_assumed(), "{state:#?}");
        let refused = start(&browser, "nobody@contoso.example").await;
        assert!(matches!(refused, TrialStart::Refused(why) if why.contains("no user")));
        assert_eq!(read(&browser).await, Some(state), "a trial that did not begin replaces nothing");
    }
}

#[tokio::test]
async fn a_trial_can_be_stopped_from_another_browser() {
    let app = TestApp::organisation().await;
    let (one, other) =
        (Browser::signed_in(&app, "administrator").await, Browser::signed_in(&app, "administrator").await);
    let upn = member(&one).await;
    assert_eq!(start(&one, &upn).await, TrialStart::Began);
    assert_eq!(other.call("/api/trial/stop", json!({})).await.status, 200);
    let state = ended(&one).await;
    assert!(state.results.len() < state.steps().count() && state.left_over.is_empty(), "{state:#?}");
}

#[tokio::test]
async fn nobody_else_may_try_or_see_it() {
    let app = TestApp::organisation().await;
    for (who, error) in [
        ("auditor", ServiceError::NotAllowed { role: ROLE.to_owned() }),
        ("enduser", ServiceError::NotAllowed { role: ROLE.to_owned() }),
    ] {
        let browser = Browser::signed_in(&app, who).await;
        let before = app.graph_requests().await;
        for (path, body) in [
            ("/api/trial/start", json!({ "upn": "ann@contoso.example", "collide": true })),
            ("/api/trial/read", json!({})),
            ("/api/trial/stop", json!({})),
        ] {
            let answer = browser.call(path, body).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (403, error.clone()), "{who} {path}");
        }
        assert_eq!(app.graph_requests().await, before);
    }
}
