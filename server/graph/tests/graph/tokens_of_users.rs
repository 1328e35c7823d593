//! `Directory::tokens_of_users`: all tokens of each user.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Directory, RefusalKind},
    token::TokenStatus,
};

use crate::mock_graph::{MockGraph, answer, device, error, guid, list, user_id};

#[tokio::test]
async fn reads_each_users_tokens_in_order() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| {
        let url = item["url"].as_str().unwrap();
        if url != format!("/users/{}/authentication/hardwareOathMethods", user_id(2).as_str()) {
            return answer(404, error("Request_ResourceNotFound", "no such user"));
        }
        let method =
            json!({ "id": guid(7), "createdDateTime": "2026-01-15T10:00:00Z", "device": device(7, "B7") });
        answer(200, list(&[method, json!({ "id": guid(8), "device": null })]))
    })
    .await;
    let holdings = mock.directory().tokens_of_users(vec![user_id(1), user_id(2)]).await.unwrap();
    let [Ok(nobody), Ok(two)] = holdings.as_slice() else { panic!("{holdings:?}") };
    assert!(nobody.is_empty());
    let [new, older] = two.as_slice() else { panic!("{two:?}") };
    assert_eq!((new.serial.as_str(), &new.status), ("B7", &TokenStatus::Assigned));
    assert_eq!(
        (older.serial.as_str(), older.assigned_to.as_ref().unwrap().id.clone()),
        (guid(8).as_str(), user_id(2))
    );
}

#[tokio::test]
async fn names_the_permission_that_is_missing() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("accessDenied", "Request Authorization failed"))).await;
    let error = mock.directory().tokens_of_users(vec![user_id(1)]).await.unwrap_err();
    let expected = "UserAuthMethod-HardwareOATH.Read.All";
    assert!(
        matches!(&error, ServiceError::Forbidden { permission, .. } if permission == expected),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_user_whose_list_is_refused_does_not_hide_the_others() {
    let mock = MockGraph::start().await;
    let administrator = format!("/users/{}/authentication/hardwareOathMethods", user_id(2).as_str());
    mock.on_items(move |item: &Value| match item["url"].as_str().unwrap() == administrator {
        true => answer(403, error("accessDenied", "Request Authorization failed")),
        false => answer(200, list(&[json!({ "id": guid(7), "device": device(7, "B7") })])),
    })
    .await;
    let users = vec![user_id(1), user_id(2), user_id(3)];
    let lists = mock.directory().tokens_of_users(users).await.unwrap();
    let [Ok(one), Err(refusal), Ok(three)] = lists.as_slice() else { panic!("{lists:?}") };
    assert_eq!((one.len(), three.len()), (1, 1));
    assert!(
        refusal.kind == RefusalKind::Forbidden
            && refusal.message.contains("UserAuthMethod-HardwareOATH.Read.All"),
        "{refusal:?}"
    );
}
