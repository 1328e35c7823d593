//! Creating tokens, one at a time and in bulk.

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{DEVICES, TestClient, device, methods, small, with, without};

fn wide() -> PracticeSettings {
    let grant = vec![
        "Policy.ReadWrite.AuthenticationMethod",
        "UserAuthenticationMethod.ReadWrite.All",
        "User.Read.All",
    ];
    PracticeSettings { grant, ..small() }
}

fn bulk(items: Vec<Value>) -> Value {
    json!({ "@context": "#$delta", "value": items })
}

#[tokio::test]
async fn creates_a_token_and_does_not_return_its_secret() {
    let client = TestClient::small().await;
    let (status, token) = client.post(DEVICES, with(device("0012"), "displayName", "Spare".into())).await;
    assert_eq!(status, 201);
    assert_eq!((&token["serialNumber"], &token["displayName"]), (&"0012".into(), &"Spare".into()));
    assert_eq!(
        (&token["secretKey"], &token["status"], &token["assignedTo"]),
        (&Value::Null, &"available".into(), &Value::Null)
    );
}

#[tokio::test]
async fn a_missing_hash_means_sha1() {
    let client = TestClient::small().await;
    let id = client.created(without(device("A-1"), "hashFunction")).await;
    assert_eq!(client.device(&id).await["hashFunction"], "hmacsha1");
}

#[tokio::test]
async fn refuses_invalid_tokens() {
    let client = TestClient::small().await;
    let wrong = [
        without(device("A"), "serialNumber"),
        without(device("A"), "manufacturer"),
        without(device("A"), "model"),
        without(device("A"), "secretKey"),
        without(device("A"), "timeIntervalInSeconds"),
        device(""),
        with(device("A"), "serialNumber", 12.into()),
        with(device("A"), "secretKey", "JBSWY3DPEHPK3PX1".into()),
        with(device("A"), "secretKey", "jbswy3dpehpk3pxp".into()),
        with(device("A"), "secretKey", "JBSWY3DP EHPK3PXP".into()),
        with(device("A"), "secretKey", "JBSWY3DPEHPK3PXPJA======".into()),
        with(device("A"), "secretKey", "ABC".into()),
        with(device("A"), "secretKey", "A".repeat(136).into()),
        with(device("A"), "timeIntervalInSeconds", 45.into()),
        with(device("A"), "timeIntervalInSeconds", "30".into()),
        with(device("A"), "hashFunction", "HmacSHA1".into()),
        with(device("A"), "hashFunction", "hmacsha512".into()),
        with(device("A"), "status", "activated".into()),
        json!([device("A")]),
    ];
    for body in wrong {
        let (status, answer) = client.post(DEVICES, body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["error"]["innerError"]["request-id"].is_string());
        let secret = body["secretKey"].as_str().unwrap_or("JBSWY3DPEHPK3PXP");
        assert!(!answer.to_string().contains(secret), "an answer repeats a secret");
    }
    let longest = with(device("A"), "secretKey", "A".repeat(128).into());
    assert_eq!(client.post(DEVICES, longest).await.0, 201);
}

#[tokio::test]
async fn refuses_a_serial_twice_in_any_case() {
    let client = TestClient::small().await;
    client.create("abc-1").await;
    let (status, body) = client.post(DEVICES, device("ABC-1")).await;
    assert_eq!((status, &body["error"]["code"]), (409, &"conflict".into()));
}

#[tokio::test]
async fn refuses_a_body_without_the_content_type_json() {
    let client = TestClient::small().await;
    let request = client.request(http::Method::POST, DEVICES).body(device("A").to_string());
    assert_eq!(crate::test_client::answer(request).await.unwrap().0, 400);
}

#[tokio::test]
async fn creates_and_assigns_at_once_with_the_status_available() {
    let client = TestClient::start(wide()).await;
    let user = client.free_user().await;
    let (status, token) = client.post(DEVICES, with(device("A-1"), "assignTo", json!({ "id": user }))).await;
    assert_eq!(
        (status, &token["status"], &token["assignedTo"]["id"]),
        (201, &"available".into(), &user.as_str().into())
    );
    let id = token["id"].as_str().unwrap();
    assert_eq!(client.device(id).await["status"], "assigned");
    assert_eq!(client.get(&format!("{}/{id}", methods(&user))).await.0, 200);
}

#[tokio::test]
async fn creates_nothing_when_it_may_not_be_assigned() {
    let client = TestClient::start(wide()).await;
    let guest = client.user_named("Ines Fontana").await;
    let full = client.user_named("Petra Fivetokens").await;
    let upn = "siobhan.o'brien@lindenbach.example";
    for (owner, expected) in [(guest.as_str(), 400), (&full, 400), (upn, 404)] {
        let body = with(device("A-1"), "assignTo", json!({ "id": owner }));
        assert_eq!(client.post(DEVICES, body).await.0, expected, "{owner}");
    }
    assert_eq!(
        client.post(DEVICES, with(device("A-1"), "assignTo", json!({ "userPrincipalName": upn }))).await.0,
        400
    );
    client.create("A-1").await;
}

#[tokio::test]
async fn bulk_creates_all_with_201() {
    let client = TestClient::small().await;
    let items =
        (1..=3).map(|n| with(device(&format!("B-{n}")), "@contentId", n.to_string().into())).collect();
    let (status, answer) = client.patch(DEVICES, bulk(items)).await;
    assert_eq!(status, 201);
    for (at, item) in answer["value"].as_array().unwrap().iter().enumerate() {
        assert_eq!(item["@odata.type"], "#microsoft.graph.hardwareOathAuthenticationMethod");
        assert_eq!(item["@contentId"], (at + 1).to_string());
        assert_eq!(item["device"]["serialNumber"], format!("B-{}", at + 1));
        assert_eq!((&item["device"]["id"], &item["device"]["secretKey"]), (&item["id"], &Value::Null));
    }
    assert_eq!(client.stats().await["writesByKind"]["create"], 3);
}

#[tokio::test]
async fn bulk_annotates_the_items_that_fail_and_creates_the_others() {
    let client = TestClient::small().await;
    let item = |n: &str, serial| with(device(serial), "@contentId", n.into());
    let broken = with(item("3", "B-3"), "secretKey", "not base32".into());
    let (status, answer) =
        client.patch(DEVICES, bulk(vec![item("1", "B-1"), item("2", "b-1"), broken])).await;
    assert_eq!(status, 200);
    assert_eq!(answer["value"][0]["device"]["serialNumber"], "B-1");
    for (at, code) in [(1, 409), (2, 400)] {
        let exception = &answer["value"][at]["@Core.DataModificationException"];
        assert_eq!(exception["responseCode"], code);
        assert!(exception["info"]["message"].is_string());
    }
    assert!(!answer.to_string().contains("not base32"));
}

#[tokio::test]
async fn bulk_refuses_a_payload_that_is_no_delta() {
    let client = TestClient::small().await;
    let item = with(device("B-1"), "@contentId", "1".into());
    let wrong = [
        json!({ "value": [item] }),
        json!({ "@context": "#delta", "value": [item] }),
        bulk(vec![]),
        bulk(vec![device("B-1")]),
        bulk(vec![item.clone(), item.clone()]),
        item.clone(),
    ];
    for body in wrong {
        assert_eq!(client.patch(DEVICES, body.clone()).await.0, 400, "{body}");
    }
    client.create("B-1").await;
}
