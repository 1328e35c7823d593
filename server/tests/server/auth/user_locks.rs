//! One write at a time for each user, whichever requests they come from.

use practice::PracticeSettings;
use serde_json::{Value, json};
use server::config::Access;

use crate::{
    audit::writes::is_guest,
    support::{
        browser::Browser,
        device::new_token,
        test_app::{TestApp, TestAppBuilder, http, small},
    },
};

/// Long enough for a second request to arrive while Microsoft works on the first.
const LATENCY_MS: u64 = 200;

async fn new_token_id(browser: &Browser, serial: &str) -> Value {
    let created: Value = browser.apply("create", json!([new_token(serial)])).await.json();
    created["outcomes"][0]["Done"]["id"].clone()
}

/// Assigns two new tokens at the same time; returns the most requests that Microsoft had at once.
async fn assign_at_once(app: &TestApp, serial: &str, users: [&Value; 2]) -> u64 {
    let browser = Browser::signed_in(app, "administrator").await;
    let other = Browser::signed_in(app, "administrator").await;
    let tokens = [new_token_id(&browser, serial).await, new_token_id(&browser, &format!("{serial}-2")).await];
    let reset = format!("{}practice/stats/reset", app.practice.base_url);
    assert!(http().post(reset).send().await.unwrap().status().is_success());
    let (one, two) = tokio::join!(
        browser.apply("assign", json!([{ "token": tokens[0], "user": users[0] }])),
        other.apply("assign", json!([{ "token": tokens[1], "user": users[1] }])),
    );
    assert!(one.body.contains("Done") && two.body.contains("Done"), "{} {}", one.body, two.body);
    app.stats().await["maxInFlight"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_for_one_user_come_one_after_the_other_and_those_for_two_at_once() {
    let practice = PracticeSettings { latency_ms: LATENCY_MS, ..small() };
    let app =
        TestAppBuilder { practice, ..TestAppBuilder::default() }.with_organisation(Access::Application).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let found: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let may = |user: &&Value| user["enabled"] != false && user["guest"] != true && !is_guest(user);
    let users: Vec<&Value> =
        found["items"].as_array().unwrap().iter().filter(may).map(|user| &user["id"]).collect();
    assert_eq!(assign_at_once(&app, "TWO", [users[0], users[1]]).await, 2);
    assert_eq!(assign_at_once(&app, "ONE", [users[2], users[2]]).await, 1);
}
