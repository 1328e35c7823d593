//! Every call without its permission.

use serde_json::{Value, json};
use server::practice::Settings;

use crate::bench::{Bench, DEVICES, device, methods, small, usual_code, with};

const POLICY: &str =
    "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";

async fn bench(grant: &[&'static str]) -> Bench {
    Bench::start(Settings { grant: grant.to_vec(), ..small() }).await
}

fn denied() -> (u16, Value) {
    (403, "Authorization_RequestDenied".into())
}

fn no_access() -> (u16, Value) {
    (403, "accessDenied".into())
}

async fn get(bench: &Bench, path: &str) -> (u16, Value) {
    let (status, body) = bench.get(path).await;
    (status, body["error"]["code"].clone())
}

async fn post(bench: &Bench, path: &str, body: Value) -> (u16, Value) {
    let (status, body) = bench.post(path, body).await;
    (status, body["error"]["code"].clone())
}

#[tokio::test]
async fn an_app_without_permissions_may_do_nothing() {
    let bench = bench(&[]).await;
    let user = "siobhan.o'brien@lindenbach.example";
    for path in [DEVICES, "v1.0/users", "v1.0/users/x", POLICY] {
        assert_eq!(get(&bench, path).await, denied(), "{path}");
    }
    assert_eq!(get(&bench, &methods(user)).await, no_access());
    assert_eq!(post(&bench, DEVICES, device("A")).await, denied());
    let body = json!({ "device": { "id": "x" }, "verificationCode": usual_code() });
    for action in
        ["", "/assignAndActivate", "/assignAndActivateBySerialNumber", "/x/activate", "/x/deactivate"]
    {
        assert_eq!(
            post(&bench, &format!("{}{action}", methods(user)), body.clone()).await,
            no_access(),
            "{action}"
        );
    }
    for path in [format!("{DEVICES}/x"), POLICY.to_owned()] {
        assert_eq!(bench.patch(&path, json!({})).await.0, 403);
    }
    assert_eq!(bench.patch(DEVICES, json!({})).await.0, 403);
    assert_eq!(bench.delete(&format!("{DEVICES}/x")).await.0, 403);
    assert_eq!(bench.delete(&format!("{}/x", methods(user))).await.0, 403);
}

#[tokio::test]
async fn readers_may_not_write() {
    let bench = bench(&["Policy.Read.All", "UserAuthMethod-HardwareOATH.Read.All"]).await;
    let user = "siobhan.o'brien@lindenbach.example";
    assert_eq!(get(&bench, DEVICES).await.0, 200);
    assert_eq!(get(&bench, &methods(user)).await.0, 200);
    assert_eq!(post(&bench, DEVICES, device("A")).await, denied());
    assert_eq!(post(&bench, &methods(user), json!({ "device": { "id": "x" } })).await, no_access());
}

#[tokio::test]
async fn creating_and_assigning_at_once_needs_the_wide_permission() {
    let bench = Bench::small().await;
    let user = bench.free_user().await;
    let body = with(device("A-1"), "assignTo", json!({ "id": user }));
    assert_eq!(post(&bench, DEVICES, body.clone()).await, no_access());
    let item = with(body, "@contentId", "1".into());
    assert_eq!(bench.patch(DEVICES, json!({ "@context": "#$delta", "value": [item] })).await.0, 403);
    bench.create("A-1").await;
}
