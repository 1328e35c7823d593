//! One write at a time for each user, whichever requests they come from.

use practice::Practice;
use serde_json::{Value, json};
use server::config::Access;

use crate::{
    audit::writes::is_guest,
    support::{
        browser::Browser,
        device::new_token,
        recording_proxy::{Gate, Interference, RecordingProxy},
        test_app::{TestAppBuilder, small},
    },
};

async fn new_token_id(browser: &Browser, serial: &str) -> Value {
    let created: Value = browser.apply("create", json!([new_token(serial)])).await.json();
    created["outcomes"][0]["Done"]["id"].clone()
}

async fn assign(browser: &Browser, token: &Value, user: &str) {
    let answer = browser.apply("assign", json!([{ "token": token, "user": user }])).await;
    assert!(answer.body.contains("Done"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_for_one_user_come_one_after_the_other_and_those_for_two_at_once() {
    let practice = Practice::start(&small(), 0).await.unwrap();
    let proxy = RecordingProxy::on(&practice.base_url).await;
    let app =
        TestAppBuilder::default().with_organisation_at(Access::Application, practice, &proxy.address).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let other = Browser::signed_in(&app, "administrator").await;
    let third = Browser::signed_in(&app, "administrator").await;
    let found: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let may = |user: &&Value| user["enabled"] != false && user["guest"] != true && !is_guest(user);
    let users: Vec<&str> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(may)
        .map(|user| user["id"].as_str().unwrap())
        .collect();
    let mut tokens = Vec::new();
    for serial in ["ONE", "TWO", "THREE"] {
        tokens.push(new_token_id(&browser, serial).await);
    }
    let gate = Gate::closed(format!("/users/{}/authentication/hardwareOathMethods", users[0]));
    proxy.interfere(Interference::Hold(gate.clone()));
    tokio::join!(assign(&browser, &tokens[0], users[0]), assign(&other, &tokens[1], users[0]), async {
        gate.arrival().await;
        // While Microsoft works on one user's write, another user's is made from its beginning to its end.
        assign(&third, &tokens[2], users[1]).await;
        assert_eq!(gate.arrivals(), 0, "two writes for one user at once");
        gate.open();
    });
    gate.arrival().await;
}
