//! Every call without its permission.

use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{DEVICES, TestClient, device, methods, small, usual_code, with};

const POLICY: &str =
    "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";

async fn client(grant: &[&'static str]) -> TestClient {
    TestClient::start(PracticeSettings { grant: grant.to_vec(), ..small() }).await
}

fn denied() -> (u16, Value) {
    (403, "Authorization_RequestDenied".into())
}

fn no_access() -> (u16, Value) {
    (403, "accessDenied".into())
}

async fn get(client: &TestClient, path: &str) -> (u16, Value) {
    let (status, body) = client.get(path).await;
    (status, body["error"]["code"].clone())
}

async fn post(client: &TestClient, path: &str, body: Value) -> (u16, Value) {
    let (status, body) = client.post(path, body).await;
    (status, body["error"]["code"].clone())
}

#[tokio::test]
async fn an_app_without_permissions_may_do_nothing() {
    let client = client(&[]).await;
    let user = "siobhan.o'brien@lindenbach.example";
    for path in [DEVICES, "v1.0/users", "v1.0/users/x", POLICY] {
        assert_eq!(get(&client, path).await, denied(), "{path}");
    }
    assert_eq!(get(&client, &methods(user)).await, no_access());
    assert_eq!(post(&client, DEVICES, device("A")).await, denied());
    let body = json!({ "device": { "id": "x" }, "verificationCode": usual_code() });
    for action in
        ["", "/assignAndActivate", "/assignAndActivateBySerialNumber", "/x/activate", "/x/deactivate"]
    {
        assert_eq!(
            post(&client, &format!("{}{action}", methods(user)), body.clone()).await,
            no_access(),
            "{action}"
        );
    }
    for path in [format!("{DEVICES}/x"), POLICY.to_owned()] {
        assert_eq!(client.patch(&path, json!({})).await.0, 403);
    }
    assert_eq!(client.patch(DEVICES, json!({})).await.0, 403);
    assert_eq!(client.delete(&format!("{DEVICES}/x")).await.0, 403);
    assert_eq!(client.delete(&format!("{}/x", methods(user))).await.0, 403);
}

#[tokio::test]
async fn readers_may_not_write() {
    let client = client(&["Policy.Read.All", "UserAuthMethod-HardwareOATH.Read.All"]).await;
    let user = "siobhan.o'brien@lindenbach.example";
    assert_eq!(get(&client, DEVICES).await.0, 200);
    assert_eq!(get(&client, &methods(user)).await.0, 200);
    assert_eq!(post(&client, DEVICES, device("A")).await, denied());
    assert_eq!(post(&client, &methods(user), json!({ "device": { "id": "x" } })).await, no_access());
}

#[tokio::test]
async fn creating_and_assigning_at_once_needs_the_wide_permission() {
    let client = TestClient::small().await;
    let user = client.free_user().await;
    let body = with(device("A-1"), "assignTo", json!({ "id": user }));
    assert_eq!(post(&client, DEVICES, body.clone()).await, no_access());
    let item = with(body, "@contentId", "1".into());
    assert_eq!(client.patch(DEVICES, json!({ "@context": "#$delta", "value": [item] })).await.0, 403);
    client.create("A-1").await;
}
