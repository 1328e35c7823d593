//! `Change::Rename`.

use serde_json::Value;
use token_core::ports::{Change, Directory, Rename};

use crate::mock_graph::{MockGraph, answer, changes, token_id};

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
