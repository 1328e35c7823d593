//! Retries and their delays.

use std::sync::atomic::{AtomicUsize, Ordering};
use token_core::ports::Change;

use serde_json::{Value, json};
use token_core::{error::ServiceError, ports::Directory};
use tokio::{io::AsyncReadExt, net::TcpListener};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{
    BATCH, DEVICES, MockGraph, answer, assignment, changes, device, error, json_of, list, refusal, serial,
};

/// The first responses fail, the following succeed.
fn at_last(
    failures: usize,
    failure: ResponseTemplate,
    success: ResponseTemplate,
) -> impl Fn(&Request) -> ResponseTemplate {
    let asked = AtomicUsize::new(0);
    move |_: &Request| {
        let answer = if asked.fetch_add(1, Ordering::SeqCst) < failures { &failure } else { &success };
        answer.clone()
    }
}

fn inventory() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(list(&[device(1, "A1")]))
}

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds() {
    for status in [408, 429, 500, 502, 503, 504] {
        let mock = MockGraph::start().await;
        mock.on("GET", DEVICES, at_last(3, refusal(status, "busy", "later"), inventory())).await;
        assert_eq!(mock.directory().tokens(None).await.unwrap().items.len(), 1, "{status}");
        assert_eq!(mock.received(DEVICES).await.len(), 4);
    }
}

#[tokio::test]
async fn a_read_is_repeated_after_a_concurrency_violation() {
    let violation = || refusal(409, "Directory_ConcurrencyViolation", "changed meanwhile");
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, at_last(1, violation(), inventory())).await;
    assert_eq!(mock.directory().tokens(None).await.unwrap().items.len(), 1);
    let asked = AtomicUsize::new(0);
    mock.on_items(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => answer(409, error("Directory_ConcurrencyViolation", "changed meanwhile")),
        _ => answer(200, list(&[device(1, "A1")])),
    })
    .await;
    let found = mock.directory().tokens_by_serial(vec![serial("A1")]).await.unwrap();
    assert_eq!(found[0].as_ref().unwrap().len(), 1);
}

#[tokio::test]
async fn the_retries_of_a_read_are_limited() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, refusal(503, "busy", "later")).await;
    assert!(matches!(mock.directory().tokens(None).await, Err(ServiceError::Upstream { status: 503, .. })));
    assert_eq!(mock.received(DEVICES).await.len(), 4);
}

#[tokio::test]
async fn each_attempt_has_its_own_id() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, at_last(1, refusal(503, "busy", "later"), inventory())).await;
    mock.directory().tokens(None).await.unwrap();
    let ids: Vec<_> = mock
        .received(DEVICES)
        .await
        .iter()
        .map(|request| request.headers["client-request-id"].clone())
        .collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn returns_a_long_retry_after_to_the_caller() {
    let seconds = refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "30");
    let date = refusal(503, "busy", "later")
        .insert_header("Date", "Wed, 21 Oct 2026 07:28:00 GMT")
        .insert_header("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT");
    for response in [seconds, date] {
        let mock = MockGraph::start().await;
        mock.on("GET", DEVICES, response).await;
        assert_eq!(mock.directory().tokens(None).await, Err(ServiceError::Throttled { after_ms: 30_000 }));
        assert_eq!(mock.received(DEVICES).await.len(), 1);
    }
}

#[tokio::test]
async fn an_unavailable_write_keeps_its_retry_after() {
    let mock = MockGraph::start().await;
    let busy = refusal(503, "serviceNotAvailable", "down").insert_header("Retry-After", "17");
    mock.on("POST", BATCH, busy).await;
    let error = mock.directory().apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap_err();
    assert_eq!(error, ServiceError::Throttled { after_ms: 17_000 });
    assert_eq!(mock.received(BATCH).await.len(), 1, "it may have been carried out");
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_by_429_is_sent_again() {
    let mock = MockGraph::start().await;
    let success =
        ResponseTemplate::new(200).set_body_json(json!({ "responses": [{ "id": "1", "status": 204 }] }));
    mock.on("POST", BATCH, at_last(2, refusal(429, "TooManyRequests", "slow down"), success)).await;
    mock.directory().apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap();
    let bodies: Vec<Value> = mock.received(BATCH).await.iter().map(json_of).collect();
    assert_eq!(bodies.len(), 3);
    assert_eq!(bodies[0], bodies[2]);
}

#[tokio::test]
async fn only_the_failed_items_of_a_reading_batch_are_sent_again() {
    let mock = MockGraph::start().await;
    let asked = AtomicUsize::new(0);
    mock.on_items(move |item: &Value| {
        let first = asked.fetch_add(1, Ordering::SeqCst) < 3;
        let serial = item["url"].as_str().unwrap().split("%27").nth(1).unwrap();
        match (first, serial) {
            (true, "S1") => answer(429, error("TooManyRequests", "slow down")),
            (true, "S2") => answer(503, error("busy", "later")),
            _ => answer(200, list(&[device(1, serial)])),
        }
    })
    .await;
    let serials = ["S0", "S1", "S2"].map(serial).to_vec();
    let found = mock.directory().tokens_by_serial(serials.clone()).await.unwrap();
    let found: Vec<_> = found.into_iter().flat_map(Result::unwrap).map(|token| token.serial).collect();
    assert_eq!(found, serials);
    assert_eq!(mock.items().await.len(), 5, "three, and then the two that had failed");
}

#[tokio::test]
async fn returns_a_long_retry_after_of_an_item_to_the_caller() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| {
        let mut answer = answer(429, error("TooManyRequests", "slow down"));
        answer["headers"]["Retry-After"] = json!(if item["id"] == "1" { "0" } else { "42" });
        answer
    })
    .await;
    let error = mock.directory().tokens_by_serial(["1", "2"].map(serial).to_vec()).await.unwrap_err();
    assert_eq!(error, ServiceError::Throttled { after_ms: 42_000 });
}

/// Accepts four connections and drops each after the request. Returns how many it accepted.
async fn dropping() -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut taken = 0;
        while taken < 4 {
            let (mut stream, _) = listener.accept().await.unwrap();
            // The request arrives whole or in part; there is no response.
            let _ = stream.read(&mut [0; 64 * 1024]).await;
            taken += 1;
        }
        taken
    });
    (address, server)
}

#[tokio::test]
async fn a_dropped_read_is_repeated_and_then_fails() {
    let mock = MockGraph::start().await;
    let (address, server) = dropping().await;
    let mut settings = mock.settings();
    settings.endpoint = address.parse().unwrap();
    let directory = graph::GraphDirectory::with_retries(settings, crate::mock_graph::RETRIES).unwrap();
    let error = directory.tokens(None).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Unreachable { message } if message.starts_with("127.0.0.1: ")),
        "{error:?}"
    );
    assert_eq!(server.await.unwrap(), 4);
}

#[tokio::test]
async fn a_dropped_write_is_not_repeated() {
    let mock = MockGraph::start().await;
    let (address, server) = dropping().await;
    let mut settings = mock.settings();
    settings.endpoint = address.parse().unwrap();
    let directory = graph::GraphDirectory::with_retries(settings, crate::mock_graph::RETRIES).unwrap();
    for _ in 0..4 {
        let error = directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap_err();
        assert!(matches!(error, ServiceError::Unreachable { .. }), "{error:?}");
    }
    assert_eq!(server.await.unwrap(), 4, "one connection for each call");
}
