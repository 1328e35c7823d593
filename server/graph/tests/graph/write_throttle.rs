//! The rate limit of writes.

use std::time::Duration;
use token_core::ports::Change;

use graph::{ClientLimits, GraphDirectory, WriteRateLimit};
use serde_json::json;
use token_core::{error::ServiceError, ports::Directory};

use crate::mock_graph::{BATCH, LIMITS, MockGraph, activation, answer, assignment, changes, list, serial};

#[tokio::test]
async fn returns_a_delay_above_the_limit() {
    let writes =
        WriteRateLimit { writes: 30, window: Duration::from_secs(150), max_wait: Duration::from_millis(50) };
    let mock = MockGraph::start().await;
    mock.on_items(
        |item| if item.get("body").is_some() { json!({ "status": 204 }) } else { answer(200, list(&[])) },
    )
    .await;
    let directory = GraphDirectory::with_limits(mock.settings(), ClientLimits { writes, ..LIMITS }).unwrap();
    directory.apply(changes(Change::Assign, (0..30).map(assignment).collect()), None).await.unwrap().outcomes;
    let error = directory.apply(changes(Change::Assign, vec![assignment(30)]), None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Throttled { after_ms: 140_000..=150_000 }), "{error:?}");
    assert_eq!(mock.received(BATCH).await.len(), 2, "the last write was not sent");
    directory.tokens_by_serial(vec![serial("1")]).await.unwrap();
}

#[tokio::test]
async fn a_write_with_a_code_does_not_wait() {
    let max_wait = Duration::from_secs(150);
    let writes = WriteRateLimit { writes: 1, window: Duration::from_secs(5), max_wait };
    let mock = MockGraph::start().await;
    mock.on_items(|_| json!({ "status": 204 })).await;
    let directory = GraphDirectory::with_limits(mock.settings(), ClientLimits { writes, ..LIMITS }).unwrap();
    directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap().outcomes;
    let error = directory.apply(changes(Change::Activate, vec![activation(1)]), None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Throttled { .. }), "{error:?}");
    assert_eq!(mock.received(BATCH).await.len(), 1);
}
