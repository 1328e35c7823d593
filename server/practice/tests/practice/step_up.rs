//! Claims challenges: writes that need a stronger or a more recent sign-in.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, Method};
use practice::PracticeSettings;
use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, claims, denied, refused},
    test_client::{DEVICES, TestClient, device, methods, small, usual_code},
};

const MINE: &str = "beta/me/authentication/hardwareOathMethods";

async fn strict() -> TestClient {
    TestClient::start(PracticeSettings { step_up: true, ..small() }).await
}

async fn send(client: &TestClient, access: &Value, method: Method, path: &str, body: Value) -> Response {
    let url = format!("{}{path}", client.practice.base_url);
    let request = client.http.request(method, url).bearer_auth(access.as_str().unwrap());
    if body.is_null() { request } else { request.json(&body) }.send().await.unwrap()
}

/// The claims of a challenge.
fn challenge_claims(client: &TestClient, header: &str) -> String {
    let p = &client.practice;
    let begin = format!(
        "Bearer realm=\"\", authorization_uri=\"{}{}/oauth2/v2.0/authorize\", error=\"insufficient_claims\", claims=\"",
        p.base_url, p.tenant_id
    );
    let claims = header.strip_prefix(&begin).expect(header).strip_suffix('"').unwrap();
    String::from_utf8(BASE64_STANDARD.decode(claims).unwrap()).unwrap()
}

fn challenge(headers: &HeaderMap) -> &str {
    headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test]
async fn a_write_is_challenged_until_the_user_signs_in_with_the_claims() {
    let client = strict().await;
    let browser = Browser::new(&client);
    let access = browser.tokens("administrator", &[]).await["access_token"].clone();
    assert_eq!(
        send(&client, &access, Method::GET, DEVICES, Value::Null).await.status(),
        200,
        "reads are not challenged"
    );
    let refused = send(&client, &access, Method::POST, DEVICES, device("A-1")).await;
    assert_eq!(refused.status(), 401);
    let wanted = challenge_claims(&client, challenge(refused.headers()));
    assert_eq!(
        serde_json::from_str::<Value>(&wanted).unwrap(),
        json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } })
    );
    let tokens = browser.tokens("administrator", &[("claims", &wanted)]).await;
    assert_eq!(claims(&tokens["access_token"])["acrs"], json!(["c1"]));
    let made = send(&client, &tokens["access_token"], Method::POST, DEVICES, device("A-1")).await;
    assert_eq!(made.status(), 201);
    let (_, refreshed) = browser.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).await;
    let made = send(&client, &refreshed["access_token"], Method::POST, DEVICES, device("A-2")).await;
    assert_eq!(made.status(), 201, "a refresh keeps it");
}

#[tokio::test]
async fn each_item_of_a_batch_is_challenged() {
    let client = strict().await;
    let access = Browser::new(&client).tokens("administrator", &[]).await["access_token"].clone();
    let url = "/directory/authenticationMethodDevices/hardwareOathDevices";
    let requests = json!({ "requests": [
        { "id": "read", "method": "GET", "url": url },
        { "id": "write", "method": "POST", "url": url, "headers": { "Content-Type": "application/json" }, "body": device("A-1") },
    ] });
    let batch = send(&client, &access, Method::POST, "beta/$batch", requests).await;
    assert_eq!(batch.status(), 200);
    let batch: Value = batch.json().await.unwrap();
    for item in batch["responses"].as_array().unwrap() {
        let header = &item["headers"]["WWW-Authenticate"];
        if item["id"] == "read" {
            assert_eq!((&item["status"], header), (&json!(200), &Value::Null));
        } else {
            assert_eq!(item["status"], 401);
            assert!(challenge_claims(&client, header.as_str().unwrap()).contains("acrs"));
        }
    }
}

#[tokio::test]
async fn a_challenge_may_be_hidden_in_the_message_of_a_404() {
    let client =
        TestClient::start(PracticeSettings { step_up: true, hidden_challenge: true, ..small() }).await;
    let access = Browser::new(&client).tokens("administrator", &[]).await["access_token"].clone();
    let refused = send(&client, &access, Method::POST, DEVICES, device("A-1")).await;
    assert_eq!(refused.status(), 404);
    assert!(refused.headers().get("www-authenticate").is_none());
    let error = refused.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["code"], "Unauthorized");
    let claims = error["message"].as_str().unwrap().strip_prefix("Additional claims required ").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(claims).unwrap(),
        json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } })
    );
}

#[tokio::test]
async fn an_app_alone_is_never_challenged() {
    strict().await.create("A-1").await;
}

#[tokio::test]
async fn step_up_needs_interaction() {
    let client = strict().await;
    let browser = Browser::new(&client);
    let wanted = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let tokens = browser.tokens("administrator", &[]).await;
    let silent = browser.authorize(&[("claims", wanted), ("prompt", "none")]).await;
    assert_eq!(refused(&silent), ("interaction_required".into(), "50076".into()));
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let by_refresh = denied(browser.refresh(refresh, &[("claims", wanted)]).await);
    assert_eq!(by_refresh, (400, "interaction_required".into(), 50076));
    browser.code("administrator", &[("claims", wanted)]).await;
    assert_eq!(browser.authorize(&[("claims", wanted)]).await.status(), 302, "one step-up suffices");
    browser.test_control("age?seconds=601").await;
    assert_eq!(browser.authorize(&[("claims", wanted)]).await.status(), 200, "for ten minutes");
}

#[tokio::test]
async fn changing_ones_own_tokens_needs_a_recent_sign_in() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let tokens = browser.tokens("enduser", &[]).await;
    let oid = claims(&tokens["id_token"])["oid"].as_str().unwrap().to_owned();
    let id = client.create("A-1").await;
    client.post(&methods(&oid), json!({ "device": { "id": id } })).await;
    browser.test_control("age?seconds=601").await;
    let path = format!("{MINE}/{id}/activate");
    let code = json!({ "verificationCode": usual_code() });
    let access = &tokens["access_token"];
    assert_eq!(send(&client, access, Method::GET, MINE, Value::Null).await.status(), 200, "reading does not");
    let late = send(&client, access, Method::POST, &path, code.clone()).await;
    assert_eq!(late.status(), 401);
    let wanted = challenge_claims(&client, challenge(late.headers()));
    let fresh = browser.tokens("enduser", &[("claims", &wanted)]).await["access_token"].clone();
    assert_eq!(send(&client, &fresh, Method::POST, &path, code).await.status(), 204);
}
