//! The users of the directory, and the policy of the authentication method.

use http::Method;
use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{Answer, TestClient, answer, small, walk};

async fn eventually(client: &TestClient, path: &str) -> Answer {
    answer(client.request(Method::GET, path).header("ConsistencyLevel", "eventual")).await.unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    page["value"].as_array().unwrap().iter().map(|user| user["displayName"].as_str().unwrap()).collect()
}

async fn refusal(client: &TestClient, path: &str) -> String {
    let (status, body) = client.get(path).await;
    assert_eq!(status, 400, "{path}: {body}");
    body["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn pages_by_a_hundred_and_at_most_999() {
    let client =
        TestClient::start(PracticeSettings { tokens: 0, users: 1_050, ..PracticeSettings::default() }).await;
    let (_, page) = client.get("v1.0/users").await;
    assert_eq!(page["value"].as_array().unwrap().len(), 100);
    assert_eq!(walk(&client, "beta/users?$top=999&$select=id").await.len(), 1_050);
    let (status, body) = client.get("v1.0/users?$top=1000").await;
    let message = "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.";
    assert_eq!((status, &body["error"]["message"]), (400, &message.into()));
    assert_eq!(client.get("v1.0/users?$skip=1").await.0, 400);
}

#[tokio::test]
async fn returns_account_enabled_and_user_type_only_when_selected() {
    let client = TestClient::small().await;
    let (_, page) = client.get("v1.0/users?$top=1").await;
    let user = page["value"][0].as_object().unwrap();
    assert_eq!(user.len(), 11);
    assert!(!user.contains_key("accountEnabled") && !user.contains_key("userType"));
    let (_, page) = client.get("v1.0/users?$top=1&$select=id,accountEnabled,userType").await;
    assert_eq!(page["value"][0].as_object().unwrap().len(), 3);
    assert_eq!(client.get("v1.0/users?$select=colour").await.0, 400);
}

#[tokio::test]
async fn account_enabled_and_user_type_need_the_wider_permission() {
    let client = TestClient::start(PracticeSettings { grant: vec!["User.ReadBasic.All"], ..small() }).await;
    let (_, page) = client.get("v1.0/users?$top=1&$select=id,accountEnabled,userType").await;
    assert_eq!(page["value"][0].as_object().unwrap().len(), 1);
    assert_eq!(client.get("v1.0/users?$filter=accountEnabled eq true").await.0, 403);
}

#[tokio::test]
async fn filters_by_startswith_eq_and_in() {
    let client = TestClient::small().await;
    let o_brien = [
        "startswith(displayName,'siobhán o''b')",
        "userPrincipalName eq 'SIOBHAN.O''BRIEN@lindenbach.example'",
        "startswith(displayName,'zzz') or startswith(mail,'siobhan')",
        "displayName in ('Nobody','Siobhán O''Brien')",
    ];
    for filter in o_brien {
        let (_, page) = client.get(&format!("v1.0/users?$filter={filter}")).await;
        assert_eq!(names(&page), ["Siobhán O'Brien"], "{filter}");
    }
    let (_, page) = client.get("v1.0/users?$filter=displayName eq 'Alex Kim'").await;
    assert_eq!(names(&page).len(), 2, "two users of the same name");
}

#[tokio::test]
async fn an_in_filter_takes_at_most_fifteen_names() {
    let client = TestClient::small().await;
    let users = walk(&client, "v1.0/users?$select=userPrincipalName&$top=20").await;
    let list = |count: usize| {
        let quoted =
            |user: &Value| format!("'{}'", user["userPrincipalName"].as_str().unwrap().replace('\'', "''"));
        let list: Vec<_> = users[..count].iter().map(quoted).collect();
        // The guest's user principal name contains `#`.
        format!("v1.0/users?$filter=userPrincipalName in ({})", list.join(",").replace('#', "%23"))
    };
    assert_eq!(client.get(&list(15)).await.1["value"].as_array().unwrap().len(), 15);
    assert_eq!(refusal(&client, &list(16)).await, "Request_UnsupportedQuery");
}

#[tokio::test]
async fn advanced_filters_need_header_and_count() {
    let client = TestClient::small().await;
    let filter = "v1.0/users?$filter=endswith(userPrincipalName,'EXAMPLE') and accountEnabled ne true";
    assert_eq!(refusal(&client, filter).await, "Request_UnsupportedQuery");
    assert_eq!(eventually(&client, filter).await.0, 400);
    let (status, page) = eventually(&client, &format!("{filter}&$count=true")).await;
    assert_eq!(status, 200);
    assert!(names(&page).contains(&"Robin Left-Already"));
    assert_eq!(page["@odata.count"], names(&page).len());
}

#[tokio::test]
async fn search_needs_its_header_and_matches_beginnings_of_words() {
    let client = TestClient::small().await;
    let search = |clause: &str| format!("v1.0/users?$search={clause}");
    let brien = search("\"displayName:o'br\" OR \"mail:o'br\"");
    assert_eq!(refusal(&client, &brien).await, "Request_UnsupportedQuery");
    assert_eq!(names(&eventually(&client, &brien).await.1), ["Siobhán O'Brien"]);
    assert_eq!(names(&eventually(&client, &search("\"displayName:rien\"")).await.1), [""; 0]);
    for wrong in ["ann", "\"ann\"", "\"jobTitle:ann\"", "\"mail:a\" or \"mail:b\""] {
        assert_eq!(eventually(&client, &search(wrong)).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn finds_one_by_id_or_name_and_guests_only_when_encoded() {
    let client = TestClient::small().await;
    let guest = client.user_named("Ines Fontana").await;
    let (_, user) = client.get(&format!("v1.0/users/{guest}?$select=userPrincipalName,userType")).await;
    assert_eq!(user["userType"], "Guest");
    let upn = user["userPrincipalName"].as_str().unwrap();
    assert!(upn.contains("#EXT#"));
    assert_eq!(client.get(&format!("v1.0/users/{}", upn.replace('#', "%23"))).await.1["id"], guest);
    assert_eq!(client.get(&format!("beta/users('{}')", upn.replace('#', "%23"))).await.1["id"], guest);
    let (status, body) = client.get(&format!("v1.0/users/{upn}")).await;
    assert_eq!((status, &body["error"]["code"]), (404, &"Request_ResourceNotFound".into()));
}

#[tokio::test]
async fn the_policy_can_be_read_and_switched() {
    let client = TestClient::small().await;
    let path = "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
    let kind = "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration";
    let (_, policy) = client.get(path).await;
    assert_eq!((&policy["state"], &policy["@odata.type"]), (&"enabled".into(), &kind.into()));
    assert_eq!(client.patch(path, json!({ "@odata.type": kind, "state": "disabled" })).await.0, 204);
    assert_eq!(client.get(path).await.1["state"], "disabled");
    assert_eq!(client.patch(path, json!({ "@odata.type": kind, "state": "maybe" })).await.0, 400);
    assert_eq!(client.patch(path, json!({ "state": "enabled" })).await.0, 400);
}

#[tokio::test]
async fn orders_by_two_names_over_all_pages() {
    let client = TestClient::small().await;
    for field in ["displayName", "userPrincipalName"] {
        let names = async |order: &str| -> Vec<String> {
            let path = format!("v1.0/users?$top=7&$orderby={field}{order}");
            let users = walk(&client, &path).await;
            users.iter().map(|user| user[field].as_str().unwrap().to_lowercase()).collect()
        };
        let mut sorted = names("").await;
        assert_eq!((sorted.len(), sorted.is_sorted()), (60, true), "{sorted:?}");
        assert_eq!(names(" asc").await, sorted);
        sorted.reverse();
        assert_eq!(names(" desc").await, sorted);
    }
    for wrong in ["id", "displayName up", "displayName,userPrincipalName", ""] {
        assert_eq!(client.get(&format!("v1.0/users?$orderby={wrong}")).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_order_needs_the_header_with_a_filter_alone() {
    let client = TestClient::small().await;
    let path = "v1.0/users?$orderby=displayName&$filter=startswith(displayName,'a')";
    assert_eq!(refusal(&client, path).await, "Request_UnsupportedQuery");
    assert_eq!(eventually(&client, path).await.0, 400);
    let (status, page) = eventually(&client, &format!("{path}&$count=true")).await;
    assert_eq!(status, 200);
    assert!(names(&page).len() > 1 && names(&page).is_sorted());
    assert_eq!(eventually(&client, "v1.0/users?$orderby=displayName&$search=\"mail:a\"").await.0, 400);
}

#[tokio::test]
async fn the_policy_of_all_methods_tells_when_it_was_changed() {
    let client = TestClient::small().await;
    let whole = "v1.0/policies/authenticationMethodsPolicy";
    let (status, policy) = client.get(whole).await;
    assert_eq!((status, &policy["id"]), (200, &"authenticationMethodsPolicy".into()));
    assert_eq!(policy["policyMigrationState"], "migrationComplete");
    let changed = policy["lastModifiedDateTime"].clone();
    let path = "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
    let kind = "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration";
    assert_eq!(client.patch(path, json!({ "@odata.type": kind, "state": "disabled" })).await.0, 204);
    let (_, later) = client.get(&format!("{whole}?$select=lastModifiedDateTime")).await;
    assert!(later["lastModifiedDateTime"].as_str() > changed.as_str(), "{later}");
    assert!(later["id"].is_null());
    assert_eq!(client.patch(whole, json!({})).await.0, 405);
    let client = TestClient::start(PracticeSettings { grant: vec!["User.Read.All"], ..small() }).await;
    assert_eq!(client.get(whole).await.0, 403);
}
