//! `Directory::directory_roles`: who holds a directory role, as far as Graph tells.

use std::time::Duration;

use serde_json::json;
use token_core::{error::ServiceError, ports::Directory, user::DirectoryRoles};

use crate::mock_graph::{MockGraph, USERS_BATCH, answer, error, list, user_id};

fn known(roles: &[&str]) -> DirectoryRoles {
    DirectoryRoles::Known(roles.iter().map(|role| (*role).to_owned()).collect())
}

#[tokio::test]
async fn names_the_roles_of_each_user_and_remembers_them() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| {
        assert_eq!(item["headers"]["ConsistencyLevel"], "eventual", "a cast is an advanced query");
        let role = |name| json!({ "id": user_id(9).as_str(), "displayName": name });
        let roles = match item["url"].as_str().unwrap() {
            url if url.contains(user_id(1).as_str()) => {
                vec![role(json!("User Administrator")), role(json!("Global Administrator"))]
            }
            // Without RoleManagement.Read.Directory Graph shows the role and not its name.
            url if url.contains(user_id(2).as_str()) => vec![role(json!(null))],
            _ => Vec::new(),
        };
        answer(200, list(&roles))
    })
    .await;
    let directory = mock.directory();
    let users = vec![user_id(1), user_id(2), user_id(3)];
    let expected =
        [known(&["Global Administrator", "User Administrator"]), known(&["(name not shown)"]), known(&[])];
    assert_eq!(directory.directory_roles(users.clone()).await.unwrap(), expected);
    let url = mock.items().await[0]["url"].as_str().unwrap().to_owned();
    let path = format!("/users/{}/transitiveMemberOf/microsoft.graph.directoryRole?", user_id(1).as_str());
    assert!(url.starts_with(&path) && url.contains("$count=true"), "{url}");
    assert_eq!(directory.directory_roles(users).await.unwrap(), expected);
    assert_eq!(mock.received(USERS_BATCH).await.len(), 1, "remembered");
}

#[tokio::test]
async fn without_the_permission_nothing_is_known() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("Authorization_RequestDenied", "no"))).await;
    let directory = mock.directory();
    let roles = directory.directory_roles(vec![user_id(1), user_id(2)]).await.unwrap();
    assert_eq!(roles, [DirectoryRoles::Unknown, DirectoryRoles::Unknown]);
    directory.directory_roles(vec![user_id(3)]).await.unwrap();
    assert_eq!(mock.items().await.len(), 2, "not asked again at once");
}

#[tokio::test]
async fn a_user_who_does_not_exist_hides_nobody_elses_roles() {
    for status in [400, 404] {
        let mock = MockGraph::start().await;
        mock.on_items(move |item| match item["url"].as_str().unwrap() {
            url if url.contains(user_id(1).as_str()) => answer(status, error("Request_BadRequest", "no")),
            _ => answer(
                200,
                list(&[json!({ "id": user_id(9).as_str(), "displayName": "Global Administrator" })]),
            ),
        })
        .await;
        let directory = mock.directory();
        let roles = directory.directory_roles(vec![user_id(1)]).await.unwrap();
        assert_eq!(roles, [DirectoryRoles::Unknown]);
        let roles = directory.directory_roles(vec![user_id(2)]).await.unwrap();
        assert_eq!(roles, [known(&["Global Administrator"])]);
    }
}

#[tokio::test]
async fn roles_are_read_again_after_a_while() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, list(&[]))).await;
    let directory = mock.directory();
    directory.directory_roles(vec![user_id(1)]).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(16)).await;
    tokio::time::resume();
    directory.directory_roles(vec![user_id(1)]).await.unwrap();
    assert_eq!(mock.items().await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_an_error_and_not_a_user_without_roles() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(500, error("generalException", "no"))).await;
    let lost = mock.directory().directory_roles(vec![user_id(1)]).await;
    assert!(matches!(lost, Err(ServiceError::Upstream { status: 500, .. })), "{lost:?}");
}
