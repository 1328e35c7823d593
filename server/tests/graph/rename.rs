//! `Directory::rename`.

use std::ops::Range;

use serde_json::{Value, json};
use server::graph::GraphDirectory;
use token_core::{
    error::ServiceError,
    ports::{Directory, Outcome, Rename},
};

use crate::{
    mock_graph::{MockGraph, answer, error, guid, token_id},
    writes::{self, Written},
};

fn spare(number: usize) -> Rename {
    Rename { token: token_id(number), name: "Spare".to_owned() }
}

async fn write(directory: &GraphDirectory, numbers: Range<usize>) -> Written {
    directory.rename(numbers.map(spare).collect()).await
}

#[tokio::test]
async fn goes_in_batches_of_twenty() {
    writes::goes_in_batches_of_twenty(write).await;
}

#[tokio::test]
async fn tells_the_answers_apart() {
    writes::tells_the_answers_apart(write, "Policy.ReadWrite.AuthenticationMethod").await;
}

#[tokio::test]
async fn repeats_only_what_was_surely_not_carried_out() {
    writes::repeats_only_what_was_surely_not_carried_out(write).await;
}

#[tokio::test]
async fn an_item_left_out_is_unknown() {
    writes::an_item_left_out_is_unknown(write).await;
}

#[tokio::test]
async fn patches_the_name_and_nothing_else() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    assert_eq!(write(&mock.directory(), 1..2).await.unwrap(), [Outcome::Done(())]);
    let items = mock.items().await;
    let url = format!("/directory/authenticationMethodDevices/hardwareOathDevices/{}", guid(1));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"PATCH".into(), &url.into()));
    assert_eq!(items[0]["headers"]["Content-Type"], "application/json");
    assert_eq!(items[0]["body"], json!({ "displayName": "Spare" }));
}

#[tokio::test]
async fn sends_every_name_as_it_is_and_none_as_null() {
    let names = ["O'Brien\"\\", "<img onerror=alert(1)>", "\u{202e}Jürgen Groß", "$batch", " a ", ""];
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    let renames = names.map(|name| Rename { token: token_id(1), name: name.to_owned() }).to_vec();
    mock.directory().rename(renames).await.unwrap();
    let sent: Vec<_> = mock.items().await.iter().map(|item| item["body"]["displayName"].clone()).collect();
    let expected = names.map(|name| if name.is_empty() { Value::Null } else { name.into() });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn what_every_token_is_refused_for_is_the_apps_trouble() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "Insufficient privileges"))).await;
    let error = write(&mock.directory(), 0..2).await.unwrap_err();
    assert!(matches!(error, ServiceError::Forbidden { .. }), "{error:?}");
}
