//! `Directory::assign_and_activate`.

use serde_json::json;
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, Outcome},
};

use crate::mock_graph::{BATCH, CODE, MockGraph, activation, changes, guid, refusal, user_id};

#[tokio::test]
async fn posts_token_and_code_as_strings() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| json!({ "status": 204 })).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::AssignAndActivate, vec![activation(1)]), None)
        .await
        .unwrap()
        .outcomes;
    assert_eq!(outcomes, [Outcome::Done(None)]);
    let items = mock.items().await;
    let user = user_id(1);
    let url = format!("/users/{}/authentication/hardwareOathMethods/assignAndActivate", user.as_str());
    assert_eq!(items[0]["url"], url);
    assert_eq!(items[0]["body"], json!({ "device": { "id": guid(1) }, "verificationCode": CODE }));
}

#[tokio::test]
async fn a_code_is_not_sent_again_after_a_delay() {
    let mock = MockGraph::start().await;
    let busy = refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "1");
    mock.on("POST", BATCH, busy).await;
    let error = mock
        .directory()
        .apply(changes(Change::AssignAndActivate, vec![activation(1)]), None)
        .await
        .unwrap_err();
    assert_eq!(error, ServiceError::Throttled { after_ms: 1_000 });
    assert_eq!(mock.received(BATCH).await.len(), 1);
}
