//! The write budget, seen from outside.

use std::time::Duration;

use serde_json::json;
use server::graph::{GraphDirectory, Limits, WriteBudget};
use token_core::{error::ServiceError, ports::Directory};

use crate::stand_in::{BATCH, LIMITS, Tenant, activation, answer, assignment, list, serial};

#[tokio::test]
async fn answers_with_a_pause_before_graph_has_to() {
    let writes =
        WriteBudget { writes: 30, window: Duration::from_secs(150), patience: Duration::from_millis(50) };
    let tenant = Tenant::start().await;
    tenant
        .on_items(
            |item| if item.get("body").is_some() { json!({ "status": 204 }) } else { answer(200, list(&[])) },
        )
        .await;
    let directory = GraphDirectory::with_limits(tenant.settings(), Limits { writes, ..LIMITS }).unwrap();
    directory.assign((0..30).map(assignment).collect()).await.unwrap();
    let error = directory.assign(vec![assignment(30)]).await.unwrap_err();
    assert!(matches!(error, ServiceError::Throttled { after_ms: 140_000..=150_000 }), "{error:?}");
    assert_eq!(tenant.received(BATCH).await.len(), 2, "the last write was not sent");
    directory.tokens_by_serial(vec![serial("1")]).await.unwrap();
}

#[tokio::test]
async fn a_code_is_not_held_back_until_it_is_old() {
    let patience = Duration::from_secs(150);
    let writes = WriteBudget { writes: 1, window: Duration::from_secs(5), patience };
    let tenant = Tenant::start().await;
    tenant.on_items(|_| json!({ "status": 204 })).await;
    let directory = GraphDirectory::with_limits(tenant.settings(), Limits { writes, ..LIMITS }).unwrap();
    directory.assign(vec![assignment(1)]).await.unwrap();
    let error = directory.activate(vec![activation(1)]).await.unwrap_err();
    assert!(matches!(error, ServiceError::Throttled { .. }), "{error:?}");
    assert_eq!(tenant.received(BATCH).await.len(), 1);
}
