//! Directory roles: who may read them, and their names.

use http::Method;
use practice::PracticeSettings;
use serde_json::Value;

use crate::test_client::{Answer, TestClient, answer, small};

async fn roles(client: &TestClient, user: &Value) -> Answer {
    let id = user["id"].as_str().unwrap();
    let path = format!(
        "v1.0/users/{id}/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName"
    );
    answer(client.request(Method::GET, &path).header("ConsistencyLevel", "eventual")).await.unwrap()
}

/// The names of all roles that somebody holds; `None` where the name is hidden.
async fn all_roles(client: &TestClient) -> Vec<Option<String>> {
    let (_, users) = client.get("v1.0/users?$top=999").await;
    let mut all = Vec::new();
    for user in users["value"].as_array().unwrap() {
        let (status, body) = roles(client, user).await;
        assert_eq!(status, 200, "{body}");
        let names = body["value"].as_array().unwrap().iter();
        all.extend(names.map(|role| role["displayName"].as_str().map(str::to_owned)));
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_few_users_hold_roles() {
    let client = TestClient::small().await;
    let expected = [
        "Authentication Administrator",
        "Authentication Policy Administrator",
        "Global Administrator",
        "Global Reader",
    ];
    assert_eq!(all_roles(&client).await, expected.map(|name| Some(name.to_owned())));
}

#[tokio::test]
async fn names_need_a_permission_of_their_own() {
    let client = TestClient::start(PracticeSettings { grant: vec!["User.Read.All"], ..small() }).await;
    assert_eq!(all_roles(&client).await, vec![None; 4]);
}

#[tokio::test]
async fn roles_need_the_wider_permission_and_an_advanced_query() {
    let client = TestClient::start(PracticeSettings { grant: vec!["User.ReadBasic.All"], ..small() }).await;
    let (_, users) = client.get("v1.0/users?$top=1").await;
    let (status, body) = roles(&client, &users["value"][0]).await;
    assert_eq!((status, body["error"]["code"].as_str()), (403, Some("Authorization_RequestDenied")));
    let client = TestClient::small().await;
    let (_, users) = client.get("v1.0/users?$top=1").await;
    let id = users["value"][0]["id"].as_str().unwrap();
    let path = format!("v1.0/users/{id}/transitiveMemberOf/microsoft.graph.directoryRole");
    assert_eq!(client.get(&path).await.0, 400);
}
