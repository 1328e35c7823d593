//! Claims challenges and refusals of Graph to a person; nothing is carried out twice.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    otp::Code,
    ports::{Activation, Assignment, Change, Directory, NewToken, Outcome, Refusal, RefusalKind},
    seed::Seed,
    token::{HashFunction, Interval, SerialNumber, TokenId},
    user::UserId,
};
use wiremock::{Request, ResponseTemplate};

use crate::person::{DEVICES, DelegatedAccess, never};

const BATCH: &str = "/beta/$batch";
const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

fn challenge() -> String {
    format!(r#"Bearer realm="", error="insufficient_claims", claims="{}""#, STANDARD.encode(CLAIMS))
}

fn changes<T>(kind: impl Fn(T) -> Change, items: Vec<T>) -> Vec<Change> {
    items.into_iter().map(kind).collect()
}

fn assignments(count: usize) -> Vec<Assignment> {
    let guid = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    let one = |number| Assignment {
        token: TokenId::parse(&guid(number)).unwrap(),
        user: UserId::parse(&guid(900 + number)).unwrap(),
    };
    (0..count).map(one).collect()
}

fn activations(count: usize) -> Vec<Activation> {
    let with_code =
        |Assignment { token, user }| Activation { token, user, code: Code::parse("058865").unwrap() };
    assignments(count).into_iter().map(with_code).collect()
}

/// Delegated access to a Graph that responds to each item by its number, from 0.
async fn with_items(answer: impl Fn(usize) -> Value + Send + Sync + 'static) -> DelegatedAccess {
    let delegated = DelegatedAccess::start(3599, never).await;
    let batch = move |request: &Request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let items = body["requests"].as_array().unwrap().iter().enumerate();
        let responses: Vec<Value> = items
            .map(|(number, item)| {
                let mut response = answer(number);
                response["id"] = item["id"].clone();
                response
            })
            .collect();
        ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
    };
    delegated.entra.on("POST", BATCH, batch).await;
    delegated
}

fn challenged() -> Value {
    json!({
        "status": 403, "headers": { "www-authenticate": challenge(), "request-id": "request-1" },
        "body": { "error": { "code": "accessDenied", "message": "no" } }
    })
}

fn refused(status: u16) -> Value {
    json!({ "status": status, "body": { "error": { "code": "BadRequest", "message": "why" } } })
}

#[tokio::test]
async fn a_challenged_request_is_a_step_up_and_stores_its_claims() {
    for status in [401, 403] {
        let delegated = DelegatedAccess::start(3599, never).await;
        let answer = ResponseTemplate::new(status).insert_header("WWW-Authenticate", challenge().as_str());
        delegated.entra.on("GET", DEVICES, answer).await;
        assert_eq!(delegated.directory.tokens(None).await.unwrap_err(), ServiceError::StepUp);
        assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
        assert_eq!(delegated.entra.received(DEVICES).await.len(), 1, "the request is not repeated");
        assert!(delegated.refreshes().await.is_empty());
    }
}

#[tokio::test]
async fn a_challenge_to_the_app_is_a_refusal() {
    let delegated = DelegatedAccess::start(3599, never).await;
    let answer = ResponseTemplate::new(403)
        .insert_header("WWW-Authenticate", challenge().as_str())
        .set_body_json(json!({ "error": { "code": "accessDenied", "message": "no" } }));
    delegated.entra.on("GET", DEVICES, answer).await;
    let error = delegated.app.tokens(None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Forbidden { .. }), "{error:?}");
    assert_eq!(delegated.token.challenge(), None);
}

#[tokio::test]
async fn a_challenged_item_of_a_reading_batch_is_a_step_up() {
    let delegated = with_items(|number| match number {
        1 => challenged(),
        _ => json!({ "status": 200, "body": { "value": [] } }),
    })
    .await;
    let serials = ["1", "2", "3"].map(|serial| SerialNumber::parse(serial).unwrap());
    assert_eq!(delegated.directory.tokens_by_serial(serials.into()).await.unwrap_err(), ServiceError::StepUp);
    assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
    assert_eq!(delegated.entra.received(BATCH).await.len(), 1);
}

#[tokio::test]
async fn writes_of_which_none_was_carried_out_are_a_step_up() {
    let delegated = with_items(|number| if number == 0 { refused(400) } else { challenged() }).await;
    assert_eq!(
        delegated.directory.apply(changes(Change::Assign, assignments(3)), None).await.unwrap_err(),
        ServiceError::StepUp
    );
    assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
    let delegated = with_items(|_| challenged()).await;
    assert_eq!(
        delegated.directory.apply(changes(Change::Activate, activations(30)), None).await.unwrap_err(),
        ServiceError::StepUp
    );
}

#[tokio::test]
async fn writes_of_which_some_may_have_been_carried_out_have_outcomes() {
    for other in [json!({ "status": 204 }), refused(503), refused(429), json!({ "status": "?" })] {
        let answer = other.clone();
        let delegated =
            with_items(move |number| if number == 0 { answer.clone() } else { challenged() }).await;
        let outcomes =
            delegated.directory.apply(changes(Change::Assign, assignments(2)), None).await.unwrap().outcomes;
        let Outcome::Refused(Refusal { kind, message, request_id }) = &outcomes[1] else {
            panic!("{outcomes:?}")
        };
        assert!(*kind == RefusalKind::Other && message.contains("Sign in again"), "{message}");
        assert_eq!(request_id.as_deref(), Some("request-1"));
        assert!(!matches!(outcomes[0], Outcome::Refused(_)), "{other}");
        assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
    }
}

#[tokio::test]
async fn a_refused_code_is_not_sent_again_after_a_step_up() {
    let delegated = with_items(|number| if number == 0 { refused(400) } else { challenged() }).await;
    let outcomes =
        delegated.directory.apply(changes(Change::Activate, activations(2)), None).await.unwrap().outcomes;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Refused(_))), "{outcomes:?}");
}

#[tokio::test]
async fn an_uncertain_batch_takes_precedence_over_a_challenged_one() {
    let delegated = DelegatedAccess::start(3599, never).await;
    let answer = |request: &Request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        if body["requests"].as_array().unwrap().len() == 20 {
            return ResponseTemplate::new(401).insert_header("WWW-Authenticate", challenge().as_str());
        }
        ResponseTemplate::new(500)
    };
    delegated.entra.on("POST", BATCH, answer).await;
    let error = delegated.directory.apply(changes(Change::Assign, assignments(30)), None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Upstream { status: 500, .. }), "{error:?}");
}

#[tokio::test]
async fn a_refused_person_may_lack_a_role() {
    let delegated = DelegatedAccess::start(3599, never).await;
    let answer = ResponseTemplate::new(403).set_body_json(
        json!({ "error": { "code": "accessDenied", "message": "Request Authorization failed" } }),
    );
    delegated.entra.on("GET", DEVICES, answer).await;
    let error = delegated.directory.tokens(None).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ServiceError::Upstream { status: 403, .. }), "{error:?}");
    assert!(
        text.contains("Authentication Policy Administrator") && text.contains("Policy.Read.All"),
        "{text}"
    );

    let delegated = with_items(|_| refused(403)).await;
    let outcomes =
        delegated.directory.apply(changes(Change::Assign, assignments(1)), None).await.unwrap().outcomes;
    let Outcome::Refused(refusal) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert!(refusal.kind == RefusalKind::Forbidden && refusal.message.contains("Entra role"), "{refusal:?}");
}

/// Creations of so many tokens.
fn creations(count: usize) -> Vec<Change> {
    let token = |number| NewToken {
        serial: SerialNumber::parse(&format!("S{number}")).unwrap(),
        manufacturer: "Contoso".to_owned(),
        model: "One".to_owned(),
        seed: Seed::parse("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap(),
        interval: Interval::S30,
        hash: HashFunction::Sha1,
    };
    (0..count).map(token).map(Change::Create).collect()
}

#[tokio::test]
async fn a_person_and_the_app_share_what_is_known_of_bulk_creation() {
    let delegated = with_items(|_| refused(409)).await;
    delegated.entra.on("PATCH", DEVICES, ResponseTemplate::new(405)).await;
    for directory in [&delegated.directory, &delegated.app] {
        let applied = directory.apply(creations(2), None).await.unwrap();
        assert_eq!(applied.creation_size, Some(1));
    }
    assert_eq!(delegated.entra.received(DEVICES).await.len(), 1);
}

#[tokio::test]
async fn a_challenged_bulk_creation_is_a_step_up() {
    let delegated = DelegatedAccess::start(3599, never).await;
    let answer = ResponseTemplate::new(401).insert_header("WWW-Authenticate", challenge().as_str());
    delegated.entra.on("PATCH", DEVICES, answer).await;
    assert_eq!(delegated.directory.apply(creations(3), None).await.unwrap_err(), ServiceError::StepUp);
    assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
}

/// A challenge without its header, as Graph sends it with status 404.
fn hidden_challenge() -> Value {
    json!({ "error": { "code": "Unauthorized", "message": format!("Additional claims required {CLAIMS}") } })
}

#[tokio::test]
async fn a_challenge_in_the_message_of_a_404_is_a_step_up() {
    let delegated = DelegatedAccess::start(3599, never).await;
    let answer = ResponseTemplate::new(404).set_body_json(hidden_challenge());
    delegated.entra.on("GET", DEVICES, answer).await;
    assert_eq!(delegated.directory.tokens(None).await.unwrap_err(), ServiceError::StepUp);
    assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));

    let delegated = with_items(|_| json!({ "status": 404, "body": hidden_challenge() })).await;
    let assign = changes(Change::Assign, assignments(1));
    assert_eq!(delegated.directory.apply(assign.clone(), None).await.unwrap_err(), ServiceError::StepUp);
    assert_eq!(delegated.token.challenge().as_deref(), Some(CLAIMS));
    // To the app it is a refused access token and not a missing user.
    let outcomes = delegated.app.apply(assign, None).await.unwrap().outcomes;
    assert!(
        matches!(&outcomes[0], Outcome::Unknown(refusal) if refusal.message.contains("Additional claims"))
    );
}
