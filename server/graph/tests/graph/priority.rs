//! `x-ms-throttle-priority`: low for long runs, high for self-service, none otherwise.

use serde_json::Value;
use token_core::{
    audit::{RunId, RunRows},
    otp::Code,
    ports::{Change, Directory},
};

use crate::mock_graph::{
    BATCH, CODE, DEVICES, MockGraph, answer, assignment, changes, creations, list, serial, token_id, user_id,
};

const HEADER: &str = "x-ms-throttle-priority";

async fn mock() -> MockGraph {
    let mock = MockGraph::start().await;
    mock.on_items(
        |item| if item["method"] == "GET" { answer(200, list(&[])) } else { answer(204, Value::Null) },
    )
    .await;
    mock
}

/// The priorities of all requests to Graph and of all items of batches.
async fn priorities(mock: &MockGraph) -> Vec<Option<String>> {
    let of_request =
        |value: &wiremock::Request| value.headers.get(HEADER).map(|value| value.to_str().unwrap().to_owned());
    let requests = [mock.received(BATCH).await, mock.received(DEVICES).await].concat();
    let items = mock.items().await;
    let of_item = |item: &Value| item["headers"][HEADER].as_str().map(ToOwned::to_owned);
    requests.iter().map(of_request).chain(items.iter().map(of_item)).collect()
}

fn run(rows: usize, size: u32) -> Option<RunRows> {
    Some(RunRows { id: RunId::from_random(1), rows: vec![1; rows], size })
}

#[tokio::test]
async fn writes_of_long_runs_have_low_priority() {
    for (size, expected) in [(Some(101), Some("low")), (Some(100), None), (None, None)] {
        let mock = mock().await;
        let run = |rows| size.and_then(|size| run(rows, size));
        let directory = mock.directory();
        directory.apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), run(2)).await.unwrap();
        directory.apply(creations(2), run(2)).await.unwrap();
        let found = priorities(&mock).await;
        // Two batches with two items each, and the bulk creation that the mock server does not know.
        assert_eq!(found, vec![expected.map(ToOwned::to_owned); 7], "{size:?}");
    }
}

#[tokio::test]
async fn self_service_has_high_priority() {
    let mock = mock().await;
    let (directory, user, code) = (mock.directory(), user_id(1), Code::parse(CODE).unwrap());
    let tokens = directory.user_tokens(&user);
    tokens.tokens().await.unwrap();
    tokens.activate(&token_id(1), &code).await.unwrap();
    tokens.claim(&serial("S1"), &code).await.unwrap();
    tokens.release(&token_id(1)).await.unwrap();
    assert_eq!(priorities(&mock).await, vec![Some("high".to_owned()); 8]);
}

#[tokio::test]
async fn lookups_have_none() {
    let mock = mock().await;
    mock.directory().tokens_by_serial(vec![serial("S1")]).await.unwrap();
    mock.directory().tokens_of_users(vec![user_id(1)]).await.unwrap();
    assert_eq!(priorities(&mock).await, vec![None; 4]);
}
