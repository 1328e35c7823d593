//! Devices with clocks of their own: displays, activation, and the simulated sign-in.

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{TestClient, methods, small, usual_code};

async fn display(client: &TestClient, serial: &str) -> Value {
    client.get(&format!("practice/desk/displays?serials={serial}")).await.1[0].clone()
}

async fn signs_in(client: &TestClient, serial: &str) -> bool {
    let (status, answer) = client.post("practice/sign-in", json!({ "serial": serial })).await;
    assert_eq!(status, 200);
    answer["accepted"] == true
}

/// A token whose clock is off by so many seconds, assigned to somebody; the path of its method.
async fn slow_token(client: &TestClient, serial: &str, clock_s: i64) -> String {
    client.post("practice/clocks", json!({ serial: clock_s })).await;
    let id = client.create(serial).await;
    let user = client.free_users().await.remove(0);
    let (status, _) = client.post(&methods(&user), json!({ "device": { "id": id } })).await;
    assert_eq!(status, 201);
    format!("{}/{id}", methods(&user))
}

#[tokio::test]
async fn a_slow_token_that_was_activated_by_its_seed_cannot_sign_in_until_its_display_teaches_the_drift() {
    let client = TestClient::small().await;
    let method = slow_token(&client, "SLOW-1", -200).await;
    let computed = usual_code();
    let (status, answer) =
        client.post(&format!("{method}/activate"), json!({ "verificationCode": computed })).await;
    assert_eq!(status, 204, "{answer}");
    assert!(!signs_in(&client, "SLOW-1").await, "Entra knows a drift of zero");
    assert_eq!(client.post(&format!("{method}/deactivate"), json!({})).await.0, 204);
    let shown = display(&client, "SLOW-1").await["code"].clone();
    assert_eq!(client.post(&format!("{method}/activate"), json!({ "verificationCode": shown })).await.0, 204);
    assert!(signs_in(&client, "SLOW-1").await);
}

#[tokio::test]
async fn each_sign_in_corrects_the_drift_that_is_known() {
    let client = TestClient::small().await;
    let method = slow_token(&client, "AGES", 0).await;
    let shown = display(&client, "AGES").await["code"].clone();
    assert_eq!(client.post(&format!("{method}/activate"), json!({ "verificationCode": shown })).await.0, 204);
    // A little slower each time: each is within a minute of the one before.
    for clock_s in [-30, -60, -90, -120, -150] {
        client.post("practice/clocks", json!({ "AGES": clock_s })).await;
        assert!(signs_in(&client, "AGES").await, "{clock_s}");
    }
    client.post("practice/clocks", json!({ "AGES": -400 })).await;
    assert!(!signs_in(&client, "AGES").await);
}

#[tokio::test]
async fn the_desk_shows_running_displays_and_no_secret() {
    let client = TestClient::start(PracticeSettings { tokens: 400, ..small() }).await;
    let answer = client.request(http::Method::GET, "practice/desk").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let page = answer.text().await.unwrap();
    assert!(policy.contains("script-src 'nonce-") && policy.contains("default-src 'none'"), "{policy}");
    assert!(page.contains("Tokens on my desk") && page.matches("class=\"device\"").count() >= 4, "{page}");
    let displays = client.get("practice/desk/displays").await.1;
    let clocks: Vec<i64> =
        displays.as_array().unwrap().iter().map(|display| display["clockS"].as_i64().unwrap()).collect();
    assert!(clocks.iter().any(|clock| *clock < -120), "one is slow beyond a sign-in: {clocks:?}");
    assert!(clocks.contains(&-259_200), "one is dead: {clocks:?}");
}

#[tokio::test]
async fn an_unknown_serial_cannot_sign_in() {
    let client = TestClient::small().await;
    assert_eq!(client.post("practice/sign-in", json!({ "serial": "NO-SUCH" })).await.0, 404);
}
