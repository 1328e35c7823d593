//! The local operator connects and disconnects a tenant.

use app::api::{access::Role, boot_info::DeploymentMode, connection::ConnectionView};
use practice::Practice;
use serde_json::{Value, json};
use token_core::error::ServiceError;
use url::Url;

use crate::support::{
    browser::Browser,
    closed_port::ClosedPort,
    connect::{connect, try_to_connect},
    test_app::{TestApp, TestAppBuilder, another_tenant, credentials, stats},
};

async fn settings(browser: &Browser) -> ConnectionView {
    browser.call("/api/settings/read", json!({})).await.json()
}

/// The serials on the first page of the inventory.
async fn serials(browser: &Browser) -> Vec<String> {
    let page: Value = browser.list().await.json();
    let items = page["items"].as_array().unwrap().iter();
    items.map(|token| token["serial"].as_str().unwrap().to_owned()).collect()
}

async fn requests(practice: &Practice) -> u64 {
    stats(practice).await["requests"].as_u64().unwrap()
}

#[tokio::test]
async fn wrong_credentials_are_explained_and_change_nothing() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    let before = settings(&operator).await;
    let known = credentials(&real).await;
    let (expired, secret_id) =
        (known["expiredSecret"].as_str().unwrap(), known["secretId"].as_str().unwrap());
    let (tenant, client, secret) = (&*real.tenant_id, &*real.client_id, &*real.client_secret);
    let unknown = "00000000-0000-4000-8000-000000000000";
    let attempts = [
        (tenant, client, "wrong~secret", "Enter the secret's Value, not its Secret ID"),
        (tenant, client, secret_id, "Enter the secret's Value, not its Secret ID"),
        (tenant, client, expired, "has expired. Create a new one"),
        (tenant, unknown, secret, "Check the client id"),
        (unknown, client, secret, "Check the tenant id"),
        ("nowhere.example", client, secret, "Check the tenant id"),
        ("no tenant", client, secret, "tenant id: \"no tenant\" is neither an id nor a domain"),
        ("common", client, secret, "enter your own tenant's id"),
        (tenant, "a/b", secret, "client id:"),
        (tenant, client, "  ", "the client secret is empty"),
    ];
    for (tenant, client, entered, words) in attempts {
        let answer = try_to_connect(&operator, tenant, client, entered).await;
        let error = answer.error();
        assert!(
            matches!(error, ServiceError::Credentials { .. } | ServiceError::Invalid { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(entered.trim().is_empty() || !answer.body.contains(entered), "{}", answer.body);
        assert_eq!(settings(&operator).await, before);
    }
    assert_eq!(operator.about().await.mode, DeploymentMode::Practice);
    assert_eq!(operator.list().await.status, 200);
    assert_eq!(requests(&real).await, 0, "no request is sent to a tenant that is not connected");
}

#[tokio::test]
async fn an_unreachable_authority_is_distinguished_from_wrong_credentials() {
    let closed = ClosedPort::new();
    let address = Url::parse(&format!("http://{}", closed.addr)).unwrap();
    let app = TestAppBuilder::default().with_practice(&address).await;
    let operator = Browser::operator(&app).await;
    let answer = try_to_connect(&operator, "contoso.example", "a-client", "a~secret").await;
    let error = answer.error();
    assert!(matches!(error, ServiceError::Unreachable { .. }), "{error:?}");
    assert_eq!(answer.status, 502);
    assert!(!answer.body.contains("a~secret"));
    assert_eq!(operator.about().await.mode, DeploymentMode::Practice);
}

#[tokio::test]
async fn the_operator_manages_the_tenant_that_they_connected() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    let made_up = serials(&operator).await;
    connect(&operator, &real).await;

    let about = operator.about().await;
    assert_eq!(
        (about.mode, about.user.role, about.user.operator),
        (DeploymentMode::Local, Role::Administrator, true)
    );
    assert_eq!(settings(&operator).await.tenant_id, real.tenant_id);
    let before = app.graph_requests().await;
    assert_ne!(serials(&operator).await, made_up);
    assert_eq!(app.graph_requests().await, before, "no more requests go to the practice tenant");
}

#[tokio::test]
async fn everybody_else_is_signed_out_from_a_connected_tenant() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let other = Browser::of(&app);
    assert_eq!(other.list().await.status, 200);
    connect(&Browser::operator(&app).await, &real).await;
    let before = requests(&real).await;
    assert_eq!(other.list().await.error(), ServiceError::SignedOut);
    assert_eq!(other.get("/").await.status, 401);
    assert_eq!(other.get("/auth/sign-in").await.location(), "/", "here nobody signs in");
    assert_eq!(requests(&real).await, before);
    let page = other.get("/sign-in").await.body;
    assert!(page.contains("Use the browser in which you opened the link"), "{page}");
}

#[tokio::test]
async fn disconnecting_returns_to_the_practice_tenant() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    let before = settings(&operator).await;
    let made_up = serials(&operator).await;
    connect(&operator, &real).await;
    serials(&operator).await;
    let answer = operator.call("/api/settings/disconnect", json!({})).await;
    assert_eq!(answer.status, 200);

    let asked = requests(&real).await;
    assert_eq!(settings(&operator).await, before);
    assert_eq!(operator.about().await.mode, DeploymentMode::Practice);
    assert_eq!(serials(&operator).await, made_up);
    assert_eq!(requests(&real).await, asked, "no more requests go to the old tenant");
    let again = operator.call("/api/settings/disconnect", json!({})).await;
    assert_eq!(again.status, 200, "disconnecting twice is no error");
}

#[tokio::test]
async fn a_failed_attempt_leaves_the_connected_tenant_connected() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    connect(&operator, &real).await;
    let answer = try_to_connect(&operator, &real.tenant_id, &real.client_id, "wrong~secret").await;
    assert!(!answer.status.is_success());
    assert_eq!(operator.about().await.mode, DeploymentMode::Local);
    assert_eq!(operator.list().await.status, 200);
}

#[tokio::test]
async fn nobody_but_the_operator_connects_or_disconnects() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    let others = [Browser::of(&app), Browser::signed_in(&app, "administrator").await];
    for other in &others {
        let answer = try_to_connect(other, &real.tenant_id, &real.client_id, &real.client_secret).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (403, ServiceError::NotOperator));
    }
    assert_eq!(stats(&real).await["tokenRequests"], 0);
    connect(&operator, &real).await;
    for other in &others {
        let answer = other.call("/api/settings/disconnect", json!({})).await;
        assert_eq!(answer.error(), ServiceError::SignedOut);
    }
    assert_eq!(operator.about().await.mode, DeploymentMode::Local);
}

#[tokio::test]
async fn no_response_contains_the_entered_secret() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let operator = Browser::operator(&app).await;
    connect(&operator, &real).await;
    settings(&operator).await;
    operator.call("/api/settings/check", json!({})).await;
    operator.call("/api/tenant/missing", json!({})).await;
    for page in ["/", "/settings", "/sign-in", "/auth/sign-in"] {
        operator.get(page).await;
    }
    for answer in operator.answers() {
        assert!(!answer.contains(&real.client_secret), "{answer}");
        assert!(!answer.contains(&app.practice.client_secret), "{answer}");
    }
}

#[tokio::test]
async fn an_organisations_server_connects_no_other_tenant() {
    let app = TestApp::organisation().await;
    assert!(app.link.is_none());
    let administrator = Browser::signed_in(&app, "administrator").await;
    assert!(!administrator.about().await.can_connect);
    let p = &app.practice;
    let answer = try_to_connect(&administrator, &p.tenant_id, &p.client_id, &p.client_secret).await;
    assert_eq!(answer.error(), ServiceError::NotOperator);
}
