//! No seed, code, client secret or access token gets into the store.

use audit::{AuditSettings, LogFormat};
use practice::Practice;
use serde_json::{Value, json};
use server::config::Access;

use crate::support::{
    audit_stores::File,
    browser::Browser,
    device::{SEED, new_token},
    recording_proxy::RecordingProxy,
    test_app::{TestAppBuilder, another_tenant, small},
};

/// [`SEED`] in hex.
const SEED_HEX: &str = "48656c6c6f21deadbeef48656c6c6f21deadbeef";
const CODE: &str = "836417";

/// Every kind of write, valid and invalid, and all calls that could carry a secret.
async fn make_all_calls(browser: &Browser) {
    let token = serde_json::to_value(new_token("SECRET-1")).unwrap();
    let mut wrong = token.clone();
    wrong["manufacturer"] = Value::from("x".repeat(1_000));
    for tokens in [json!([token]), json!([token]), json!([wrong])] {
        browser.apply("create", tokens).await;
    }
    let found: Value = browser.call("/api/tokens/by_serial", json!({ "serials": ["SECRET-1"] })).await.json();
    let id = found[0]["Ok"][0]["id"].as_str().unwrap().to_owned();
    let people: Value = browser.call("/api/users/search", json!({ "text": "a", "after": null })).await.json();
    let user = &people["items"][3]["id"];
    for user in [user, &json!("00000000-0000-4000-8000-000000000001")] {
        let pair = json!([{ "token": id, "user": user }]);
        let proof = json!([{ "token": id, "user": user, "code": CODE }]);
        for (verb, body) in [
            ("assign", &pair),
            ("activate", &proof),
            ("deactivate", &pair),
            ("unassign", &pair),
            ("assign_and_activate", &proof),
            ("unassign", &pair),
        ] {
            let answer = browser.apply(verb, body.clone()).await;
            assert_eq!(answer.status, 200, "{verb}: {}", answer.body);
        }
    }
    browser.apply("rename", json!([{ "token": id, "name": "Spare" }])).await;
    browser.apply("delete", json!([id])).await;
    browser.call("/api/audit/exported", json!({ "kind": "json", "count": 3 })).await;
    browser.call("/api/settings/check", json!({})).await;
    browser.get("/audit/export?format=csv").await;
}

async fn as_the_operator(file: &File) -> Vec<(String, String)> {
    let real = another_tenant().await;
    let proxy = RecordingProxy::on(&real.base_url).await;
    let settings = AuditSettings { log: LogFormat::Off, ..file.settings() };
    let app = TestAppBuilder { audit: Some(settings), ..TestAppBuilder::default() }
        .with_practice(&proxy.address)
        .await;
    let operator = Browser::operator(&app).await;
    for secret in ["obviously~wrong~secret", &real.client_secret] {
        let credentials =
            json!({ "tenant_id": real.tenant_id, "client_id": real.client_id, "client_secret": secret });
        operator.call("/api/settings/connect", json!({ "credentials": credentials })).await;
    }
    make_all_calls(&operator).await;
    operator.call("/api/settings/disconnect", json!({})).await;
    let mut secrets = proxy.secrets();
    secrets.push(("wrong secret".to_owned(), "obviously~wrong~secret".to_owned()));
    secrets
}

async fn in_an_organisation(file: &File) -> Vec<(String, String)> {
    let practice = Practice::start(&small(), 0).await.unwrap();
    let proxy = RecordingProxy::on(&practice.base_url).await;
    let builder = TestAppBuilder { audit: Some(file.settings()), ..TestAppBuilder::default() };
    let app = builder.with_organisation_at(Access::Delegated, practice, &proxy.address).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    make_all_calls(&browser).await;
    let mut secrets = proxy.secrets();
    secrets.extend(browser.cookie("session").map(|value| ("session cookie".to_owned(), value)));
    browser.call("/api/session/sign_out", json!({})).await;
    secrets
}

#[tokio::test]
async fn no_secret_gets_into_the_store() {
    let file = File::new("secrecy");
    let mut secrets = in_an_organisation(&file).await;
    secrets.extend(as_the_operator(&file).await);
    secrets.extend(
        [("seed", SEED), ("seed in hex", SEED_HEX), ("code", CODE)]
            .map(|(n, v)| (n.to_owned(), v.to_owned())),
    );
    let bytes = file.bytes();
    let holds =
        |value: &str| bytes.windows(value.len()).any(|window| window.eq_ignore_ascii_case(value.as_bytes()));
    for kind in ["client_secret", "code", "access_token", "refresh_token", "id_token", "code_verifier"] {
        assert!(secrets.iter().any(|(name, _)| name == kind), "{kind} was never seen, so it proves nothing");
    }
    for word in ["assign_and_activate", "SECRET-1", "sign_in", "disconnect", "audit_export"] {
        assert!(holds(word), "{word}: the search finds what is there");
    }
    for (name, value) in &secrets {
        assert!(value.len() >= 6 && !holds(value), "{name} is in the store");
    }
}
