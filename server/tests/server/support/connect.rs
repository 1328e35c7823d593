//! The local operator connects a tenant.

use practice::Practice;
use serde_json::json;

use crate::support::browser::{Browser, TestResponse};

/// Connects a tenant with these credentials, which may be wrong.
pub async fn try_to_connect(browser: &Browser, tenant: &str, client: &str, secret: &str) -> TestResponse {
    let credentials = json!({ "tenant_id": tenant, "client_id": client, "client_secret": secret });
    browser.call("/api/settings/connect", json!({ "credentials": credentials })).await
}

/// Connects a tenant with its right credentials.
pub async fn connect(browser: &Browser, to: &Practice) {
    let answer = try_to_connect(browser, &to.tenant_id, &to.client_id, &to.client_secret).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
