//! Listing, reading, changing and deleting tokens.

use std::collections::HashSet;

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{DEVICES, SECRET, TestClient, device, methods, next_path, small, walk};

fn ids(tokens: &[Value]) -> HashSet<String> {
    tokens.iter().map(|token| token["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn lists_every_token_once_whatever_the_page_size() {
    for (page_size, pages) in [(1, 60), (59, 2), (60, 1), (61, 1)] {
        let client = TestClient::start(PracticeSettings { page_size, ..small() }).await;
        let tokens = walk(&client, DEVICES).await;
        assert_eq!((tokens.len(), ids(&tokens).len()), (60, 60));
        assert_eq!(client.stats().await["requests"], pages);
    }
}

#[tokio::test]
async fn shows_flat_devices_and_never_a_secret() {
    let client = TestClient::small().await;
    let token = &walk(&client, DEVICES).await[0];
    let mut names: Vec<_> = token.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "assignedTo",
        "displayName",
        "hashFunction",
        "id",
        "lastUsedDateTime",
        "manufacturer",
        "model",
        "secretKey",
        "serialNumber",
        "status",
        "timeIntervalInSeconds",
    ];
    assert_eq!(names, expected);
    assert!(walk(&client, DEVICES).await.iter().all(|token| token["secretKey"].is_null()));
}

#[tokio::test]
async fn paging_stays_consistent_while_tokens_are_created_and_deleted() {
    let client = TestClient::start(PracticeSettings { page_size: 10, ..small() }).await;
    let before = walk(&client, DEVICES).await;
    let (_, first) = client.get(DEVICES).await;
    let free = before[..10].iter().find(|token| token["assignedTo"].is_null()).unwrap();
    assert_eq!(client.delete(&format!("{DEVICES}/{}", free["id"].as_str().unwrap())).await.0, 204);
    let new = client.create("NEW-1").await;
    let rest = ids(&walk(&client, &next_path(&client, &first).unwrap()).await);
    assert!(ids(&before[10..]).is_subset(&rest), "nothing that was there is missed");
    assert!(rest.contains(&new) && rest.len() == 51, "nothing comes twice");
}

#[tokio::test]
async fn top_is_honoured_up_to_the_page_size() {
    let client = TestClient::start(PracticeSettings { page_size: 20, ..small() }).await;
    for (top, items) in [("7", 7), ("20", 20), ("999", 20)] {
        let (_, page) = client.get(&format!("{DEVICES}?$top={top}")).await;
        assert_eq!(page["value"].as_array().unwrap().len(), items);
    }
    let all = walk(&client, &format!("{DEVICES}?$top=7&$select=id")).await;
    assert_eq!(all.len(), 60);
    assert!(all.iter().all(|token| token.as_object().unwrap().len() == 1), "every page keeps the query");
    for wrong in ["$top=0", "$top=x", "$skiptoken=1"] {
        assert_eq!(client.get(&format!("{DEVICES}?{wrong}")).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn filters_by_eq_on_each_documented_property() {
    let client = TestClient::small().await;
    let tokens = walk(&client, DEVICES).await;
    let assigned = tokens.iter().find(|token| !token["assignedTo"].is_null()).unwrap();
    for field in ["serialNumber", "manufacturer", "model", "status", "hashFunction"] {
        let value = assigned[field].as_str().unwrap();
        let expected: Vec<_> =
            tokens.iter().filter(|token| token[field] == assigned[field]).cloned().collect();
        let found = walk(&client, &format!("{DEVICES}?$filter={field} eq '{value}'")).await;
        assert_eq!(found, expected, "{field}");
    }
    let found = walk(&client, &format!("{DEVICES}?$filter=timeIntervalInSeconds eq 60")).await;
    assert!(!found.is_empty() && found.iter().all(|token| token["timeIntervalInSeconds"] == 60));
    let user = assigned["assignedTo"]["id"].as_str().unwrap();
    let found = walk(&client, &format!("{DEVICES}?$filter=assignedTo/id eq '{user}'")).await;
    assert!(
        found.contains(assigned) && found.iter().all(|token| token["assignedTo"] == assigned["assignedTo"])
    );
    assert!(walk(&client, &format!("{DEVICES}?$filter=serialNumber eq 'nobody''s'")).await.is_empty());
}

#[tokio::test]
async fn refuses_queries_beyond_the_documented() {
    let client = TestClient::small().await;
    let wrong = [
        "$filter=startswith(serialNumber,'8')",
        "$filter=serialNumber in ('a','b')",
        "$filter=serialNumber ne 'a'",
        "$filter=serialNumber eq 'a' or serialNumber eq 'b'",
        "$filter=status eq 'lost'",
        "$filter=timeIntervalInSeconds eq '30'",
        "$filter=secretKey eq 'A'",
        "$filter=colour eq 'red'",
        "$filter=serialNumber eq 'a",
        "$orderby=serialNumber",
        "$search=\"serialNumber:8\"",
        "$count=true",
        "$expand=assignTo",
        "$skip=1",
        "$select=colour",
    ];
    for query in wrong {
        let (status, body) = client.get(&format!("{DEVICES}?{query}")).await;
        assert_eq!(status, 400, "{query}: {body}");
        assert!(body["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn is_unknown_in_v1_and_refuses_other_methods() {
    let client = TestClient::small().await;
    let (status, body) = client.get(&DEVICES.replace("beta", "v1.0")).await;
    assert_eq!(status, 400);
    assert_eq!(body["error"]["message"], "Resource not found for the segment 'hardwareOathDevices'.");
    assert_eq!(client.get(&format!("{DEVICES}/$count")).await.0, 400);
    assert_eq!(client.delete(DEVICES).await.0, 405);
}

#[tokio::test]
async fn reads_one_by_id() {
    let client = TestClient::small().await;
    let id = client.create("A-1").await;
    let token = client.device(&id).await;
    assert_eq!((&token["serialNumber"], &token["secretKey"]), (&"A-1".into(), &Value::Null));
    assert_eq!(client.device(&id.to_uppercase()).await["id"], id.as_str());
    let (status, body) = client.get(&format!("{DEVICES}/00000000-0000-4000-8000-000000000000")).await;
    assert_eq!((status, &body["error"]["code"]), (404, &"ResourceNotFound".into()));
}

#[tokio::test]
async fn updates_a_free_token_but_never_its_serial_or_secret() {
    let client = TestClient::small().await;
    let id = client.create("A-1").await;
    let path = format!("{DEVICES}/{id}");
    let change = json!({ "displayName": "Spare", "model": "Two", "timeIntervalInSeconds": 60, "hashFunction": "hmacsha256" });
    assert_eq!(client.patch(&path, change).await, (204, Value::Null));
    let token = client.device(&id).await;
    assert_eq!(
        (&token["displayName"], &token["model"], &token["manufacturer"]),
        (&"Spare".into(), &"Two".into(), &"Contoso".into())
    );
    assert_eq!((&token["timeIntervalInSeconds"], &token["hashFunction"]), (&60.into(), &"hmacsha256".into()));
    let wrong = [
        json!({ "serialNumber": "B" }),
        json!({ "secretKey": SECRET }),
        json!({ "status": "activated" }),
        json!({ "timeIntervalInSeconds": 45 }),
        json!({ "model": "" }),
        json!({}),
    ];
    for change in wrong {
        assert_eq!(client.patch(&path, change).await.0, 400);
    }
}

#[tokio::test]
async fn neither_updates_nor_deletes_an_assigned_token() {
    let client = TestClient::small().await;
    let (id, user) = (client.create("A-1").await, client.free_user().await);
    let path = format!("{DEVICES}/{id}");
    assert_eq!(client.post(&methods(&user), json!({ "device": { "id": id } })).await.0, 201);
    assert_eq!(client.patch(&path, json!({ "model": "Two" })).await.0, 400);
    assert_eq!(client.delete(&path).await.0, 400);
    assert_eq!(client.delete(&format!("{}/{id}", methods(&user))).await.0, 204);
    assert_eq!(client.delete(&path).await.0, 204);
    assert_eq!(client.delete(&path).await.0, 404);
    assert_ne!(client.created(device("A-1")).await, id, "a recreated token has a new id");
}
