//! A person's own tokens, by `/me` with delegated permissions.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    otp::Code,
    ports::Outcome,
    token::{SerialNumber, TokenId},
    user::UserId,
};
use wiremock::{Request, ResponseTemplate};

use crate::{
    mock_entra::ACCESS,
    person::{DelegatedAccess, never},
};

const BATCH: &str = "/beta/$batch";
const METHODS: &str = "/me/authentication/hardwareOathMethods";
const TOKEN: &str = "00000000-0000-4000-8000-000000000001";
const ME: &str = "00000000-0000-4000-8000-000000000901";

fn items(request: &Request) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["requests"].as_array().unwrap().clone()
}

/// Delegated access to a Graph that responds to each item like this.
async fn answered(status: u16, body: Value) -> DelegatedAccess {
    let delegated = DelegatedAccess::start(3599, never).await;
    let batch = move |request: &Request| {
        let answer = |item: &Value| json!({ "id": item["id"], "status": status, "body": body });
        let responses: Vec<Value> = items(request).iter().map(answer).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
    };
    delegated.entra.on("POST", BATCH, batch).await;
    delegated
}

#[tokio::test]
async fn paths_begin_with_me() {
    let delegated = answered(204, json!(null)).await;
    let (user, token) = (UserId::parse(ME).unwrap(), TokenId::parse(TOKEN).unwrap());
    let (code, serial) = (Code::parse("058865").unwrap(), SerialNumber::parse("A-1").unwrap());
    let me = delegated.directory.me(&user);
    for outcome in
        [me.activate(&token, &code).await, me.claim(&serial, &code).await, me.release(&token).await]
    {
        assert_eq!(outcome, Ok(Outcome::Done(())));
    }
    let received = delegated.entra.received(BATCH).await;
    let sent: Vec<String> = received
        .iter()
        .flat_map(items)
        .map(|item| format!("{} {}", item["method"].as_str().unwrap(), item["url"].as_str().unwrap()))
        .collect();
    assert_eq!(
        sent,
        [
            format!("POST {METHODS}/{TOKEN}/activate"),
            format!("POST {METHODS}/assignAndActivateBySerialNumber"),
            format!("DELETE {METHODS}/{TOKEN}"),
        ]
    );
    for request in received {
        assert_eq!(request.headers["authorization"], format!("Bearer {ACCESS}").as_str());
    }
}

#[tokio::test]
async fn listed_tokens_are_assigned_to_the_person() {
    let method =
        json!({ "id": TOKEN, "device": { "id": TOKEN, "serialNumber": "A-1", "status": "available" } });
    let delegated = answered(200, json!({ "value": [method] })).await;
    let user = UserId::parse(ME).unwrap();
    let tokens = delegated.directory.me(&user).tokens().await.unwrap();
    assert_eq!(tokens[0].assigned_to.as_ref().unwrap().id, user);
    assert_eq!(items(&delegated.entra.received(BATCH).await[0])[0]["url"], METHODS);
}

#[tokio::test]
async fn the_persons_list_may_go_on_under_their_id_and_no_other() {
    const OTHER: &str = "00000000-0000-4000-8000-000000000902";
    let method = |number: u32| json!({ "id": TOKEN, "device": { "id": TOKEN, "serialNumber": format!("A-{number}") } });
    for (path, is_own) in [
        ("/me".to_owned(), true),
        (format!("/users/{ME}"), true),
        (format!("/users('{ME}')"), true),
        (format!("/users('{OTHER}')"), false),
    ] {
        let delegated = DelegatedAccess::start(3599, never).await;
        let next = format!("/beta{path}/authentication/hardwareOathMethods");
        let link = format!("{}{next}?$skiptoken=1", delegated.entra.server.uri());
        let first = json!({ "value": [method(1)], "@odata.nextLink": link });
        let batch = json!({ "responses": [{ "id": "1", "status": 200, "body": first }] });
        delegated.entra.on("POST", BATCH, ResponseTemplate::new(200).set_body_json(batch)).await;
        let second = json!({ "value": [method(2)] });
        delegated.entra.on("GET", &next, ResponseTemplate::new(200).set_body_json(second)).await;
        let tokens = delegated.directory.me(&UserId::parse(ME).unwrap()).tokens().await;
        match is_own {
            true => assert_eq!(tokens.unwrap().len(), 2, "{path}"),
            false => assert!(tokens.unwrap_err().to_string().contains("leads somewhere else"), "{path}"),
        }
        let asked = delegated.entra.received(&next).await;
        assert_eq!(asked.len(), usize::from(is_own), "{path}");
        assert!(asked.iter().all(|request| request.url.query() == Some("$skiptoken=1")));
    }
}

#[tokio::test]
async fn a_refusal_names_the_permission_for_own_tokens_and_no_role() {
    let delegated = answered(403, json!({ "error": { "code": "accessDenied", "message": "no" } })).await;
    let user = UserId::parse(ME).unwrap();
    let error = delegated.directory.me(&user).tokens().await.unwrap_err();
    let ServiceError::Upstream { status: 403, message, .. } = error else { panic!("{error:?}") };
    assert!(message.contains("permission UserAuthMethod-HardwareOATH.Read with"), "{message}");
    assert!(!message.contains("role"), "{message}");
}
