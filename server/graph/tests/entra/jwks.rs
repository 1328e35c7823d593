//! Entra's keys: they are fetched when needed, cached for a day, and reloaded at a limited rate.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use graph::entra::sign_in::SignInError;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::{
    mock_entra::{CLIENT, MockEntra, TENANT, error_of},
    tokens::{KEY_ONE, KEY_TWO, jwk, signed},
};

async fn advance(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

async fn fetches(entra: &MockEntra) -> usize {
    entra.received("/keys").await.len()
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let entra = MockEntra::start(TENANT).await;
    let connection = entra.directory().entra();
    let old = signed("one", KEY_ONE, &entra.claims());
    entra.sign_in_at(&connection, &old).await.unwrap();
    entra.sign_in_at(&connection, &old).await.unwrap();
    assert_eq!(fetches(&entra).await, 1);
    *entra.keys.lock().unwrap() = vec![{
        let mut key = jwk("two", KEY_TWO);
        key.as_object_mut().unwrap().remove("issuer");
        key
    }];
    let new = signed("two", KEY_TWO, &entra.claims());
    entra.sign_in_at(&connection, &new).await.unwrap();
    assert_eq!(fetches(&entra).await, 2);
    let error = error_of(entra.sign_in_at(&connection, &old).await);
    assert!(matches!(error, SignInError::UnknownKey), "a key that Entra revoked: {error}");
}

#[tokio::test]
async fn keys_are_reloaded_for_unknown_ids_once_a_minute() {
    let entra = MockEntra::start(TENANT).await;
    let connection = entra.directory().entra();
    let unknown = signed("three", KEY_TWO, &entra.claims());
    for _ in 0..5 {
        assert!(matches!(error_of(entra.sign_in_at(&connection, &unknown).await), SignInError::UnknownKey));
    }
    assert_eq!(fetches(&entra).await, 2, "the first fetch and one reload");
    advance(Duration::from_secs(61)).await;
    for _ in 0..5 {
        error_of(entra.sign_in_at(&connection, &unknown).await);
    }
    assert_eq!(fetches(&entra).await, 3);
    entra.sign_in_at(&connection, &signed("one", KEY_ONE, &entra.claims())).await.unwrap();
}

#[tokio::test]
async fn keys_are_cached_for_a_day() {
    let entra = MockEntra::start(TENANT).await;
    let connection = entra.directory().entra();
    let token = signed("one", KEY_ONE, &entra.claims());
    entra.sign_in_at(&connection, &token).await.unwrap();
    advance(Duration::from_secs(23 * 3600)).await;
    entra.sign_in_at(&connection, &token).await.unwrap();
    assert_eq!(fetches(&entra).await, 1);
    advance(Duration::from_secs(3601)).await;
    entra.sign_in_at(&connection, &token).await.unwrap();
    assert_eq!(fetches(&entra).await, 2);
    let discovery = format!("/{TENANT}/v2.0/.well-known/openid-configuration");
    let asked = entra.received(&discovery).await;
    assert_eq!(asked.len(), 2);
    let query = format!("appid={CLIENT}");
    assert_eq!(asked[0].url.query(), Some(&*query), "an app with a signing key of its own has other keys");
}

#[tokio::test]
async fn refuses_keys_for_other_uses() {
    for (member, value) in [("use", "enc"), ("kty", "EC"), ("alg", "PS256")] {
        let entra = MockEntra::start(TENANT).await;
        entra.keys.lock().unwrap()[0][member] = json!(value);
        let error = error_of(entra.sign_in_as(&entra.claims()).await);
        assert!(matches!(error, SignInError::UnknownKey), "{member}: {error}");
    }
}

#[tokio::test]
async fn refuses_keys_of_other_issuers() {
    let entra = MockEntra::start(TENANT).await;
    entra.keys.lock().unwrap()[0]["issuer"] = json!("https://login.microsoftonline.com/other/v2.0");
    assert!(matches!(error_of(entra.sign_in_as(&entra.claims()).await), SignInError::KeyIssuer));
}

#[tokio::test]
async fn refuses_a_jwks_uri_without_tls() {
    let entra = MockEntra::start(TENANT).await;
    entra.discovery.lock().unwrap()["jwks_uri"] = json!("http://keys.example/keys");
    let error = error_of(entra.sign_in_as(&entra.claims()).await);
    assert!(matches!(&error, SignInError::Discovery(why) if why.contains("https://")), "{error}");
}

#[tokio::test]
async fn an_unreadable_discovery_document_is_an_error() {
    let entra = MockEntra::start("elsewhere.example").await;
    entra.discovery.lock().unwrap().as_object_mut().unwrap().remove("issuer");
    let error = error_of(entra.sign_in_as(&entra.claims()).await);
    assert!(matches!(error, SignInError::Discovery(_)), "{error}");
}

#[tokio::test]
async fn a_fetch_that_fails_is_repeated() {
    for busy in [ResponseTemplate::new(503), ResponseTemplate::new(429).insert_header("Retry-After", "0")] {
        let entra = MockEntra::start(TENANT).await;
        entra.discovery.lock().unwrap()["jwks_uri"] = json!(format!("{}/flaky", entra.server.uri()));
        let (keys, asked) = (Arc::clone(&entra.keys), AtomicUsize::new(0));
        let flaky = move |_: &Request| match asked.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => busy.clone(),
            _ => ResponseTemplate::new(200).set_body_json(json!({ "keys": *keys.lock().unwrap() })),
        };
        entra.on("GET", "/flaky", flaky).await;
        entra.sign_in_as(&entra.claims()).await.unwrap();
        assert_eq!(entra.received("/flaky").await.len(), 3);
    }
}

#[tokio::test]
async fn a_long_pause_is_not_waited_for() {
    let entra = MockEntra::start(TENANT).await;
    entra.discovery.lock().unwrap()["jwks_uri"] = json!(format!("{}/busy", entra.server.uri()));
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "60");
    entra.on("GET", "/busy", busy).await;
    let error = error_of(entra.sign_in_as(&entra.claims()).await);
    assert!(matches!(&error, SignInError::Unreachable(_)), "{error}");
    assert_eq!(entra.received("/busy").await.len(), 1);
}

#[tokio::test]
async fn a_failed_fetch_of_keys_is_a_transient_error() {
    let entra = MockEntra::start(TENANT).await;
    entra.discovery.lock().unwrap()["jwks_uri"] = json!(format!("{}/busy", entra.server.uri()));
    entra.on("GET", "/busy", ResponseTemplate::new(503)).await;
    let error = error_of(entra.sign_in_as(&entra.claims()).await);
    assert!(matches!(&error, SignInError::Unreachable(_)) && error.to_string().contains("503"), "{error}");
}
