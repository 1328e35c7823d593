//! Microsoft's audit log.

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    test_client::{DEVICES, TestClient, answer, device, methods, small, walk, with},
};

const AUDITS: &str = "v1.0/auditLogs/directoryAudits";

async fn client() -> TestClient {
    let grant = vec![
        "AuditLog.Read.All",
        "Policy.ReadWrite.AuthenticationMethod",
        "User.Read.All",
        "UserAuthMethod-HardwareOATH.ReadWrite.All",
    ];
    TestClient::start(PracticeSettings { grant, ..small() }).await
}

/// Creates two tokens, assigns and unassigns one, and deletes it.
async fn write(client: &TestClient) {
    let id = client.create("A-1").await;
    let item = with(device("A-2"), "@contentId", "1".into());
    assert_eq!(client.patch(DEVICES, json!({ "@context": "#$delta", "value": [item] })).await.0, 201);
    let user = client.free_user().await;
    assert_eq!(client.post(&methods(&user), json!({ "device": { "id": id } })).await.0, 201);
    assert_eq!(client.post(&methods(&user), json!({ "device": { "id": id } })).await.0, 409);
    assert_eq!(client.delete(&format!("{}/{id}", methods(&user))).await.0, 204);
    assert_eq!(client.delete(&format!("{DEVICES}/{id}")).await.0, 204);
}

fn activities(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["activityDisplayName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn shows_what_was_answered_well_the_latest_first() {
    let client = client().await;
    write(&client).await;
    let expected = ["Delete", "Update", "Assign", "Bulk upload", "Create"];
    let expected = expected.map(|word| format!("{word} Hardware Oath Token"));
    let entries = client.get(AUDITS).await.1["value"].as_array().unwrap().clone();
    assert_eq!(activities(&entries), expected);
    let first = &entries[0];
    assert_eq!(first["initiatedBy"]["app"]["appId"], client.practice.client_id);
    assert!(first["initiatedBy"]["user"].is_null());
    assert_eq!(
        (&first["loggedByService"], &first["result"]),
        (&"Authentication Methods".into(), &"success".into())
    );
    let paged = walk(&client, &format!("{AUDITS}?$top=2")).await;
    assert_eq!(activities(&paged), expected);
    let mut upwards = walk(&client, &format!("{AUDITS}?$top=2&$orderby=activityDateTime asc")).await;
    upwards.reverse();
    assert_eq!(activities(&upwards), expected);
}

#[tokio::test]
async fn filters_as_documented() {
    let client = client().await;
    write(&client).await;
    let count = async |filter: &str| {
        let path = format!("{AUDITS}?$orderby=activityDateTime desc&$filter={filter}");
        let (status, page) = client.get(&path).await;
        (status, page["value"].as_array().map_or(0, Vec::len))
    };
    let service = "loggedByService eq 'Authentication Methods'";
    for (filter, expected) in [
        (format!("{service} and activityDateTime ge 2026-01-01T00:00:00Z"), 5),
        (format!("{service} and activityDateTime le 2026-01-01T00:00:00Z"), 0),
        ("startswith(activityDisplayName,'Create')".to_owned(), 1),
        ("category eq 'UserManagement'".to_owned(), 0),
    ] {
        assert_eq!(count(&filter).await, (200, expected), "{filter}");
    }
    for wrong in [
        "activityDateTime ge 'yesterday'",
        "loggedByService ge 'A'",
        "loggedByService ne 'A'",
        "not (loggedByService eq 'A')",
        "initiatedBy eq null",
        "colour eq 'red'",
    ] {
        assert_eq!(count(wrong).await.0, 400, "{wrong}");
    }
    assert_eq!(client.get(&format!("{AUDITS}?$orderby=category")).await.0, 400);
    assert_eq!(client.get(&format!("{AUDITS}?$count=true")).await.0, 400);
}

#[tokio::test]
async fn needs_its_permission_and_for_people_a_role_that_none_of_them_holds() {
    let (status, body) = TestClient::small().await.get(AUDITS).await;
    assert_eq!((status, &body["error"]["code"]), (403, &"Authorization_RequestDenied".into()));
    let client = client().await;
    let tokens = Browser::new(&client).tokens("administrator", &[]).await;
    let url = format!("{}{AUDITS}", client.practice.base_url);
    let request = client.http.get(url).bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(answer(request).await.unwrap().0, 403);
}
