//! `Directory::delete`.

use std::ops::Range;

use graph::GraphDirectory;
use serde_json::Value;
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, Outcome},
};

use crate::{
    mock_graph::{MockGraph, answer, changes, error, guid, token_id},
    writes::{self, Written},
};

async fn write(directory: &GraphDirectory, numbers: Range<usize>) -> Written {
    directory
        .apply(changes(Change::Delete, numbers.map(token_id).collect()), None)
        .await
        .map(|applied| applied.outcomes)
}

#[tokio::test]
async fn sends_batches_of_twenty() {
    writes::sends_batches_of_twenty(write).await;
}

#[tokio::test]
async fn maps_each_status_to_an_outcome() {
    writes::maps_each_status_to_an_outcome(write, "Policy.ReadWrite.AuthenticationMethod").await;
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
async fn deletes_the_token_from_the_inventory() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    assert_eq!(write(&mock.directory(), 1..2).await.unwrap(), [Outcome::Done(None)]);
    let items = mock.items().await;
    let url = format!("/directory/authenticationMethodDevices/hardwareOathDevices/{}", guid(1));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"DELETE".into(), &url.into()));
    assert!(items[0].get("body").is_none() && items[0]["headers"].get("Content-Type").is_none());
}

#[tokio::test]
async fn fails_as_a_whole_when_every_item_is_forbidden() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "Insufficient privileges"))).await;
    let error = write(&mock.directory(), 0..2).await.unwrap_err();
    let ServiceError::Forbidden { permission, .. } = error else { panic!("{error:?}") };
    assert_eq!(permission, "Policy.ReadWrite.AuthenticationMethod");
    let alone = write(&mock.directory(), 0..1).await.unwrap();
    assert!(matches!(alone.as_slice(), [Outcome::Refused(_)]), "{alone:?}");
}
