//! The report names nothing of the tenant, whatever the tenant answers.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use token_core::trial::markdown;

use super::Lab;

/// A refusal that quotes the whole request, and what else a service might know.
fn talkative(path: &str, body: &Value) -> Value {
    let message = format!(
        "Refused {path} with {body} for Ann Example <ann@contoso.example> of contoso.onmicrosoft.com (10.1.2.3), \
         session 0cadbf92-af0b-4f52-8f2a-9f6c4f0c1a11, correlation 20260115100000123"
    );
    json!({ "error": { "code": "badRequest", "message": message, "target": path, "details": [{ "message": message }],
        "innerError": { "request-id": "1cadbf92-af0b-4f52-8f2a-9f6c4f0c1a11", "date": "2026-01-15T10:00:00", "who": body } } })
}

/// Every text in a JSON value.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = found.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}

#[tokio::test]
async fn the_report_and_what_is_stored_name_nothing_of_the_tenant() {
    let lab = Lab::deviating(|method, path, body, before| {
        let talks = (method == Method::POST && path.ends_with("/activate") && before == 0)
            || (method == Method::POST && path.ends_with("hardwareOathDevices") && before == 1)
            || (method == Method::DELETE && path.contains("/hardwareOathDevices/") && before == 0);
        talks.then(|| (400, talkative(path, body)))
    })
    .await;
    let user = lab.member().await;
    let tokens = lab.tokens().await;
    let (_sender, stop) = tokio::sync::watch::channel(false);
    let state = lab.begin(&user.upn, true).await.ok().unwrap().run(stop, |_| {}).await;
    let report = markdown(&state, "1.0.0");

    let mut secrets = BTreeSet::from([
        user.upn.clone(),
        user.name.clone(),
        user.id.as_str().to_owned(),
        lab.access.actor.tenant.clone(),
        lab.access.client_id.clone(),
        lab.practice.client_secret.clone(),
        "ann@contoso.example".to_owned(),
        "contoso.onmicrosoft.com".to_owned(),
        "10.1.2.3".to_owned(),
        "20260115100000123".to_owned(),
    ]);
    secrets.extend(tokens.iter().map(|token| token.serial.as_str().to_owned()));
    let (mut seeds, mut codes) = (0, 0);
    for passed in lab.proxy.passed() {
        let of_request = |name: &str| passed.request[name].as_str().map(ToOwned::to_owned);
        seeds += usize::from(of_request("secretKey").is_some());
        codes += usize::from(of_request("verificationCode").is_some());
        secrets.extend(["secretKey", "verificationCode", "serialNumber"].into_iter().filter_map(of_request));
        let mut all = BTreeSet::new();
        texts(&passed.request["value"], &mut all);
        texts(&passed.response, &mut all);
        secrets.extend(all.into_iter().filter(|text| is_guid(text) || text.starts_with("TRIAL-")));
        secrets.extend(passed.path.split('/').filter(|part| is_guid(part)).map(ToOwned::to_owned));
        secrets.extend(Some(passed.request_id).filter(|id| !id.is_empty()));
    }
    assert!(seeds > 1 && codes > 5, "the requests were recorded: {seeds} seeds, {codes} codes");
    for secret in &secrets {
        assert!(!report.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in\n{report}");
    }
    assert!(report.contains("badRequest: Refused"), "Microsoft's words stay: {report}");

    let bytes = lab.file.bytes();
    let stored = String::from_utf8_lossy(&bytes);
    for passed in lab.proxy.passed() {
        for name in ["secretKey", "verificationCode"] {
            if let Some(secret) = passed.request[name].as_str() {
                assert!(
                    !stored.contains(&format!("\"{secret}\"")) && !stored.contains(&format!(" {secret}")),
                    "{name}"
                );
            }
        }
    }
}
