//! `Directory::assign`.

use serde_json::{Value, json};
use token_core::ports::{Change, Directory, Outcome};

use crate::mock_graph::{MockGraph, answer, assignment, changes, guid, user_id};

#[tokio::test]
async fn posts_the_token_to_the_users_list() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(201, json!({ "id": guid(1), "createdDateTime": "2026-01-15T10:00:00Z" }))).await;
    let outcomes =
        mock.directory().apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap().outcomes;
    assert_eq!(outcomes, [Outcome::Done(None)]);
    let items = mock.items().await;
    assert_eq!(items[0]["url"], format!("/users/{}/authentication/hardwareOathMethods", user_id(1).as_str()));
    assert_eq!(
        (&items[0]["method"], &items[0]["body"]),
        (&json!("POST"), &json!({ "device": { "id": guid(1) } }))
    );
}

#[tokio::test]
async fn accepts_any_2xx() {
    for status in [200, 204] {
        let mock = MockGraph::start().await;
        mock.on_items(move |_| answer(status, Value::Null)).await;
        assert_eq!(
            mock.directory()
                .apply(changes(Change::Assign, vec![assignment(1)]), None)
                .await
                .unwrap()
                .outcomes,
            [Outcome::Done(None)]
        );
    }
}
