//! What a call says of its cost: the writes that Graph counts, its request ids, and how near the limit is.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use token_core::ports::{Change, Directory};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{
    BATCH, DEVICES, MockGraph, answer, assignment, changes, creations, device, error, json_of, refusal,
};

#[tokio::test]
async fn each_item_of_a_batch_is_a_write_and_done_ones_have_a_request_id() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| {
        if item["id"] == "1" { answer(409, error("conflict", "no")) } else { answer(204, Value::Null) }
    })
    .await;
    let applied = mock
        .directory()
        .apply(changes(Change::Assign, (0..20).map(assignment).collect()), None)
        .await
        .unwrap();
    assert_eq!((applied.writes, applied.limit_percentage, applied.creation_size), (20, None, None));
    assert_eq!(applied.request_ids[0], None, "{applied:?}");
    assert_eq!(applied.request_ids[1..], vec![Some("request-of-the-item".to_owned()); 19]);
}

#[tokio::test]
async fn repeated_writes_are_counted_each_time() {
    let mock = MockGraph::start().await;
    let asked = AtomicUsize::new(0);
    let answer = move |request: &Request| {
        if asked.fetch_add(1, Ordering::SeqCst) < 2 {
            return refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "0");
        }
        let items = json_of(request)["requests"].as_array().unwrap().clone();
        let done: Vec<_> = items.iter().map(|item| json!({ "id": item["id"], "status": 204 })).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "responses": done }))
    };
    mock.on("POST", BATCH, answer).await;
    let applied = mock
        .directory()
        .apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), None)
        .await
        .unwrap();
    assert_eq!(applied.writes, 6);
}

#[tokio::test]
async fn tells_the_highest_share_of_the_limit() {
    let mock = MockGraph::start().await;
    let header = "x-ms-throttle-limit-percentage";
    mock.on_items(move |item| {
        let mut answer = answer(204, Value::Null);
        answer["headers"][header] = match item["id"].as_str() {
            Some("1") => json!("0.85"),
            Some("2") => json!(1.2),
            _ => json!("much"),
        };
        answer
    })
    .await;
    let many = |count| changes(Change::Assign, (0..count).map(assignment).collect());
    assert_eq!(mock.directory().apply(many(1), None).await.unwrap().limit_percentage, Some(85));
    assert_eq!(mock.directory().apply(many(3), None).await.unwrap().limit_percentage, Some(120));
}

#[tokio::test]
async fn a_throttled_bulk_creation_tells_it_too() {
    let mock = MockGraph::start().await;
    let busy = refusal(429, "TooManyRequests", "slow down")
        .insert_header("Retry-After", "2")
        .insert_header("x-ms-throttle-limit-percentage", "1.384");
    mock.on("PATCH", DEVICES, busy).await;
    assert_eq!(mock.directory().apply(creations(2), None).await.unwrap().limit_percentage, Some(138));
    let mock = MockGraph::start().await;
    let created = ResponseTemplate::new(201)
        .insert_header("x-ms-throttle-limit-percentage", "0.8")
        .set_body_json(json!({ "value": [device(0, "S0"), device(1, "S1")] }));
    mock.on("PATCH", DEVICES, created).await;
    assert_eq!(mock.directory().apply(creations(2), None).await.unwrap().limit_percentage, Some(80));
}
