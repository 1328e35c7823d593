//! `Directory::deactivate`.

use std::ops::Range;

use graph::GraphDirectory;
use serde_json::{Value, json};
use token_core::ports::{Change, Directory, Outcome};

use crate::{
    mock_graph::{MockGraph, answer, assignment, changes, guid, user_id},
    writes::{self, Written},
};

async fn write(directory: &GraphDirectory, numbers: Range<usize>) -> Written {
    directory
        .apply(changes(Change::Deactivate, numbers.map(assignment).collect()), None)
        .await
        .map(|applied| applied.outcomes)
}

#[tokio::test]
async fn sends_batches_of_twenty() {
    writes::sends_batches_of_twenty(write).await;
}

#[tokio::test]
async fn maps_each_status_to_an_outcome() {
    writes::maps_each_status_to_an_outcome(write, "UserAuthMethod-HardwareOATH.ReadWrite.All").await;
}

#[tokio::test]
async fn repeats_only_what_was_certainly_not_carried_out() {
    writes::repeats_only_what_was_certainly_not_carried_out(write).await;
}

#[tokio::test]
async fn an_item_without_response_is_unknown() {
    writes::an_item_without_response_is_unknown(write).await;
}

#[tokio::test]
async fn posts_an_empty_object() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    assert_eq!(write(&mock.directory(), 1..2).await.unwrap(), [Outcome::Done(None)]);
    let items = mock.items().await;
    let user = user_id(1);
    let url = format!("/users/{}/authentication/hardwareOathMethods/{}/deactivate", user.as_str(), guid(1));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"POST".into(), &url.into()));
    assert_eq!(items[0]["body"], json!({}));
    assert_eq!(items[0]["headers"]["Content-Type"], "application/json");
}
