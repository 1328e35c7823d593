//! Delegated access: the intersection of the token's scope and the user's roles.

use http::Method;
use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, claims},
    test_client::{Answer, DEVICES, TestClient, answer, device, methods, small, usual_code, with},
};

const POLICY: &str =
    "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
const MINE: &str = "beta/me/authentication/hardwareOathMethods";

/// A signed-in user with an access token.
struct SignedInUser<'a> {
    client: &'a TestClient,
    access: String,
    oid: String,
}

impl<'a> SignedInUser<'a> {
    async fn sign_in(client: &'a TestClient, who: &str, scope: &str) -> Self {
        let tokens = Browser::new(client).tokens(who, &[("scope", scope)]).await;
        let access = tokens["access_token"].as_str().unwrap().to_owned();
        Self { client, oid: claims(&tokens["access_token"])["oid"].as_str().unwrap().to_owned(), access }
    }

    async fn everything(client: &'a TestClient, who: &str) -> Self {
        Self::sign_in(client, who, "https://graph.microsoft.com/.default").await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.client.practice.base_url);
        let request = self.client.http.request(method, url).bearer_auth(&self.access);
        answer(if body.is_null() { request } else { request.json(&body) }).await.unwrap()
    }

    async fn get(&self, path: &str) -> u16 {
        self.call(Method::GET, path, Value::Null).await.0
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, body) = self.call(Method::POST, path, body).await;
        (status, body["error"]["code"].clone())
    }
}

#[tokio::test]
async fn an_administrator_may_do_everything_for_users_without_roles() {
    let client = TestClient::small().await;
    let admin = SignedInUser::everything(&client, "administrator").await;
    for path in [DEVICES, "v1.0/users", POLICY] {
        assert_eq!(admin.get(path).await, 200, "{path}");
    }
    let (status, made) = admin.call(Method::POST, DEVICES, device("A-1")).await;
    assert_eq!(status, 201, "{made}");
    let user = client.user_named("Siobhán O'Brien").await;
    let body = json!({ "device": { "id": made["id"] }, "verificationCode": usual_code() });
    assert_eq!(admin.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0, 204);
}

#[tokio::test]
async fn an_administrator_may_not_change_tokens_of_administrators() {
    let client = TestClient::small().await;
    let admin = SignedInUser::everything(&client, "administrator").await;
    let reader = SignedInUser::everything(&client, "reader").await;
    let body = json!({ "device": { "id": client.create("A-1").await } });
    for target in [&reader.oid, &admin.oid] {
        assert_eq!(admin.get(&methods(target)).await, 200);
        assert_eq!(admin.post(&methods(target), body.clone()).await, (403, "accessDenied".into()));
    }
    assert_eq!(client.post(&methods(&reader.oid), body).await.0, 201, "the app itself may");
}

#[tokio::test]
async fn reading_tokens_of_administrators_may_be_refused_too() {
    let client = TestClient::start(PracticeSettings { protected_reads: true, ..small() }).await;
    let admin = SignedInUser::everything(&client, "administrator").await;
    let reader = SignedInUser::everything(&client, "reader").await;
    let user = client.user_named("Siobhán O'Brien").await;
    assert_eq!(admin.get(&methods(&user)).await, 200);
    assert_eq!(admin.get(&methods(&reader.oid)).await, 403);
    assert_eq!(admin.get(&format!("{}/x", methods(&reader.oid))).await, 403);
    assert_eq!(admin.get(MINE).await, 200, "their own");
    assert_eq!(reader.get(&methods(&admin.oid)).await, 200, "a Global Reader reads everybody's");
    assert_eq!(client.get(&methods(&reader.oid)).await.0, 200, "the app itself may");
    let items = [("other", &user), ("reader", &reader.oid)].map(|(id, user)| {
        let url = format!("/users/{user}/authentication/hardwareOathMethods");
        json!({ "id": id, "method": "GET", "url": url })
    });
    let (_, batch) = admin.call(Method::POST, "beta/$batch", json!({ "requests": items })).await;
    for response in batch["responses"].as_array().unwrap() {
        assert_eq!(response["status"], if response["id"] == "other" { 200 } else { 403 });
    }
}

#[tokio::test]
async fn assigning_on_creation_has_the_same_limit() {
    let grant = vec![
        "Policy.ReadWrite.AuthenticationMethod",
        "UserAuthenticationMethod.ReadWrite.All",
        "User.Read.All",
    ];
    let client = TestClient::start(PracticeSettings { grant, ..small() }).await;
    let admin = SignedInUser::everything(&client, "administrator").await;
    let body = |serial, user: &str| with(device(serial), "assignTo", json!({ "id": user }));
    assert_eq!(admin.post(DEVICES, body("A-1", &admin.oid)).await, (403, "accessDenied".into()));
    assert_eq!(admin.post(DEVICES, body("A-1", &client.user_named("Siobhán O'Brien").await)).await.0, 201);
}

#[tokio::test]
async fn a_reader_reads_everything_and_changes_nothing() {
    let client = TestClient::small().await;
    let reader = SignedInUser::everything(&client, "reader").await;
    let user = client.free_user().await;
    for path in [DEVICES, "v1.0/users", POLICY, &methods(&user)] {
        assert_eq!(reader.get(path).await, 200, "{path}");
    }
    let denied = (403, json!("Authorization_RequestDenied"));
    assert_eq!(reader.post(DEVICES, device("A-1")).await, denied);
    let enable = json!({ "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration" });
    assert_eq!(reader.call(Method::PATCH, POLICY, enable).await.0, 403);
    let body = json!({ "device": { "id": client.create("A-1").await } });
    assert_eq!(reader.post(&methods(&user), body).await, (403, "accessDenied".into()));
}

#[tokio::test]
async fn an_end_user_sees_users_and_their_own_tokens_only() {
    let client = TestClient::small().await;
    let end_user = SignedInUser::everything(&client, "enduser").await;
    for path in [DEVICES, POLICY, &methods(&client.free_user().await), &methods(&end_user.oid)] {
        assert_eq!(end_user.get(path).await, 403, "{path}");
    }
    for path in ["v1.0/users", "v1.0/me", "beta/me", MINE] {
        assert_eq!(end_user.get(path).await, 200, "{path}");
    }
    assert_eq!(end_user.post(DEVICES, device("A-1")).await.0, 403);
    let (_, me) = end_user.call(Method::GET, "v1.0/me", Value::Null).await;
    assert_eq!(me["id"], end_user.oid);
}

#[tokio::test]
async fn an_end_user_activates_their_own_token() {
    let client = TestClient::small().await;
    let end_user = SignedInUser::everything(&client, "enduser").await;
    let id = client.create("A-1").await;
    client.post(&methods(&end_user.oid), json!({ "device": { "id": id } })).await;
    let code = json!({ "verificationCode": usual_code() });
    assert_eq!(end_user.post(&format!("{MINE}/{id}/activate"), code.clone()).await.0, 204);
    let (_, mine) = end_user.call(Method::GET, &format!("{MINE}/{id}"), Value::Null).await;
    assert_eq!(mine["device"]["status"], "activated");
    let other = client.create("A-2").await;
    client.post(&methods(&client.free_user().await), json!({ "device": { "id": other } })).await;
    assert_eq!(end_user.post(&format!("{MINE}/{other}/activate"), code).await.0, 404, "not theirs");
}

#[tokio::test]
async fn the_scope_limits_access() {
    let client = TestClient::small().await;
    let admin = SignedInUser::sign_in(&client, "administrator", "User.Read").await;
    assert_eq!(admin.get("v1.0/me").await, 200);
    for path in ["v1.0/users", DEVICES, MINE] {
        assert_eq!(admin.get(path).await, 403, "{path}");
    }
    let own = SignedInUser::sign_in(&client, "enduser", "UserAuthMethod-HardwareOATH.ReadWrite").await;
    assert_eq!(own.get(MINE).await, 200);
    assert_eq!(own.get(&methods(&own.oid)).await, 403);
}

#[tokio::test]
async fn read_permission_for_own_tokens_does_not_allow_changes() {
    let grant = vec!["UserAuthMethod-HardwareOATH.Read"];
    let client = TestClient::start(PracticeSettings { grant, ..small() }).await;
    let end_user = SignedInUser::everything(&client, "enduser").await;
    assert_eq!(end_user.get(MINE).await, 200);
    let body = json!({ "verificationCode": "123456" });
    assert_eq!(end_user.post(&format!("{MINE}/x/activate"), body).await, (403, "accessDenied".into()));
}

#[tokio::test]
async fn an_app_token_has_no_me_and_no_delegated_permissions() {
    let client = TestClient::small().await;
    for path in ["v1.0/me", MINE] {
        assert_eq!(client.get(path).await.0, 400, "{path}");
    }
    let roles = claims(&json!(client.access))["roles"].clone();
    assert!(!roles.as_array().unwrap().contains(&json!("User.Read")), "{roles}");
}

#[tokio::test]
async fn a_batch_uses_delegated_permissions() {
    let client = TestClient::small().await;
    let end_user = SignedInUser::everything(&client, "enduser").await;
    let item = |id: &str, url: &str| json!({ "id": id, "method": "GET", "url": url });
    let requests = json!({ "requests": [
        item("mine", "/me/authentication/hardwareOathMethods"),
        item("stock", "/directory/authenticationMethodDevices/hardwareOathDevices"),
    ] });
    let (_, batch) = end_user.call(Method::POST, "beta/$batch", requests).await;
    for response in batch["responses"].as_array().unwrap() {
        assert_eq!(response["status"], if response["id"] == "mine" { 200 } else { 403 });
    }
}
