//! `$batch`: order, dependencies, and what makes one malformed.

use std::collections::HashSet;

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{DEVICES, TestClient, device, small, usual_code, with, without, wrong_code};

const OATH: &str = "/directory/authenticationMethodDevices/hardwareOathDevices";

fn get(id: &str, url: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": url })
}

fn post(id: &str, url: &str, body: Value) -> Value {
    json!({ "id": id, "method": "POST", "url": url, "headers": { "Content-Type": "application/json" }, "body": body })
}

async fn run(client: &TestClient, requests: Vec<Value>) -> Value {
    let (status, body) = client.post("beta/$batch", json!({ "requests": requests })).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn of<'a>(answer: &'a Value, id: &str) -> &'a Value {
    answer["responses"].as_array().unwrap().iter().find(|response| response["id"] == id).unwrap()
}

#[tokio::test]
async fn answers_each_item_as_if_it_had_come_alone() {
    let client = TestClient::small().await;
    let answer = run(
        &client,
        vec![
            get("list", &format!("{OATH}?$top=2")),
            post("made", OATH, device("A-1")),
            post("broken", OATH, without(device("A-2"), "model")),
            get("nothing", "/beta/users"),
        ],
    )
    .await;
    let status = |id| of(&answer, id)["status"].as_u64().unwrap();
    assert_eq!([status("list"), status("made"), status("broken"), status("nothing")], [200, 201, 400, 400]);
    assert_eq!(of(&answer, "list")["body"]["value"].as_array().unwrap().len(), 2);
    assert!(of(&answer, "broken")["body"]["error"]["innerError"]["request-id"].is_string());
    let stats = client.stats().await;
    assert_eq!((&stats["requests"], &stats["batches"], &stats["writes"]), (&1.into(), &1.into(), &2.into()));
}

#[tokio::test]
async fn items_run_after_their_dependencies_and_fail_with_them() {
    let client = TestClient::small().await;
    let (id, user) = (client.create("A-1").await, client.free_user().await);
    let methods = format!("/users/{user}/authentication/hardwareOathMethods");
    let chain = |code: String| {
        let activate =
            post("activate", &format!("{methods}/{id}/activate"), json!({ "verificationCode": code }));
        vec![
            with(get("read", &format!("{methods}/{id}")), "dependsOn", json!(["Activate"])),
            with(activate, "dependsOn", json!(["assign"])),
            post("assign", &methods, json!({ "device": { "id": id } })),
        ]
    };
    let answer = run(&client, chain(usual_code())).await;
    assert_eq!(of(&answer, "activate")["status"], 204);
    assert_eq!(of(&answer, "read")["body"]["device"]["status"], "activated");
    let answer = run(&client, chain(wrong_code())).await;
    assert_eq!(of(&answer, "assign")["status"], 409);
    for id in ["activate", "read"] {
        assert_eq!(of(&answer, id)["status"], 424, "items with a failed dependency fail");
    }
}

#[tokio::test]
async fn shuffles_its_answers_in_the_same_way_each_time() {
    let order = async |seed| {
        let client = TestClient::start(PracticeSettings { seed, ..small() }).await;
        let requests = (0..20).map(|n| get(&n.to_string(), "/users")).collect();
        let answer = run(&client, requests).await;
        let ids = answer["responses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|response| response["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let first = order(1).await;
    let sorted: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    assert_eq!(first.iter().collect::<HashSet<_>>().len(), 20);
    assert_ne!(first, sorted);
    assert_eq!(first, order(1).await);
    assert_ne!(first, order(2).await);
}

#[tokio::test]
async fn sends_headers_item_by_item() {
    let client = TestClient::small().await;
    let search = "/users?$search=\"displayName:o'brien\"";
    let header = json!({ "ConsistencyLevel": "eventual" });
    let answer =
        run(&client, vec![get("without", search), with(get("with", search), "headers", header)]).await;
    assert_eq!(
        (&of(&answer, "without")["status"], &of(&answer, "with")["status"]),
        (&400.into(), &200.into())
    );
}

#[tokio::test]
async fn a_guests_name_must_be_encoded_in_an_items_url_too() {
    let client = TestClient::small().await;
    let upn = "ines.fontana_partner.example#EXT#@lindenbach.example";
    let encoded = format!("/users/{}", upn.replace('#', "%23"));
    let answer = run(&client, vec![get("raw", &format!("/users/{upn}")), get("encoded", &encoded)]).await;
    assert_eq!(
        (&of(&answer, "raw")["status"], &of(&answer, "encoded")["status"]),
        (&404.into(), &200.into())
    );
}

#[tokio::test]
async fn refuses_a_malformed_batch_as_a_whole() {
    let client = TestClient::small().await;
    let many = |count: usize| (0..count).map(|n| get(&n.to_string(), "/users")).collect::<Vec<_>>();
    let wrong = [
        json!({}),
        json!({ "requests": [] }),
        json!({ "requests": many(21) }),
        json!({ "requests": [get("a", "/users"), get("A", "/users")] }),
        json!({ "requests": [get("a", "/users")["url"]] }),
        json!({ "requests": [without(get("a", "/users"), "id")] }),
        json!({ "requests": [with(get("a", "/users"), "method", "LIST".into())] }),
        json!({ "requests": [with(get("a", "/users"), "dependsOn", json!(["b"]))] }),
        json!({ "requests": [with(get("a", "/users"), "dependsOn", json!(["a"]))] }),
        json!({ "requests": [post("a", "/$batch", json!({ "requests": many(1) }))] }),
    ];
    for body in wrong {
        assert_eq!(client.post("beta/$batch", body.clone()).await.0, 400, "{body}");
    }
    assert_eq!(client.post("v1.0/$batch", json!({ "requests": many(20) })).await.0, 200);
}

#[tokio::test]
async fn one_write_without_body_or_content_type_fails_the_whole_batch() {
    let client = TestClient::small().await;
    let act = format!("/users/{}/authentication/hardwareOathMethods/x/deactivate", client.free_user().await);
    let wrong = [
        without(post("bad", OATH, device("A-3")), "headers"),
        without(post("bad", &act, Value::Null), "body"),
        post("bad", &act, Value::Null),
        with(without(post("bad", OATH, device("A-3")), "body"), "method", "PATCH".into()),
    ];
    for item in wrong {
        let requests = vec![post("made", OATH, device("A-1")), item];
        let (status, answer) = client.post("beta/$batch", json!({ "requests": requests })).await;
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("id : bad"), "{answer}");
    }
    let answer = run(&client, vec![post("none", &act, json!({}))]).await;
    assert_eq!(of(&answer, "none")["status"], 404, "an empty body suffices");
    assert_eq!(client.stats().await["writes"], 1, "the first item was never executed");
}

#[tokio::test]
async fn items_cannot_leave_the_version_of_the_batch() {
    let client = TestClient::small().await;
    let body = json!({ "requests": [get("a", OATH)] });
    let (_, answer) = client.post("v1.0/$batch", body).await;
    assert_eq!(of(&answer, "a")["status"], 400);
    assert_eq!(client.get(DEVICES).await.0, 200);
}
