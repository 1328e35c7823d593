//! `Directory::rename`.

use std::ops::Range;

use graph::GraphDirectory;
use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, Outcome, Rename},
};

use crate::{
    mock_graph::{MockGraph, answer, changes, error, guid, token_id},
    writes::{self, Written},
};

fn spare(number: usize) -> Rename {
    Rename { token: token_id(number), name: "Spare".to_owned() }
}

async fn write(directory: &GraphDirectory, numbers: Range<usize>) -> Written {
    directory
        .apply(changes(Change::Rename, numbers.map(spare).collect()), None)
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
async fn patches_the_name_and_nothing_else() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    assert_eq!(write(&mock.directory(), 1..2).await.unwrap(), [Outcome::Done(None)]);
    let items = mock.items().await;
    let url = format!("/directory/authenticationMethodDevices/hardwareOathDevices/{}", guid(1));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"PATCH".into(), &url.into()));
    assert_eq!(items[0]["headers"]["Content-Type"], "application/json");
    assert_eq!(items[0]["body"], json!({ "displayName": "Spare" }));
}

#[tokio::test]
async fn sends_names_unchanged_and_an_empty_name_as_null() {
    let names = ["O'Brien\"\\", "<img onerror=alert(1)>", "\u{202e}Jürgen Groß", "$batch", " a ", ""];
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    let renames = names.map(|name| Rename { token: token_id(1), name: name.to_owned() }).to_vec();
    mock.directory().apply(changes(Change::Rename, renames), None).await.unwrap();
    let sent: Vec<_> = mock.items().await.iter().map(|item| item["body"]["displayName"].clone()).collect();
    let expected = names.map(|name| if name.is_empty() { Value::Null } else { name.into() });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn fails_as_a_whole_when_every_item_is_forbidden() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "Insufficient privileges"))).await;
    let error = write(&mock.directory(), 0..2).await.unwrap_err();
    assert!(matches!(error, ServiceError::Forbidden { .. }), "{error:?}");
}
