//! Creations by one `PATCH` of the collection (MICROSOFT_GRAPH.md 1.5): each form of answer.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Applied, Change, Directory, NewToken, Outcome, Refusal, RefusalKind},
    seed::Seed,
    token::Token,
};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{
    BATCH, DEVICES, MockGraph, SEED, answer, creations, device, error, guid, json_of, new_token, refusal,
};

/// The items of a bulk request.
fn sent(request: &Request) -> Vec<Value> {
    json_of(request)["value"].as_array().unwrap().clone()
}

fn serial_of(item: &Value) -> String {
    item["serialNumber"].as_str().unwrap().to_owned()
}

/// The number in a serial number like `S7`.
fn number_of(item: &Value) -> usize {
    serial_of(item)[1..].parse().unwrap()
}

fn created(items: &[Value]) -> ResponseTemplate {
    let one = |item: &Value| device(number_of(item), &serial_of(item));
    answered(201, items.iter().map(one).collect())
}

fn answered(status: u16, items: Vec<Value>) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("request-id", "request-of-the-patch")
        .set_body_json(json!({ "@odata.context": "…/$delta", "value": items }))
}

/// A mock server that answers bulk requests so, and creates single tokens; `S7` is refused alone, too.
async fn answering(patch: impl Fn(&[Value]) -> ResponseTemplate + Send + Sync + 'static) -> MockGraph {
    let mock = MockGraph::start().await;
    mock.on("PATCH", DEVICES, move |request: &Request| patch(&sent(request))).await;
    mock.on_items(|item| match serial_of(&item["body"]).as_str() {
        "S7" => answer(409, error("conflict", "S7 exists")),
        serial => answer(201, device(1, serial)),
    })
    .await;
    mock
}

async fn apply(mock: &MockGraph, count: usize) -> Applied {
    mock.directory().apply(creations(count), None).await.unwrap()
}

/// The sizes of the bulk requests.
async fn sizes(mock: &MockGraph) -> Vec<usize> {
    mock.received(DEVICES).await.iter().map(|request| sent(request).len()).collect()
}

fn serials(applied: &Applied) -> Vec<Option<String>> {
    let serial = |outcome: &Outcome<Option<Token>>| match outcome {
        Outcome::Done(token) => token.as_ref().map(|token| token.serial.as_str().to_owned()),
        _ => None,
    };
    applied.outcomes.iter().map(serial).collect()
}

/// All tokens but `S7` were created, which was refused.
fn assert_all_but_s7(applied: &Applied, count: usize) {
    let expected: Vec<_> = (0..count).map(|n| (n != 7).then(|| format!("S{n}"))).collect();
    assert_eq!(serials(applied), expected);
    let is_refused =
        |refusal: &Refusal| refusal.kind == RefusalKind::Conflict && refusal.message == "S7 exists";
    assert!(matches!(&applied.outcomes[7], Outcome::Refused(refusal) if is_refused(refusal)), "{applied:?}");
}

#[tokio::test]
async fn many_tokens_are_one_write() {
    let mock = answering(|items| {
        let nested = |item: &Value| json!({ "id": guid(1), "device": device(1, &serial_of(item)) });
        answered(201, items.iter().rev().map(nested).collect())
    })
    .await;
    let applied = apply(&mock, 100).await;
    assert_eq!(serials(&applied), (0..100).map(|n| Some(format!("S{n}"))).collect::<Vec<_>>());
    assert_eq!((applied.writes, applied.creation_size), (1, None));
    assert_eq!(applied.request_ids, vec![Some("request-of-the-patch".to_owned()); 100]);
    assert!(mock.received(BATCH).await.is_empty());
    let request = mock.received(DEVICES).await.swap_remove(0);
    let body = json_of(&request);
    assert_eq!(
        (&body["@context"], &request.headers["content-type"]),
        (&json!("#$delta"), &"application/json".parse().unwrap())
    );
    let first = json!({
        "@contentId": "1", "serialNumber": "S0", "manufacturer": "Contoso", "model": "Hardware Token 1000",
        "secretKey": SEED, "timeIntervalInSeconds": 60, "hashFunction": "hmacsha256"
    });
    assert_eq!(body["value"][0], first);
    assert_eq!(body["value"][99]["@contentId"], "100");
}

#[tokio::test]
async fn reads_200_and_flat_tokens() {
    let mock = answering(|items| {
        answered(200, items.iter().map(|item| device(number_of(item), &serial_of(item))).collect())
    })
    .await;
    assert!(serials(&apply(&mock, 3).await).iter().all(Option::is_some));
}

#[tokio::test]
async fn two_makers_may_use_one_serial_number() {
    let mock = answering(|_| {
        let made = |number, maker: &str| {
            json!({ "id": guid(number), "device": {
            "id": guid(number), "serialNumber": "S1", "manufacturer": maker, "model": "One" } })
        };
        answered(201, vec![made(2, "Fabrikam"), made(1, "Contoso")])
    })
    .await;
    let other = NewToken { manufacturer: "Fabrikam".to_owned(), ..new_token("S1") };
    let both = [new_token("S1"), other].map(Change::Create).to_vec();
    let outcomes = mock.directory().apply(both, None).await.unwrap().outcomes;
    for (number, outcome) in (1..).zip(outcomes) {
        let Outcome::Done(Some(token)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(token.id.as_str(), guid(number));
    }
}

#[tokio::test]
async fn an_item_with_an_exception_is_refused_and_the_others_are_created() {
    let mock = answering(|items| {
        let one = |item: &Value| match serial_of(item).as_str() {
            "S7" => json!({ "@contentId": item["@contentId"], "@Core.DataModificationException": {
                "failedOperation": "insert", "responseCode": 409,
                "info": { "code": "conflict", "message": "S7 exists" } } }),
            serial => device(number_of(item), serial),
        };
        answered(200, items.iter().map(one).collect())
    })
    .await;
    let applied = apply(&mock, 20).await;
    assert_all_but_s7(&applied, 20);
    assert_eq!((applied.writes, applied.request_ids[7].as_deref()), (1, None));
    let Outcome::Refused(refusal) = &applied.outcomes[7] else { panic!() };
    assert_eq!(refusal.request_id.as_deref(), Some("request-of-the-patch"));
}

#[tokio::test]
async fn an_exception_may_also_mean_later_or_unknown() {
    let mock = answering(|items| {
        let exception = |item: &Value, code: u16| {
            json!({ "@contentId": item["@contentId"],
            "@Core.DataModificationException": { "responseCode": code } })
        };
        answered(200, vec![exception(&items[0], 429), exception(&items[1], 503)])
    })
    .await;
    let outcomes = apply(&mock, 2).await.outcomes;
    assert!(matches!(outcomes.as_slice(), [Outcome::Later { .. }, Outcome::Unknown(_)]), "{outcomes:?}");
}

#[tokio::test]
async fn a_token_that_the_answer_leaves_out_is_unknown() {
    for body in [json!({ "value": [device(0, "S0")] }), Value::Null] {
        let mock = answering(move |_| {
            ResponseTemplate::new(200).insert_header("request-id", "request-1").set_body_json(body.clone())
        })
        .await;
        let outcomes = apply(&mock, 2).await.outcomes;
        let Outcome::Unknown(refusal) = &outcomes[1] else { panic!("{outcomes:?}") };
        assert_eq!(refusal.request_id.as_deref(), Some("request-1"));
        assert_eq!(sizes(&mock).await, [2], "nothing is sent again");
    }
}

#[tokio::test]
async fn items_that_the_details_of_a_refusal_name_are_refused_and_the_rest_is_sent_again() {
    for target in ["value[7]", "8", "s7", "/value/7/serialNumber"] {
        let mock = answering(move |items| {
            if !items.iter().any(|item| serial_of(item) == "S7") {
                return created(items);
            }
            let mut body = error("badRequest", "1 of the items is invalid");
            body["error"]["details"] =
                json!([{ "code": "conflict", "target": target, "message": "S7 exists" }]);
            ResponseTemplate::new(400).set_body_json(body)
        })
        .await;
        let applied = apply(&mock, 20).await;
        assert_all_but_s7(&applied, 20);
        assert_eq!((sizes(&mock).await, applied.writes), (vec![20, 19], 2), "{target}");
        assert_eq!(applied.creation_size, None);
    }
}

#[tokio::test]
async fn a_refusal_without_details_is_halved_until_the_failing_token_is_alone() {
    for status in [400, 409, 422] {
        let mock = answering(move |items| {
            let is_bad = items.iter().any(|item| serial_of(item) == "S7");
            if is_bad {
                refusal(status, "badRequest", "The secretKey is not supported")
            } else {
                created(items)
            }
        })
        .await;
        let applied = apply(&mock, 16).await;
        assert_all_but_s7(&applied, 16);
        assert_eq!(sizes(&mock).await, [16, 8, 4, 4, 2, 2, 8], "{status}");
        assert_eq!((applied.writes, applied.creation_size), (7 + 2, None), "S6 and S7 were sent alone");
    }
}

#[tokio::test]
async fn a_limit_of_items_is_found_once() {
    for (status, message) in [(400, "At most 40 items are allowed."), (413, "Payload Too Large")] {
        let mock = answering(move |items| match items.len() {
            41.. => refusal(status, "badRequest", message),
            _ => created(items),
        })
        .await;
        let directory = mock.directory();
        let applied = directory.apply(creations(100), None).await.unwrap();
        assert!(serials(&applied).iter().all(Option::is_some), "{applied:?}");
        assert_eq!(applied.creation_size, Some(25));
        assert_eq!(sizes(&mock).await, [100, 50, 25, 25, 50, 25, 25]);
        directory.apply(creations(60), None).await.unwrap();
        assert_eq!(sizes(&mock).await[7..], [25, 25, 10]);
    }
}

#[tokio::test]
async fn a_tenant_without_bulk_creation_is_asked_once() {
    let refusals = [
        refusal(404, "ResourceNotFound", "no such segment"),
        ResponseTemplate::new(405),
        refusal(501, "notImplemented", ""),
        refusal(400, "badRequest", "PATCH is not supported on this collection."),
        refusal(400, "badRequest", "Unknown annotation '@contentId'."),
    ];
    for answer in refusals {
        let mock = answering(move |_| answer.clone()).await;
        let directory = mock.directory();
        for _ in 0..2 {
            let applied = directory.apply(creations(30), None).await.unwrap();
            assert_all_but_s7(&applied, 30);
            assert_eq!(applied.creation_size, Some(1));
        }
        assert_eq!((sizes(&mock).await, mock.received(BATCH).await.len()), (vec![30], 4));
    }
}

#[tokio::test]
async fn an_uncertain_answer_is_that_of_all_tokens_and_nothing_is_sent_again() {
    for status in [408, 500, 502, 503, 504] {
        let mock = answering(move |_| refusal(status, "busy", "down")).await;
        let outcomes = apply(&mock, 30).await.outcomes;
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome, Outcome::Unknown(_))),
            "{status}: {outcomes:?}"
        );
        assert_eq!((sizes(&mock).await, mock.received(BATCH).await.len()), (vec![30], 0), "{status}");
    }
}

#[tokio::test]
async fn throttled_tokens_come_later() {
    let mock =
        answering(|_| refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "6.5")).await;
    let applied = apply(&mock, 30).await;
    let is_later =
        |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Later { after_ms: Some(7_000), .. });
    assert!(applied.outcomes.len() == 30 && applied.outcomes.iter().all(is_later), "{applied:?}");
    assert_eq!((sizes(&mock).await, mock.received(BATCH).await.len(), applied.writes), (vec![30], 0, 1));
}

#[tokio::test]
async fn a_missing_permission_fails_the_call() {
    let mock = answering(|_| refusal(403, "accessDenied", "Request Authorization failed")).await;
    let failed = mock.directory().apply(creations(3), None).await.unwrap_err();
    let ServiceError::Forbidden { permission, .. } = failed else { panic!("{failed:?}") };
    assert_eq!(permission, "Policy.ReadWrite.AuthenticationMethod");
    assert_eq!(sizes(&mock).await, [3]);
}

#[tokio::test]
async fn what_was_created_before_an_uncertain_answer_is_told() {
    let mock = answering(|items| match items.iter().map(number_of).min() {
        Some(0) if items.len() == 8 => refusal(400, "badRequest", "no"),
        Some(0) => created(items),
        _ => refusal(500, "busy", "down"),
    })
    .await;
    let outcomes = apply(&mock, 8).await.outcomes;
    assert!(outcomes[..4].iter().all(|outcome| matches!(outcome, Outcome::Done(Some(_)))), "{outcomes:?}");
    assert!(outcomes[4..].iter().all(|outcome| matches!(outcome, Outcome::Unknown(_))), "{outcomes:?}");
}

#[tokio::test]
async fn redacts_all_seeds_in_refusals() {
    let other = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let both = [new_token("S0"), NewToken { seed: Seed::parse(other).unwrap(), ..new_token("S1") }];
    let message = format!("{SEED} and {} are odd", other.to_lowercase());
    for is_whole in [true, false] {
        let message = message.clone();
        let mock = answering(move |items| {
            if is_whole {
                let mut body = error("badRequest", &message);
                let detail =
                    |at| json!({ "code": other, "target": format!("value[{at}]"), "message": message });
                body["error"]["details"] = json!([detail(0), detail(1)]);
                return ResponseTemplate::new(400).set_body_json(body);
            }
            let exception = |item: &Value| {
                json!({ "serialNumber": item["serialNumber"], "secretKey": item["secretKey"],
                "@Core.DataModificationException": { "responseCode": 400, "info": { "message": message } } })
            };
            answered(200, items.iter().map(exception).collect())
        })
        .await;
        let outcomes =
            mock.directory().apply(both.clone().map(Change::Create).to_vec(), None).await.unwrap().outcomes;
        let text = format!("{outcomes:?}");
        assert_eq!(text.matches("••• and ••• are odd").count(), 2, "{text}");
        assert!([SEED, other].iter().all(|seed| !text.to_uppercase().contains(seed)), "{text}");
    }
}

#[tokio::test]
async fn a_concurrency_violation_is_neither_halved_nor_repeated() {
    let mock = answering(|_| refusal(409, "Directory_ConcurrencyViolation", "S7 was changed")).await;
    let outcomes = apply(&mock, 20).await.outcomes;
    let is_unknown = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Unknown(refusal) if refusal.kind == RefusalKind::Unanswered);
    assert!(outcomes.len() == 20 && outcomes.iter().all(is_unknown), "{outcomes:?}");
    assert_eq!((sizes(&mock).await, mock.received(BATCH).await.len()), (vec![20], 0));
}
