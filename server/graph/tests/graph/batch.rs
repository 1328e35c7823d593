//! Batches: at most twenty items, matched by id, with independent failures.

use std::collections::HashSet;

use serde_json::{Value, json};
use token_core::ports::{Change, Directory, Outcome, RefusalKind};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{BATCH, MockGraph, answer, assignment, changes, guid, json_of, refusal};

#[tokio::test]
async fn a_hundred_writes_take_five_batches_of_twenty() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| json!({ "status": 204 })).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Assign, (0..100).map(assignment).collect()), None)
        .await
        .unwrap()
        .outcomes;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done(None)));
    let sizes: Vec<_> = mock
        .received(BATCH)
        .await
        .iter()
        .map(|request| json_of(request)["requests"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [20; 5]);
    let ids: HashSet<_> =
        mock.items().await.iter().map(|item| item["headers"]["client-request-id"].to_string()).collect();
    assert_eq!(ids.len(), 100, "each item has its own client-request-id");
}

#[tokio::test]
async fn matches_responses_by_id_in_any_order() {
    let mock = MockGraph::start().await;
    let refuse_odd = |item: &Value| {
        let token = item["body"]["device"]["id"].as_str().unwrap();
        let odd = (1..40).step_by(2).any(|number| token == guid(number));
        answer(if odd { 400 } else { 201 }, Value::Null)
    };
    mock.on_items(refuse_odd).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Assign, (0..40).map(assignment).collect()), None)
        .await
        .unwrap()
        .outcomes;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(*outcome == Outcome::Done(None), number % 2 == 0, "{number}");
    }
}

#[tokio::test]
async fn an_item_without_valid_response_is_unknown() {
    let mock = MockGraph::start().await;
    let responses = json!({ "responses": [{ "id": "2", "status": 204 }, { "id": "1", "status": "?" }, 7] });
    let response =
        ResponseTemplate::new(200).insert_header("request-id", "request-1").set_body_json(responses);
    mock.on("POST", BATCH, response).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Assign, (0..3).map(assignment).collect()), None)
        .await
        .unwrap()
        .outcomes;
    let [Outcome::Unknown(first), Outcome::Done(None), Outcome::Unknown(_)] = outcomes.as_slice() else {
        panic!("{outcomes:?}")
    };
    assert_eq!((first.kind, first.request_id.as_deref()), (RefusalKind::Unanswered, Some("request-1")));
}

#[tokio::test]
async fn a_failed_batch_does_not_hide_the_outcomes_of_others() {
    let mock = MockGraph::start().await;
    let fail_the_second = |request: &Request| {
        let body = json_of(request);
        let items = body["requests"].as_array().unwrap();
        if items.iter().any(|item| item["body"]["device"]["id"] == guid(20)) {
            return refusal(500, "generalException", "broken");
        }
        let responses: Vec<_> = items.iter().map(|item| json!({ "id": item["id"], "status": 204 })).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
    };
    mock.on("POST", BATCH, fail_the_second).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Assign, (0..50).map(assignment).collect()), None)
        .await
        .unwrap()
        .outcomes;
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Done(None) => assert!(!(20..40).contains(&number), "{number}"),
            Outcome::Unknown(refusal) => {
                assert!((20..40).contains(&number), "{number}");
                assert_eq!(
                    (refusal.message.as_str(), refusal.request_id.as_deref()),
                    ("broken", Some("request-1"))
                );
            }
            other => panic!("{number}: {other:?}"),
        }
    }
}
