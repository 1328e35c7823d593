//! `Directory::unassign`.

use std::ops::Range;

use graph::GraphDirectory;
use serde_json::Value;
use token_core::{
    ports::{Change, Directory, Outcome, RefusalKind},
    token::Token,
};

use crate::{
    mock_graph::{MockGraph, answer, assignment, changes, error, guid, user_id},
    writes::{self, Written},
};

async fn write(directory: &GraphDirectory, numbers: Range<usize>) -> Written {
    directory
        .apply(changes(Change::Unassign, numbers.map(assignment).collect()), None)
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
async fn deletes_the_method_of_the_user_and_not_the_token() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(204, Value::Null)).await;
    assert_eq!(write(&mock.directory(), 1..2).await.unwrap(), [Outcome::Done(None)]);
    let items = mock.items().await;
    let url = format!("/users/{}/authentication/hardwareOathMethods/{}", user_id(1).as_str(), guid(1));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"DELETE".into(), &url.into()));
    assert!(items[0].get("body").is_none() && items[0]["headers"].get("Content-Type").is_none());
}

#[tokio::test]
async fn users_who_are_all_forbidden_may_be_administrators() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("accessDenied", "Request Authorization failed"))).await;
    let outcomes = write(&mock.directory(), 0..2).await.unwrap();
    let forbidden = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Forbidden);
    assert!(outcomes.len() == 2 && outcomes.iter().all(forbidden), "{outcomes:?}");
}
