//! A person's own access: refreshed silently, once for all who wait, until Entra ends it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;
use server::{entra::person_token::PersonToken, graph::GraphDirectory};
use token_core::{error::ServiceError, ports::Directory};
use wiremock::{Request, ResponseTemplate};

use crate::{
    mock_entra::{ACCESS, MockEntra, REFRESH, TENANT, entra_error, form, redeem},
    tokens::{KEY_ONE, signed},
};

pub const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";

/// A stand-in, a person who has signed in to it, and the directory with that person's rights.
pub struct DelegatedAccess {
    pub entra: MockEntra,
    pub token: Arc<PersonToken>,
    pub directory: GraphDirectory,
    pub app: GraphDirectory,
}

impl DelegatedAccess {
    /// With a sign-in that is good for so many seconds, and this answer to every refresh.
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
        let token = Arc::new(PersonToken::new(app.entra(), tokens));
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

/// The second access token, the third, …
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

/// An inventory that takes one access token alone.
pub fn inventory_for(good: &'static str) -> impl Fn(&Request) -> ResponseTemplate {
    move |request: &Request| {
        if request.headers["authorization"] == format!("Bearer {good}").as_str() {
            return ResponseTemplate::new(200).set_body_json(json!({ "value": [] }));
        }
        ResponseTemplate::new(401).set_body_json(json!({ "error": { "code": "InvalidAuthenticationToken" } }))
    }
}

#[tokio::test]
async fn asks_graph_with_the_persons_token() {
    let delegated = DelegatedAccess::start(3599, never).await;
    delegated.entra.on("GET", DEVICES, inventory_for(ACCESS)).await;
    delegated.directory.tokens(None).await.unwrap();
    assert!(delegated.refreshes().await.is_empty());
}

#[tokio::test]
async fn refreshes_before_the_end_once_for_all_who_wait() {
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
async fn an_ended_sign_in_is_told_and_not_asked_about_again() {
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
async fn a_refresh_that_asks_for_more_is_a_step_up_with_its_claims() {
    let claims = r#"{"access_token":{"polids":{"essential":true}}}"#;
    for value in [json!(claims), serde_json::from_str(claims).unwrap()] {
        let refusal = move |_: &Request| entra_error("invalid_grant", 50_076, json!({ "claims": value }));
        let delegated = DelegatedAccess::start(0, refusal).await;
        assert_eq!(delegated.directory.tokens(None).await.unwrap_err(), ServiceError::StepUp);
        assert_eq!(delegated.token.challenge().as_deref(), Some(claims));
        assert_eq!(
            delegated.token.challenge().as_deref(),
            Some(claims),
            "it stands until they sign in again"
        );
    }
}

#[tokio::test]
async fn a_passing_trouble_is_waited_out_and_ends_nothing() {
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
async fn a_refused_app_is_not_the_persons_fault() {
    let delegated =
        DelegatedAccess::start(0, |_: &Request| entra_error("invalid_client", 7_000_222, json!({}))).await;
    let error = delegated.directory.tokens(None).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Credentials { message } if message.contains("expired")),
        "{error:?}"
    );
}
