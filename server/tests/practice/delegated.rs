//! What people may do at Graph: what the app was lent, cut down to the roles that they have.

use http::Method;
use serde_json::{Value, json};
use server::practice::Settings;

use crate::{
    bench::{Answer, Bench, DEVICES, answer, device, methods, small, usual_code, with},
    browser::{Browser, claims},
};

const POLICY: &str =
    "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
const MINE: &str = "beta/me/authentication/hardwareOathMethods";

/// A person with an access token.
struct Person<'a> {
    bench: &'a Bench,
    access: String,
    oid: String,
}

impl<'a> Person<'a> {
    async fn sign_in(bench: &'a Bench, who: &str, scope: &str) -> Self {
        let tokens = Browser::new(bench).tokens(who, &[("scope", scope)]).await;
        let access = tokens["access_token"].as_str().unwrap().to_owned();
        Self { bench, oid: claims(&tokens["access_token"])["oid"].as_str().unwrap().to_owned(), access }
    }

    async fn everything(bench: &'a Bench, who: &str) -> Self {
        Self::sign_in(bench, who, "https://graph.microsoft.com/.default").await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.bench.practice.base_url);
        let request = self.bench.http.request(method, url).bearer_auth(&self.access);
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
async fn an_administrator_may_do_everything_for_people_without_roles() {
    let bench = Bench::small().await;
    let admin = Person::everything(&bench, "administrator").await;
    for path in [DEVICES, "v1.0/users", POLICY] {
        assert_eq!(admin.get(path).await, 200, "{path}");
    }
    let (status, made) = admin.call(Method::POST, DEVICES, device("A-1")).await;
    assert_eq!(status, 201, "{made}");
    let user = bench.user_named("Siobhán O'Brien").await;
    let body = json!({ "device": { "id": made["id"] }, "verificationCode": usual_code() });
    assert_eq!(admin.post(&format!("{}/assignAndActivate", methods(&user)), body).await.0, 204);
}

#[tokio::test]
async fn an_administrator_has_no_power_over_other_administrators() {
    let bench = Bench::small().await;
    let admin = Person::everything(&bench, "administrator").await;
    let reader = Person::everything(&bench, "reader").await;
    let body = json!({ "device": { "id": bench.create("A-1").await } });
    for target in [&reader.oid, &admin.oid] {
        assert_eq!(admin.get(&methods(target)).await, 200);
        assert_eq!(admin.post(&methods(target), body.clone()).await, (403, "accessDenied".into()));
    }
    assert_eq!(bench.post(&methods(&reader.oid), body).await.0, 201, "the app itself has");
}

#[tokio::test]
async fn assigning_on_creation_knows_the_same_limit() {
    let grant = vec![
        "Policy.ReadWrite.AuthenticationMethod",
        "UserAuthenticationMethod.ReadWrite.All",
        "User.Read.All",
    ];
    let bench = Bench::start(Settings { grant, ..small() }).await;
    let admin = Person::everything(&bench, "administrator").await;
    let body = |serial, user: &str| with(device(serial), "assignTo", json!({ "id": user }));
    assert_eq!(admin.post(DEVICES, body("A-1", &admin.oid)).await, (403, "accessDenied".into()));
    assert_eq!(admin.post(DEVICES, body("A-1", &bench.user_named("Siobhán O'Brien").await)).await.0, 201);
}

#[tokio::test]
async fn a_reader_reads_everything_and_changes_nothing() {
    let bench = Bench::small().await;
    let reader = Person::everything(&bench, "reader").await;
    let user = bench.free_user().await;
    for path in [DEVICES, "v1.0/users", POLICY, &methods(&user)] {
        assert_eq!(reader.get(path).await, 200, "{path}");
    }
    let denied = (403, json!("Authorization_RequestDenied"));
    assert_eq!(reader.post(DEVICES, device("A-1")).await, denied);
    let enable = json!({ "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration" });
    assert_eq!(reader.call(Method::PATCH, POLICY, enable).await.0, 403);
    let body = json!({ "device": { "id": bench.create("A-1").await } });
    assert_eq!(reader.post(&methods(&user), body).await, (403, "accessDenied".into()));
}

#[tokio::test]
async fn an_end_user_sees_users_and_their_own_tokens_only() {
    let bench = Bench::small().await;
    let end_user = Person::everything(&bench, "enduser").await;
    for path in [DEVICES, POLICY, &methods(&bench.free_user().await), &methods(&end_user.oid)] {
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
    let bench = Bench::small().await;
    let end_user = Person::everything(&bench, "enduser").await;
    let id = bench.create("A-1").await;
    bench.post(&methods(&end_user.oid), json!({ "device": { "id": id } })).await;
    let code = json!({ "verificationCode": usual_code() });
    assert_eq!(end_user.post(&format!("{MINE}/{id}/activate"), code.clone()).await.0, 204);
    let (_, mine) = end_user.call(Method::GET, &format!("{MINE}/{id}"), Value::Null).await;
    assert_eq!(mine["device"]["status"], "activated");
    let other = bench.create("A-2").await;
    bench.post(&methods(&bench.free_user().await), json!({ "device": { "id": other } })).await;
    assert_eq!(end_user.post(&format!("{MINE}/{other}/activate"), code).await.0, 404, "not theirs");
}

#[tokio::test]
async fn a_scope_is_a_limit_too() {
    let bench = Bench::small().await;
    let admin = Person::sign_in(&bench, "administrator", "User.Read").await;
    assert_eq!(admin.get("v1.0/me").await, 200);
    for path in ["v1.0/users", DEVICES, MINE] {
        assert_eq!(admin.get(path).await, 403, "{path}");
    }
    let own = Person::sign_in(&bench, "enduser", "UserAuthMethod-HardwareOATH.ReadWrite").await;
    assert_eq!(own.get(MINE).await, 200);
    assert_eq!(own.get(&methods(&own.oid)).await, 403);
}

#[tokio::test]
async fn reading_ones_own_tokens_is_no_right_to_change_them() {
    let grant = vec!["UserAuthMethod-HardwareOATH.Read"];
    let bench = Bench::start(Settings { grant, ..small() }).await;
    let end_user = Person::everything(&bench, "enduser").await;
    assert_eq!(end_user.get(MINE).await, 200);
    let body = json!({ "verificationCode": "123456" });
    assert_eq!(end_user.post(&format!("{MINE}/x/activate"), body).await, (403, "accessDenied".into()));
}

#[tokio::test]
async fn an_app_alone_has_no_me_and_no_rights_that_only_people_lend() {
    let bench = Bench::small().await;
    for path in ["v1.0/me", MINE] {
        assert_eq!(bench.get(path).await.0, 400, "{path}");
    }
    let roles = claims(&json!(bench.access))["roles"].clone();
    assert!(!roles.as_array().unwrap().contains(&json!("User.Read")), "{roles}");
}

#[tokio::test]
async fn a_batch_acts_for_the_person_as_well() {
    let bench = Bench::small().await;
    let end_user = Person::everything(&bench, "enduser").await;
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
