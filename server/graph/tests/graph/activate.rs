//! `Directory::activate`.

use serde_json::json;
use token_core::ports::{Change, Directory, Outcome, RefusalKind};

use crate::mock_graph::{CODE, MockGraph, activation, answer, changes, error, guid, user_id};

#[tokio::test]
async fn posts_the_code_to_the_users_method() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| json!({ "status": 204 })).await;
    let outcomes =
        mock.directory().apply(changes(Change::Activate, vec![activation(1)]), None).await.unwrap().outcomes;
    assert_eq!(outcomes, [Outcome::Done(None)]);
    let items = mock.items().await;
    let user = user_id(1);
    let url = format!("/users/{}/authentication/hardwareOathMethods/{}/activate", user.as_str(), guid(1));
    assert_eq!(items[0]["url"], url);
    assert_eq!(items[0]["body"], json!({ "verificationCode": CODE }));
}

#[tokio::test]
async fn redacts_the_code_in_refusals() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(400, error("badRequest", &format!("The code {CODE} is wrong.")))).await;
    let outcomes =
        mock.directory().apply(changes(Change::Activate, vec![activation(1)]), None).await.unwrap().outcomes;
    let [Outcome::Refused(refusal)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::BadRequest, "The code ••• is wrong."));
}
