//! `Directory::users_by_id`: the users of assigned tokens.

use serde_json::json;
use token_core::ports::Directory;

use crate::mock_graph::{MockGraph, USERS_BATCH, answer, error, list, user_id};

#[tokio::test]
async fn filters_by_id_and_returns_existing_users() {
    let mock = MockGraph::start().await;
    let amy = json!({
        "id": user_id(1).as_str(), "displayName": "Amy Masters", "userPrincipalName": "amy@a.example",
        "mail": "amy.masters@a.example", "accountEnabled": true, "userType": "Member", "extra": 1
    });
    mock.on_items(move |_| answer(200, list(std::slice::from_ref(&amy)))).await;
    let users = mock.directory().users_by_id(vec![user_id(1), user_id(2)]).await.unwrap();
    let [user] = users.as_slice() else { panic!("{users:?}") };
    assert_eq!((user.id.clone(), user.name.as_str()), (user_id(1), "Amy Masters"));
    assert_eq!(
        (user.enabled, user.guest, user.mail.as_deref()),
        (Some(true), Some(false), Some("amy.masters@a.example"))
    );
    assert_eq!(mock.received(USERS_BATCH).await.len(), 1, "users are requested from v1.0");
    let url = mock.items().await[0]["url"].as_str().unwrap().to_owned();
    let (one, two) = (user_id(1), user_id(2));
    let filter = format!("/users?$filter=id%20in%20%28%27{}%27%2C%27{}%27%29&", one.as_str(), two.as_str());
    assert!(url.starts_with(&filter), "{url}");
}

#[tokio::test]
async fn looks_up_one_by_one_when_the_filter_is_refused() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| match item["url"].as_str().unwrap() {
        url if url.starts_with("/users?") => answer(400, error("Request_UnsupportedQuery", "no")),
        url if url.contains(user_id(1).as_str()) => {
            answer(200, json!({ "id": user_id(1).as_str(), "userPrincipalName": "amy@a.example" }))
        }
        _ => answer(404, error("Request_ResourceNotFound", "no")),
    })
    .await;
    let users = mock.directory().users_by_id(vec![user_id(1), user_id(2)]).await.unwrap();
    assert_eq!(users.iter().map(|user| &user.id).collect::<Vec<_>>(), [&user_id(1)]);
}
