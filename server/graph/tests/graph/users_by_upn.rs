//! `Directory::users_by_upn`: fifteen names in a filter, twenty filters in a batch.

use serde_json::{Value, json};
use token_core::{error::ServiceError, ports::Directory};

use crate::mock_graph::{MockGraph, USERS_BATCH, answer, error, list, user_id};

fn user(number: usize, upn: &str) -> Value {
    json!({
        "id": user_id(number).as_str(), "displayName": "Amy", "userPrincipalName": upn, "mail": null,
        "accountEnabled": false, "userType": "Guest"
    })
}

fn upns(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("u{number}@a.example")).collect()
}

#[tokio::test]
async fn requests_three_hundred_users_in_one_batch() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, list(&[]))).await;
    mock.directory().users_by_upn(upns(300)).await.unwrap();
    assert_eq!(mock.received(USERS_BATCH).await.len(), 1);
    let items = mock.items().await;
    assert_eq!(items.len(), 20);
    assert!(items.iter().all(|item| item["url"].as_str().unwrap().matches("%40a.example").count() == 15));
}

#[tokio::test]
async fn doubles_quotes_and_encodes_special_characters() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, list(&[user(1, "o'brien@a.example")]))).await;
    let names = ["o'brien@a.example", "x#EXT#@a.example"].map(str::to_owned).to_vec();
    let users = mock.directory().users_by_upn(names).await.unwrap();
    assert_eq!((users[0].enabled, users[0].guest), (Some(false), Some(true)));
    assert_eq!(
        mock.items().await[0]["url"],
        "/users?$filter=userPrincipalName%20in%20%28%27o%27%27brien%40a.example%27%2C%27x%23EXT%23%40a.example%27%29\
         &$select=id%2CdisplayName%2CuserPrincipalName%2Cmail%2CaccountEnabled%2CuserType&$top=999"
    );
}

#[tokio::test]
async fn looks_up_one_by_one_when_the_filter_is_refused() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| match item["url"].as_str().unwrap().split('?').next().unwrap() {
        "/users" => answer(400, error("Request_UnsupportedQuery", "no such filter")),
        "/users/x_y.com%23EXT%23@a.example" => answer(200, user(1, "x_y.com#EXT#@a.example")),
        "/users('$b@a.example')" => answer(200, user(2, "$b@a.example")),
        _ => answer(404, error("Request_ResourceNotFound", "gone")),
    })
    .await;
    let names = ["x_y.com#EXT#@a.example", "gone@a.example", "$b@a.example"].map(str::to_owned).to_vec();
    let users = mock.directory().users_by_upn(names).await.unwrap();
    let found: Vec<_> = users.iter().map(|user| user.upn.as_str()).collect();
    assert_eq!(found, ["x_y.com#EXT#@a.example", "$b@a.example"]);
}

#[tokio::test]
async fn requests_the_basic_profile_after_a_refusal() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| {
        if item["url"].as_str().unwrap().contains("accountEnabled") {
            return answer(403, error("Authorization_RequestDenied", "Insufficient privileges"));
        }
        let basic =
            json!({ "id": user_id(1).as_str(), "displayName": null, "userPrincipalName": "u0@a.example" });
        answer(200, list(&[basic]))
    })
    .await;
    let directory = mock.directory();
    let users = directory.users_by_upn(upns(1)).await.unwrap();
    assert_eq!((users[0].enabled, users[0].guest), (None, None));
    directory.users_by_upn(upns(1)).await.unwrap();
    assert_eq!(mock.received(USERS_BATCH).await.len(), 3, "refused, asked again, and then remembered");
}

#[tokio::test]
async fn names_the_permission_when_no_profile_is_allowed() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "Insufficient privileges"))).await;
    let error = mock.directory().users_by_upn(upns(1)).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Forbidden { permission, .. } if permission == "User.ReadBasic.All"),
        "{error:?}"
    );
}

#[tokio::test]
async fn accepts_at_most_three_hundred_names() {
    let mock = MockGraph::start().await;
    let error = mock.directory().users_by_upn(upns(301)).await.unwrap_err();
    assert!(matches!(error, ServiceError::Invalid { .. }));
    let users = mock.directory().users_by_upn(vec!["not a name".to_owned(), "..".to_owned()]).await.unwrap();
    assert!(users.is_empty());
    assert!(mock.server.received_requests().await.unwrap().is_empty());
}
