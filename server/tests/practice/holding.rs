//! Tokens in users' hands: assign, activate, deactivate, unassign.

use serde_json::{Value, json};
use server::practice::Settings;
use token_core::token::{HashFunction, Interval};

use crate::bench::{
    Answer, Bench, DEVICES, code, device, methods, small, usual_code, walk, with, wrong_code,
};

/// A token with the known secret, and a user without tokens.
async fn pair(bench: &Bench) -> (String, String) {
    (bench.create("A-1").await, bench.free_user().await)
}

async fn assign(bench: &Bench, user: &str, id: &str) -> Answer {
    bench.post(&methods(user), json!({ "device": { "id": id } })).await
}

async fn status(bench: &Bench, id: &str) -> String {
    bench.device(id).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_goes_through_its_whole_life() {
    let bench = Bench::small().await;
    let (id, user) = pair(&bench).await;
    let method = format!("{}/{id}", methods(&user));
    let (created, answer) = assign(&bench, &user, &id).await;
    assert_eq!((created, &answer["id"]), (201, &id.as_str().into()));
    assert!(answer["createdDateTime"].as_str().unwrap().ends_with('Z'));
    assert_eq!(status(&bench, &id).await, "assigned");
    let body = json!({ "verificationCode": usual_code(), "displayName": "Blue" });
    assert_eq!(bench.post(&format!("{method}/activate"), body.clone()).await, (204, Value::Null));
    assert_eq!(status(&bench, &id).await, "activated");
    assert_eq!(bench.device(&id).await["displayName"], "Blue");
    assert_eq!(bench.post(&format!("{method}/activate"), body).await.0, 400, "activated already");
    assert_eq!(bench.post(&format!("{method}/deactivate"), Value::Null).await.0, 204);
    assert_eq!(status(&bench, &id).await, "assigned");
    assert_eq!(bench.post(&format!("{method}/deactivate"), Value::Null).await.0, 400);
    assert_eq!(bench.delete(&method).await.0, 204);
    assert_eq!(status(&bench, &id).await, "available");
    assert_eq!(bench.delete(&method).await.0, 404);
}

#[tokio::test]
async fn verifies_codes_with_the_tokens_own_hash_and_interval() {
    let bench = Bench::small().await;
    let users = bench.free_users().await;
    let kinds = [
        ("hmacsha1", HashFunction::Sha1, Interval::S30),
        ("hmacsha1", HashFunction::Sha1, Interval::S60),
        ("hmacsha256", HashFunction::Sha256, Interval::S30),
        ("hmacsha256", HashFunction::Sha256, Interval::S60),
    ];
    for ((word, hash, interval), user) in kinds.into_iter().zip(users) {
        let body = with(device(&format!("{word}-{interval:?}")), "hashFunction", word.into());
        let id = bench.created(with(body, "timeIntervalInSeconds", interval.seconds().into())).await;
        let body = json!({ "device": { "id": id }, "verificationCode": code(hash, interval).expose() });
        assert_eq!(
            bench.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0,
            204,
            "{word} {interval:?}"
        );
        assert_eq!(status(&bench, &id).await, "activated");
    }
}

#[tokio::test]
async fn a_wrong_code_fails_the_activation_and_a_right_one_heals_it() {
    let bench = Bench::small().await;
    let (id, user) = pair(&bench).await;
    let body = json!({ "device": { "id": id }, "verificationCode": wrong_code() });
    let (refused, answer) = bench.post(&format!("{}/assignAndActivate", methods(&user)), body).await;
    assert_eq!(refused, 400);
    assert!(!answer.to_string().contains(&wrong_code()));
    let token = bench.device(&id).await;
    assert_eq!(
        (&token["status"], &token["assignedTo"]["id"]),
        (&"failedActivation".into(), &user.as_str().into())
    );
    let activate = format!("{}/{id}/activate", methods(&user));
    assert_eq!(bench.post(&activate, json!({ "verificationCode": usual_code() })).await.0, 204);
    assert_eq!(status(&bench, &id).await, "activated");
}

#[tokio::test]
async fn a_code_is_a_string_of_six_digits() {
    let bench = Bench::small().await;
    let (id, user) = pair(&bench).await;
    for code in
        [json!(123_456), json!("12345"), json!("1234567"), json!("12345a"), json!("123 456"), Value::Null]
    {
        let body = json!({ "device": { "id": id }, "verificationCode": code });
        assert_eq!(bench.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0, 400);
    }
    assert_eq!(status(&bench, &id).await, "available", "nothing happened");
}

#[tokio::test]
async fn assigns_and_activates_by_serial_a_token_that_is_free_or_the_users_own() {
    let bench = Bench::small().await;
    let users = bench.free_users().await;
    let by_serial = |user: &str| format!("{}/assignAndActivateBySerialNumber", methods(user));
    let body = |serial: &str| json!({ "serialNumber": serial, "verificationCode": usual_code() });
    let (free, own) = (bench.create("FREE").await, bench.create("OWN").await);
    assert_eq!(bench.post(&by_serial(&users[0]), body("FREE")).await.0, 204);
    assert_eq!(status(&bench, &free).await, "activated");
    assert_eq!(assign(&bench, &users[0], &own).await.0, 201);
    assert_eq!(bench.post(&by_serial(&users[1]), body("OWN")).await.0, 409, "somebody else's");
    assert_eq!(bench.post(&by_serial(&users[0]), body("OWN")).await.0, 204);
    assert_eq!(status(&bench, &own).await, "activated");
    assert_eq!(bench.post(&by_serial(&users[0]), body("OWN")).await.0, 400, "activated already");
    assert_eq!(bench.post(&by_serial(&users[0]), body("NONE")).await.0, 404);
}

#[tokio::test]
async fn refuses_a_second_owner() {
    let bench = Bench::small().await;
    let (id, users) = (bench.create("A-1").await, bench.free_users().await);
    assert_eq!(assign(&bench, &users[0], &id).await.0, 201);
    assert_eq!(assign(&bench, &users[1], &id).await.0, 409);
    assert_eq!(bench.device(&id).await["assignedTo"]["id"], users[0]);
    let others = format!("{}/{id}", methods(&users[1]));
    assert_eq!(bench.get(&others).await.0, 404);
    assert_eq!(
        bench.post(&format!("{others}/activate"), json!({ "verificationCode": usual_code() })).await.0,
        404
    );
    assert_eq!(bench.delete(&others).await.0, 404);
}

#[tokio::test]
async fn refuses_guests_a_sixth_token_and_strangers() {
    let bench = Bench::small().await;
    let id = bench.create("A-1").await;
    let guest = bench.user_named("Ines Fontana").await;
    let full = bench.user_named("Petra Fivetokens").await;
    assert_eq!(walk(&bench, &methods(&full)).await.len(), 5);
    assert_eq!(assign(&bench, &guest, &id).await.0, 400);
    assert_eq!(assign(&bench, &full, &id).await.0, 400);
    let (missing, answer) = assign(&bench, "nobody@lindenbach.example", &id).await;
    assert_eq!((missing, &answer["error"]["code"]), (404, &"Request_ResourceNotFound".into()));
    let stranger = "00000000-0000-4000-8000-000000000000";
    assert_eq!(assign(&bench, &bench.free_user().await, stranger).await.0, 404);
    assert_eq!(status(&bench, &id).await, "available");
}

#[tokio::test]
async fn lists_what_a_user_holds_by_id_and_by_name() {
    let bench = Bench::small().await;
    let (id, upn) = (bench.create("A-1").await, "siobhan.o'brien@lindenbach.example");
    for token in walk(&bench, &methods(upn)).await {
        bench.delete(&format!("{}/{}", methods(upn), token["id"].as_str().unwrap())).await;
    }
    assert_eq!(assign(&bench, upn, &id).await.0, 201);
    let held = walk(&bench, &methods(&bench.user_named("Siobhán O'Brien").await)).await;
    assert_eq!(held.len(), 1);
    assert_eq!((&held[0]["id"], &held[0]["device"]["id"]), (&id.as_str().into(), &id.as_str().into()));
    assert_eq!(
        (&held[0]["device"]["status"], &held[0]["device"]["secretKey"]),
        (&"assigned".into(), &Value::Null)
    );
    let one = bench.get(&format!("{}/{id}?$select=id", methods(upn))).await.1;
    assert_eq!((&one["id"], &one["device"]), (&id.as_str().into(), &Value::Null));
}

#[tokio::test]
async fn legacy_tokens_are_in_their_holders_list_only() {
    let bench = Bench::start(Settings { tokens: 100, users: 60, ..Settings::default() }).await;
    let inventory = walk(&bench, DEVICES).await;
    let mut legacy = 0;
    for user in walk(&bench, "v1.0/users?$select=id").await {
        for method in walk(&bench, &methods(user["id"].as_str().unwrap())).await {
            legacy += usize::from(!inventory.iter().any(|token| token["id"] == method["id"]));
        }
    }
    assert_eq!((inventory.len(), legacy), (100, 3));
}

#[tokio::test]
async fn a_legacy_token_is_unassigned_and_deleted_but_never_shown() {
    let bench = Bench::start(Settings { tokens: 100, users: 60, ..Settings::default() }).await;
    let inventory = walk(&bench, DEVICES).await;
    let mut legacy = None;
    for user in walk(&bench, "v1.0/users?$select=id").await {
        let list = methods(user["id"].as_str().unwrap());
        let held = walk(&bench, &list).await;
        let hidden = held.iter().find(|method| !inventory.iter().any(|token| token["id"] == method["id"]));
        legacy = legacy.or(hidden.map(|method| (list, method["id"].as_str().unwrap().to_owned())));
    }
    let (list, id) = legacy.unwrap();
    let (method, device) = (format!("{list}/{id}"), format!("{DEVICES}/{id}"));
    assert_eq!(bench.get(&device).await.0, 404);
    assert_eq!(bench.patch(&device, json!({ "displayName": "Old" })).await.0, 404);
    assert_eq!(bench.delete(&device).await.0, 400, "somebody holds it");
    assert_eq!((bench.delete(&method).await.0, bench.get(&device).await.0), (204, 404));
    assert_eq!((bench.delete(&device).await.0, bench.delete(&device).await.0), (204, 404));
}

#[tokio::test]
async fn a_new_token_is_not_found_until_it_is_visible() {
    let bench = Bench::start(Settings { visibility_delay_ms: 3_600_000, ..small() }).await;
    let (id, user) = pair(&bench).await;
    assert_eq!(assign(&bench, &user, &id).await.0, 404);
    assert_eq!(bench.get(&format!("{DEVICES}/{id}")).await.0, 404);
    let by_serial = format!("{}/assignAndActivateBySerialNumber", methods(&user));
    let body = json!({ "serialNumber": "A-1", "verificationCode": usual_code() });
    assert_eq!(bench.post(&by_serial, body).await.0, 404);
    assert_eq!(walk(&bench, &format!("{DEVICES}?$filter=serialNumber eq 'A-1'")).await.len(), 1);
}

#[tokio::test]
async fn me_is_not_for_apps() {
    let bench = Bench::small().await;
    let (status, body) = bench.get("beta/me/authentication/hardwareOathMethods").await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().contains("delegated"));
}
