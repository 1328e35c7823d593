//! Tokens of users: assign, activate, deactivate, unassign.

use practice::PracticeSettings;
use serde_json::{Value, json};
use token_core::token::{HashFunction, Interval};

use crate::test_client::{
    Answer, DEVICES, TestClient, code, device, methods, small, usual_code, walk, with, wrong_code,
};

/// A token with the known secret, and a user without tokens.
async fn pair(client: &TestClient) -> (String, String) {
    (client.create("A-1").await, client.free_user().await)
}

async fn assign(client: &TestClient, user: &str, id: &str) -> Answer {
    client.post(&methods(user), json!({ "device": { "id": id } })).await
}

async fn status(client: &TestClient, id: &str) -> String {
    client.device(id).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_goes_through_its_whole_lifecycle() {
    let client = TestClient::small().await;
    let (id, user) = pair(&client).await;
    let method = format!("{}/{id}", methods(&user));
    let (created, answer) = assign(&client, &user, &id).await;
    assert_eq!((created, &answer["id"]), (201, &id.as_str().into()));
    assert!(answer["createdDateTime"].as_str().unwrap().ends_with('Z'));
    assert_eq!(status(&client, &id).await, "assigned");
    let body = json!({ "verificationCode": usual_code(), "displayName": "Blue" });
    assert_eq!(client.post(&format!("{method}/activate"), body.clone()).await, (204, Value::Null));
    assert_eq!(status(&client, &id).await, "activated");
    assert_eq!(client.device(&id).await["displayName"], "Blue");
    assert_eq!(client.post(&format!("{method}/activate"), body).await.0, 400, "activated already");
    assert_eq!(client.post(&format!("{method}/deactivate"), Value::Null).await.0, 204);
    assert_eq!(status(&client, &id).await, "assigned");
    assert_eq!(client.post(&format!("{method}/deactivate"), Value::Null).await.0, 400);
    assert_eq!(client.delete(&method).await.0, 204);
    assert_eq!(status(&client, &id).await, "available");
    assert_eq!(client.delete(&method).await.0, 404);
}

#[tokio::test]
async fn verifies_codes_with_the_tokens_own_hash_and_interval() {
    let client = TestClient::small().await;
    let users = client.free_users().await;
    let kinds = [
        ("hmacsha1", HashFunction::Sha1, Interval::S30),
        ("hmacsha1", HashFunction::Sha1, Interval::S60),
        ("hmacsha256", HashFunction::Sha256, Interval::S30),
        ("hmacsha256", HashFunction::Sha256, Interval::S60),
    ];
    for ((word, hash, interval), user) in kinds.into_iter().zip(users) {
        let body = with(device(&format!("{word}-{interval:?}")), "hashFunction", word.into());
        let id = client.created(with(body, "timeIntervalInSeconds", interval.seconds().into())).await;
        let body = json!({ "device": { "id": id }, "verificationCode": code(hash, interval).expose() });
        assert_eq!(
            client.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0,
            204,
            "{word} {interval:?}"
        );
        assert_eq!(status(&client, &id).await, "activated");
    }
}

#[tokio::test]
async fn a_wrong_code_fails_the_activation_and_a_right_one_activates_the_token() {
    let client = TestClient::small().await;
    let (id, user) = pair(&client).await;
    let body = json!({ "device": { "id": id }, "verificationCode": wrong_code() });
    let (refused, answer) = client.post(&format!("{}/assignAndActivate", methods(&user)), body).await;
    assert_eq!(refused, 400);
    assert!(!answer.to_string().contains(&wrong_code()));
    let token = client.device(&id).await;
    assert_eq!(
        (&token["status"], &token["assignedTo"]["id"]),
        (&"failedActivation".into(), &user.as_str().into())
    );
    let activate = format!("{}/{id}/activate", methods(&user));
    assert_eq!(client.post(&activate, json!({ "verificationCode": usual_code() })).await.0, 204);
    assert_eq!(status(&client, &id).await, "activated");
}

#[tokio::test]
async fn a_code_is_a_string_of_six_digits() {
    let client = TestClient::small().await;
    let (id, user) = pair(&client).await;
    for code in
        [json!(123_456), json!("12345"), json!("1234567"), json!("12345a"), json!("123 456"), Value::Null]
    {
        let body = json!({ "device": { "id": id }, "verificationCode": code });
        assert_eq!(client.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0, 400);
    }
    assert_eq!(status(&client, &id).await, "available", "nothing happened");
}

#[tokio::test]
async fn assigns_and_activates_by_serial_a_token_that_is_free_or_the_users_own() {
    let client = TestClient::small().await;
    let users = client.free_users().await;
    let by_serial = |user: &str| format!("{}/assignAndActivateBySerialNumber", methods(user));
    let body = |serial: &str| json!({ "serialNumber": serial, "verificationCode": usual_code() });
    let (free, own) = (client.create("FREE").await, client.create("OWN").await);
    assert_eq!(client.post(&by_serial(&users[0]), body("FREE")).await.0, 204);
    assert_eq!(status(&client, &free).await, "activated");
    assert_eq!(assign(&client, &users[0], &own).await.0, 201);
    assert_eq!(client.post(&by_serial(&users[1]), body("OWN")).await.0, 409, "somebody else's");
    assert_eq!(client.post(&by_serial(&users[0]), body("OWN")).await.0, 204);
    assert_eq!(status(&client, &own).await, "activated");
    assert_eq!(client.post(&by_serial(&users[0]), body("OWN")).await.0, 400, "activated already");
    assert_eq!(client.post(&by_serial(&users[0]), body("NONE")).await.0, 404);
}

#[tokio::test]
async fn refuses_a_second_owner() {
    let client = TestClient::small().await;
    let (id, users) = (client.create("A-1").await, client.free_users().await);
    assert_eq!(assign(&client, &users[0], &id).await.0, 201);
    assert_eq!(assign(&client, &users[1], &id).await.0, 409);
    assert_eq!(client.device(&id).await["assignedTo"]["id"], users[0]);
    let others = format!("{}/{id}", methods(&users[1]));
    assert_eq!(client.get(&others).await.0, 404);
    assert_eq!(
        client.post(&format!("{others}/activate"), json!({ "verificationCode": usual_code() })).await.0,
        404
    );
    assert_eq!(client.delete(&others).await.0, 404);
}

#[tokio::test]
async fn refuses_guests_a_sixth_token_and_unknown_users() {
    let client = TestClient::small().await;
    let id = client.create("A-1").await;
    let guest = client.user_named("Ines Fontana").await;
    let full = client.user_named("Petra Fivetokens").await;
    assert_eq!(walk(&client, &methods(&full)).await.len(), 5);
    assert_eq!(assign(&client, &guest, &id).await.0, 400);
    assert_eq!(assign(&client, &full, &id).await.0, 400);
    let (missing, answer) = assign(&client, "nobody@lindenbach.example", &id).await;
    assert_eq!((missing, &answer["error"]["code"]), (404, &"Request_ResourceNotFound".into()));
    let unknown_id = "00000000-0000-4000-8000-000000000000";
    assert_eq!(assign(&client, &client.free_user().await, unknown_id).await.0, 404);
    assert_eq!(status(&client, &id).await, "available");
}

#[tokio::test]
async fn lists_the_tokens_of_a_user_by_id_and_by_name() {
    let client = TestClient::small().await;
    let (id, upn) = (client.create("A-1").await, "siobhan.o'brien@lindenbach.example");
    for token in walk(&client, &methods(upn)).await {
        client.delete(&format!("{}/{}", methods(upn), token["id"].as_str().unwrap())).await;
    }
    assert_eq!(assign(&client, upn, &id).await.0, 201);
    let held = walk(&client, &methods(&client.user_named("Siobhán O'Brien").await)).await;
    assert_eq!(held.len(), 1);
    assert_eq!((&held[0]["id"], &held[0]["device"]["id"]), (&id.as_str().into(), &id.as_str().into()));
    assert_eq!(
        (&held[0]["device"]["status"], &held[0]["device"]["secretKey"]),
        (&"assigned".into(), &Value::Null)
    );
    let one = client.get(&format!("{}/{id}?$select=id", methods(upn))).await.1;
    assert_eq!((&one["id"], &one["device"]), (&id.as_str().into(), &Value::Null));
}

#[tokio::test]
async fn legacy_tokens_are_in_the_list_of_their_user_only() {
    let client =
        TestClient::start(PracticeSettings { tokens: 100, users: 60, ..PracticeSettings::default() }).await;
    let inventory = walk(&client, DEVICES).await;
    let mut legacy = 0;
    for user in walk(&client, "v1.0/users?$select=id").await {
        for method in walk(&client, &methods(user["id"].as_str().unwrap())).await {
            legacy += usize::from(!inventory.iter().any(|token| token["id"] == method["id"]));
        }
    }
    assert_eq!((inventory.len(), legacy), (100, 3));
}

#[tokio::test]
async fn a_legacy_token_is_unassigned_and_deleted_but_not_in_the_inventory() {
    let client =
        TestClient::start(PracticeSettings { tokens: 100, users: 60, ..PracticeSettings::default() }).await;
    let inventory = walk(&client, DEVICES).await;
    let mut legacy = None;
    for user in walk(&client, "v1.0/users?$select=id").await {
        let list = methods(user["id"].as_str().unwrap());
        let held = walk(&client, &list).await;
        let hidden = held.iter().find(|method| !inventory.iter().any(|token| token["id"] == method["id"]));
        legacy = legacy.or(hidden.map(|method| (list, method["id"].as_str().unwrap().to_owned())));
    }
    let (list, id) = legacy.unwrap();
    let (method, device) = (format!("{list}/{id}"), format!("{DEVICES}/{id}"));
    assert_eq!(client.get(&device).await.0, 404);
    assert_eq!(client.patch(&device, json!({ "displayName": "Old" })).await.0, 404);
    assert_eq!(client.delete(&device).await.0, 400, "it is assigned");
    assert_eq!((client.delete(&method).await.0, client.get(&device).await.0), (204, 404));
    assert_eq!((client.delete(&device).await.0, client.delete(&device).await.0), (204, 404));
}

#[tokio::test]
async fn a_new_token_is_not_found_until_it_is_visible() {
    let client = TestClient::start(PracticeSettings { visibility_delay_ms: 3_600_000, ..small() }).await;
    let (id, user) = pair(&client).await;
    assert_eq!(assign(&client, &user, &id).await.0, 404);
    assert_eq!(client.get(&format!("{DEVICES}/{id}")).await.0, 404);
    let by_serial = format!("{}/assignAndActivateBySerialNumber", methods(&user));
    let body = json!({ "serialNumber": "A-1", "verificationCode": usual_code() });
    assert_eq!(client.post(&by_serial, body).await.0, 404);
    assert_eq!(walk(&client, &format!("{DEVICES}?$filter=serialNumber eq 'A-1'")).await.len(), 1);
}

#[tokio::test]
async fn me_is_refused_for_app_tokens() {
    let client = TestClient::small().await;
    let (status, body) = client.get("beta/me/authentication/hardwareOathMethods").await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().contains("delegated"));
}

#[tokio::test]
async fn assigns_by_reference() {
    let client = TestClient::small().await;
    let (id, user) = pair(&client).await;
    let path = format!("{}/{id}/device/assignTo/$ref", methods(&user));
    let url = |user: &str| json!({ "@odata.id": format!("https://graph.microsoft.com/beta/users/{user}") });
    let other = client.user_named("Alex Kim").await;
    for wrong in [
        json!({}),
        json!({ "@odata.id": user }),
        json!({ "@odata.id": format!("https://graph.evil.example/beta/users/{user}") }),
        json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{user}") }),
        json!({ "@odata.id": format!("https://graph.microsoft.com/beta/groups/{user}") }),
        url("00000000-0000-4000-8000-000000000000"),
        url(&other),
        with(url(&user), "device", json!({ "id": id })),
    ] {
        assert_eq!(client.put(&path, wrong.clone()).await.0, 400, "{wrong}");
    }
    assert_eq!(status(&client, &id).await, "available");
    assert_eq!(client.put(&path, url(&user)).await, (204, Value::Null));
    assert_eq!(
        (status(&client, &id).await.as_str(), client.device(&id).await["assignedTo"]["id"].as_str()),
        ("assigned", Some(user.as_str()))
    );
    assert_eq!(client.put(&path, url(&user)).await.0, 409, "assigned already");
    let own = json!({ "@odata.id": format!("{}beta/users/{other}", client.practice.base_url) });
    let missing = "00000000-0000-4000-8000-000000000000";
    let path = |id: &str| format!("{}/{id}/device/assignTo/$ref", methods(&other));
    assert_eq!(client.put(&path(missing), own.clone()).await.0, 404);
    assert_eq!(client.put(&path(&client.create("A-2").await), own).await.0, 204);
    assert_eq!(client.get(&path(missing)).await.0, 405);
    assert_eq!(client.stats().await["writesByKind"]["assign"], 12);
}
