//! A person's delegated access: it is refreshed silently, once for all callers, until Entra ends it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use graph::{GraphDirectory, entra::person_token::PersonToken};
use serde_json::json;
use token_core::{error::ServiceError, ports::Directory};
use wiremock::{Request, ResponseTemplate};

use crate::{
    mock_entra::{ACCESS, MockEntra, REFRESH, TENANT, entra_error, form, redeem},
    tokens::{KEY_ONE, signed},
};

pub const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";

/// A mock server, a signed-in person, and the directory with the person's permissions.
pub struct DelegatedAccess {
    pub entra: MockEntra,
    pub token: Arc<PersonToken>,
    pub directory: GraphDirectory,
    pub app: GraphDirectory,
}

impl DelegatedAccess {
    /// With an access token that lives so many seconds, and this response to every refresh.
    pub async fn start(
        life: u64,
        refresh: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        let entra = MockEntra::start(TENANT).await;
        let id_token = signed("one", KEY_ONE, &entra.claims());
        let at = entra.token_path();
        let answer = move |request: &Request| {
            if form(request)["grant_type"] == "refresh_token" {
                return refresh(request);
            }
            let mut body = granted(1, life);
            body["id_token"] = json!(id_token);
            ResponseTemplate::new(200).set_body_json(body)
        };
        entra.on("POST", &at, answer).await;
        let app = entra.directory();
        let tokens = redeem(&app.entra()).await.unwrap().tokens.unwrap();
        let token = Arc::new(PersonToken::new(app.entra(), tokens, true));
        let directory = app.for_person(Arc::clone(&token));
        Self { entra, token, directory, app }
    }

    pub async fn refreshes(&self) -> Vec<HashMap<String, String>> {
        self.entra.forms().await.into_iter().filter(|form| form["grant_type"] == "refresh_token").collect()
    }
}

fn granted(number: usize, life: u64) -> serde_json::Value {
    json!({
        "token_type": "Bearer", "expires_in": life, "scope": "openid",
        "access_token": format!("fake-access-token-{number}"),
        "refresh_token": format!("fake-refresh-token-{number}")
    })
}

/// Responds with the second access token, the third, …
pub fn renewed() -> impl Fn(&Request) -> ResponseTemplate {
    let given = AtomicUsize::new(2);
    move |_: &Request| {
        let number = given.fetch_add(1, Ordering::SeqCst);
        ResponseTemplate::new(200).set_body_json(granted(number, 3599)).set_delay(Duration::from_millis(10))
    }
}

pub fn never(_: &Request) -> ResponseTemplate {
    ResponseTemplate::new(500)
}

/// An inventory that accepts this access token only.
pub fn inventory_for(good: &'static str) -> impl Fn(&Request) -> ResponseTemplate {
    move |request: &Request| {
        if request.headers["authorization"] == format!("Bearer {good}").as_str() {
            return ResponseTemplate::new(200).set_body_json(json!({ "value": [] }));
        }
        ResponseTemplate::new(401).set_body_json(json!({ "error": { "code": "InvalidAuthenticationToken" } }))
    }
}

#[tokio::test]
async fn sends_the_persons_access_token() {
    let delegated = DelegatedAccess::start(3599, never).await;
    delegated.entra.on("GET", DEVICES, inventory_for(ACCESS)).await;
    delegated.directory.tokens(None).await.unwrap();
    assert!(delegated.refreshes().await.is_empty());
}

#[tokio::test]
async fn refreshes_before_expiry_once_for_all_callers() {
    let delegated = DelegatedAccess::start(0, renewed()).await;
    delegated.entra.on("GET", DEVICES, inventory_for("fake-access-token-2")).await;
    for answer in join_all((0..10).map(|_| delegated.directory.tokens(None))).await {
        answer.unwrap();
    }
    let [form] = delegated.refreshes().await.try_into().unwrap();
    assert_eq!(form["refresh_token"], REFRESH);
    assert_eq!(form["scope"], "openid profile offline_access https://graph.microsoft.com/.default");
    assert!(form.contains_key("client_secret"));
}

#[tokio::test]
async fn a_rotated_refresh_token_replaces_the_old() {
    let again = AtomicUsize::new(2);
    let short = move |_: &Request| {
        let number = again.fetch_add(1, Ordering::SeqCst);
        ResponseTemplate::new(200).set_body_json(granted(number, 0))
    };
    let delegated = DelegatedAccess::start(0, short).await;
    delegated
        .entra
        .on("GET", DEVICES, ResponseTemplate::new(200).set_body_json(json!({ "value": [] })))
        .await;
    for _ in 0..3 {
        delegated.directory.tokens(None).await.unwrap();
    }
    let used: Vec<String> =
        delegated.refreshes().await.into_iter().map(|form| form["refresh_token"].clone()).collect();
    assert_eq!(used, [REFRESH, "fake-refresh-token-2", "fake-refresh-token-3"]);
}

#[tokio::test]
async fn a_token_that_graph_refuses_is_refreshed_once() {
    let delegated = DelegatedAccess::start(3599, renewed()).await;
    delegated.entra.on("GET", DEVICES, inventory_for("fake-access-token-2")).await;
    delegated.directory.tokens(None).await.unwrap();
    assert_eq!(delegated.refreshes().await.len(), 1);

    let delegated = DelegatedAccess::start(3599, renewed()).await;
    delegated.entra.on("GET", DEVICES, inventory_for("none")).await;
    assert!(matches!(delegated.directory.tokens(None).await, Err(ServiceError::Credentials { .. })));
    assert_eq!(delegated.refreshes().await.len(), 1);
}

#[tokio::test]
async fn an_ended_sign_in_is_reported_without_further_requests() {
    for (error, number) in
        [("invalid_grant", 700_082), ("interaction_required", 50_173), ("login_required", 1)]
    {
        let delegated =
            DelegatedAccess::start(0, move |_: &Request| entra_error(error, number, json!({}))).await;
        for _ in 0..3 {
            assert_eq!(
                delegated.directory.tokens(None).await.unwrap_err(),
                ServiceError::SignedOut,
                "{error}"
            );
        }
        assert_eq!(delegated.refreshes().await.len(), 1);
        assert!(delegated.entra.received(DEVICES).await.is_empty());
    }
}

#[tokio::test]
async fn a_refresh_with_claims_is_a_step_up() {
    let claims = r#"{"access_token":{"polids":{"essential":true}}}"#;
    for value in [json!(claims), serde_json::from_str(claims).unwrap()] {
        let refusal = move |_: &Request| entra_error("invalid_grant", 50_076, json!({ "claims": value }));
        let delegated = DelegatedAccess::start(0, refusal).await;
        assert_eq!(delegated.directory.tokens(None).await.unwrap_err(), ServiceError::StepUp);
        assert_eq!(delegated.token.challenge().as_deref(), Some(claims));
        assert_eq!(
            delegated.token.challenge().as_deref(),
            Some(claims),
            "it is kept until they sign in again"
        );
    }
}

#[tokio::test]
async fn transient_errors_are_retried_and_do_not_end_the_sign_in() {
    let asked = AtomicUsize::new(0);
    let flaky = move |_: &Request| match asked.fetch_add(1, Ordering::SeqCst) {
        0..3 => ResponseTemplate::new(503),
        3 => entra_error("temporarily_unavailable", 90_033, json!({})),
        _ => ResponseTemplate::new(200).set_body_json(granted(2, 3599)),
    };
    let delegated = DelegatedAccess::start(0, flaky).await;
    delegated.entra.on("GET", DEVICES, inventory_for("fake-access-token-2")).await;
    assert!(matches!(delegated.directory.tokens(None).await, Err(ServiceError::Unreachable { .. })));
    delegated.directory.tokens(None).await.unwrap();
}

#[tokio::test]
async fn a_refused_app_does_not_end_the_sign_in() {
    let delegated =
        DelegatedAccess::start(0, |_: &Request| entra_error("invalid_client", 7_000_222, json!({}))).await;
    let error = delegated.directory.tokens(None).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Credentials { message } if message.contains("expired")),
        "{error:?}"
    );
}
