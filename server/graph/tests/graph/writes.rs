//! What all writes have in common that carry no code: one item of a batch each, outcomes, and no repetition if the outcome is
//! uncertain.

use std::ops::Range;

use graph::GraphDirectory;
use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, HashCorrection, Outcome, RefusalKind, Rename},
    token::{HashFunction, Token},
};
use wiremock::ResponseTemplate;

use crate::mock_graph::{
    BATCH, MockGraph, answer, assignment, error, guid, json_of, refusal, token_id, user_id,
};

const TOKENS: &str = "Policy.ReadWrite.AuthenticationMethod";
const METHODS: &str = "UserAuthMethod-HardwareOATH.ReadWrite.All";

/// The change of the token with a number, and the permission that it takes.
type Kind = (fn(usize) -> Change, &'static str);

const KINDS: [Kind; 7] = [
    (|number| Change::Rename(Rename { token: token_id(number), name: "Spare".to_owned() }), TOKENS),
    (|number| corrected(number, HashFunction::Sha1), TOKENS),
    (|number| corrected(number, HashFunction::Sha256), TOKENS),
    (|number| Change::Delete(token_id(number)), TOKENS),
    (|number| Change::Assign(assignment(number)), METHODS),
    (|number| Change::Deactivate(assignment(number)), METHODS),
    (|number| Change::Unassign(assignment(number)), METHODS),
];

/// The correction of a token's hash.
fn corrected(number: usize, hash: HashFunction) -> Change {
    Change::SetHash(HashCorrection { token: token_id(number), hash })
}

/// Changes the tokens with these numbers.
async fn write(
    directory: &GraphDirectory,
    (change, _): Kind,
    numbers: Range<usize>,
) -> Result<Vec<Outcome<Option<Token>>>, ServiceError> {
    directory.apply(numbers.map(change).collect(), None).await.map(|applied| applied.outcomes)
}

#[tokio::test]
async fn each_kind_has_its_request() {
    let token = format!("/directory/authenticationMethodDevices/hardwareOathDevices/{}", guid(1));
    let methods = format!("/users/{}/authentication/hardwareOathMethods", user_id(1).as_str());
    let method = format!("{methods}/{}", guid(1));
    let requests = [
        ("PATCH", token.clone(), json!({ "displayName": "Spare" })),
        ("PATCH", token.clone(), json!({ "hashFunction": "hmacsha1" })),
        ("PATCH", token.clone(), json!({ "hashFunction": "hmacsha256" })),
        ("DELETE", token, Value::Null),
        ("POST", methods, json!({ "device": { "id": guid(1) } })),
        ("POST", format!("{method}/deactivate"), json!({})),
        ("DELETE", method, Value::Null),
    ];
    for (kind, (method, url, body)) in KINDS.into_iter().zip(requests) {
        let mock = MockGraph::start().await;
        mock.on_items(|_| answer(204, Value::Null)).await;
        assert_eq!(write(&mock.directory(), kind, 1..2).await.unwrap(), [Outcome::Done(None)], "{url}");
        let item = &mock.items().await[0];
        assert_eq!((&item["method"], &item["url"], &item["body"]), (&method.into(), &url.into(), &body));
        let has_body = item.get("body").is_some();
        assert_eq!(has_body, method != "DELETE");
        assert_eq!(item["headers"].get("Content-Type"), has_body.then_some(&json!("application/json")));
    }
}

/// The app lacks the permission for the inventory; users who are all forbidden may be administrators.
#[tokio::test]
async fn only_a_write_to_the_inventory_fails_as_a_whole_when_every_item_is_forbidden() {
    for kind in KINDS {
        let mock = MockGraph::start().await;
        mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "Insufficient privileges"))).await;
        let is_refused = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Forbidden);
        let alone = write(&mock.directory(), kind, 0..1).await.unwrap();
        assert!(alone.iter().all(is_refused), "{alone:?}");
        match write(&mock.directory(), kind, 0..2).await {
            Err(ServiceError::Forbidden { permission, .. }) => {
                assert_eq!((permission.as_str(), kind.1), (TOKENS, TOKENS))
            }
            answer => {
                let outcomes = answer.unwrap();
                assert!(
                    kind.1 == METHODS && outcomes.len() == 2 && outcomes.iter().all(is_refused),
                    "{outcomes:?}"
                );
            }
        }
    }
}

/// A hundred items are sent in five batches and matched by id; one more is refused without a request.
#[tokio::test]
async fn sends_batches_of_twenty() {
    for kind in KINDS {
        let mock = MockGraph::start().await;
        let refuse_odd = |item: &Value| {
            let text = item.to_string();
            let odd = (1..100).step_by(2).any(|number| text.contains(&guid(number)));
            answer(if odd { 409 } else { 204 }, Value::Null)
        };
        mock.on_items(refuse_odd).await;
        let outcomes = write(&mock.directory(), kind, 0..100).await.unwrap();
        assert_eq!(outcomes.len(), 100);
        for (number, outcome) in outcomes.iter().enumerate() {
            assert_eq!(*outcome == Outcome::Done(None), number % 2 == 0, "{number}: {outcome:?}");
        }
        let sizes: Vec<_> = mock
            .received(BATCH)
            .await
            .iter()
            .map(|request| json_of(request)["requests"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [20; 5]);
        let refused = write(&mock.directory(), kind, 0..101).await;
        assert!(matches!(refused, Err(ServiceError::Invalid { .. })), "{refused:?}");
        assert_eq!(mock.received(BATCH).await.len(), 5);
    }
}

/// Each status of an item has its outcome, beside an item that succeeds; nothing is sent twice.
#[tokio::test]
async fn maps_each_status_to_an_outcome() {
    let refused = |kind| move |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Refused(r) if r.kind == kind);
    let unknown = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Unknown(_));
    type Test = Box<dyn Fn(&Outcome<Option<Token>>) -> bool>;
    let cases: [(u16, Test); 13] = [
        (200, Box::new(|outcome| *outcome == Outcome::Done(None))),
        (201, Box::new(|outcome| *outcome == Outcome::Done(None))),
        (204, Box::new(|outcome| *outcome == Outcome::Done(None))),
        (400, Box::new(refused(RefusalKind::BadRequest))),
        (403, Box::new(refused(RefusalKind::Forbidden))),
        (404, Box::new(refused(RefusalKind::NotFound))),
        (405, Box::new(refused(RefusalKind::Other))),
        (409, Box::new(refused(RefusalKind::Conflict))),
        (424, Box::new(refused(RefusalKind::Other))),
        (429, Box::new(|outcome| matches!(outcome, Outcome::Later { after_ms: Some(7_000), .. }))),
        (500, Box::new(unknown)),
        (503, Box::new(|outcome| matches!(outcome, Outcome::Later { after_ms: Some(7_000), .. }))),
        (504, Box::new(unknown)),
    ];
    for ((status, is_right), kind) in cases.iter().flat_map(|case| KINDS.map(|kind| (case, kind))) {
        let status = *status;
        let mock = MockGraph::start().await;
        mock.on_items(move |item| if item["id"] == "1" { said(status) } else { answer(204, Value::Null) })
            .await;
        let outcomes = write(&mock.directory(), kind, 0..2).await.unwrap();
        assert!(is_right(&outcomes[0]), "{status}: {:?}", outcomes[0]);
        assert_eq!(outcomes[1], Outcome::Done(None), "{status}");
        assert_eq!(mock.received(BATCH).await.len(), 1, "{status}: a write is never repeated here");
        if let Outcome::Refused(refusal) = &outcomes[0] {
            assert_eq!(refusal.request_id.as_deref(), Some("request-of-the-item"));
            assert!(refusal.message.starts_with("why"), "{refusal:?}");
            assert_eq!(refusal.message.contains(kind.1), status == 403, "{refusal:?}");
        }
    }
}

fn said(status: u16) -> Value {
    let mut answer = answer(status, if status < 300 { Value::Null } else { error("code", "why") });
    if matches!(status, 429 | 503) {
        answer["headers"]["Retry-After"] = json!("7");
    }
    answer
}

/// A batch that fails with a server error may have been carried out: it is not sent again. A batch that was
/// throttled as a whole was certainly not carried out, and is sent again.
#[tokio::test]
async fn repeats_only_what_was_certainly_not_carried_out() {
    for kind in KINDS {
        for status in [500, 502, 503, 504] {
            let mock = MockGraph::start().await;
            mock.on("POST", BATCH, refusal(status, "serviceNotAvailable", "down")).await;
            let error = write(&mock.directory(), kind, 0..2).await.unwrap_err();
            assert!(matches!(error, ServiceError::Upstream { .. }), "{error:?}");
            assert_eq!(mock.received(BATCH).await.len(), 1, "{status}");
        }
        let mock = MockGraph::start().await;
        let busy = refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "0");
        wiremock::Mock::given(wiremock::matchers::path(BATCH))
            .respond_with(busy)
            .up_to_n_times(1)
            .mount(&mock.server)
            .await;
        mock.on_items(|_| answer(204, Value::Null)).await;
        assert_eq!(
            write(&mock.directory(), kind, 0..2).await.unwrap(),
            [Outcome::Done(None), Outcome::Done(None)]
        );
        assert_eq!(mock.received(BATCH).await.len(), 2);
    }
}

/// An item that is missing in the response of the batch may have been carried out.
#[tokio::test]
async fn an_item_without_response_is_unknown() {
    for kind in KINDS {
        let mock = MockGraph::start().await;
        let responses = json!({ "responses": [{ "id": "2", "status": 204 }] });
        mock.on("POST", BATCH, ResponseTemplate::new(200).set_body_json(responses)).await;
        let outcomes = write(&mock.directory(), kind, 0..2).await.unwrap();
        assert!(matches!(outcomes.as_slice(), [Outcome::Unknown(_), Outcome::Done(None)]), "{outcomes:?}");
    }
}
