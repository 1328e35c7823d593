//! The app's access token: it is fetched once, shared and renewed; refusals have messages for users.

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
use token_core::{error::ServiceError, ports::Directory};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{
    BATCH, CLIENT_SECRET, DEVICES, MockGraph, SIGN_IN, answer, error, list, refusal, serial,
};

fn token(number: usize) -> ResponseTemplate {
    let body =
        json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-{number}") });
    ResponseTemplate::new(200).set_body_json(body)
}

/// `token-1`, `token-2`, …
fn tokens() -> impl Fn(&Request) -> ResponseTemplate {
    let given = AtomicUsize::new(0);
    move |_: &Request| token(given.fetch_add(1, Ordering::SeqCst) + 1)
}

fn entra_error(status: u16, error: &str, number: u32) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "error": error, "error_description": format!("AADSTS{number}: Something. Trace ID: 1 Correlation ID: 2"),
        "error_codes": [number], "trace_id": "1", "correlation_id": "2"
    }))
}

/// Accepts this access token only.
fn inventory_for(good: &'static str) -> impl Fn(&Request) -> ResponseTemplate {
    move |request: &Request| {
        if request.headers["authorization"] == format!("Bearer {good}").as_str() {
            return ResponseTemplate::new(200).set_body_json(list(&[]));
        }
        refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
    }
}

async fn fault_of(sign_in: ResponseTemplate) -> ServiceError {
    let mock = MockGraph::without_sign_in().await;
    mock.on("POST", SIGN_IN, sign_in).await;
    mock.directory().tokens(None).await.unwrap_err()
}

#[tokio::test]
async fn sends_client_credentials_in_the_body() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, inventory_for("token-1")).await;
    mock.directory().tokens(None).await.unwrap();
    let requests = mock.received(SIGN_IN).await;
    let form: HashMap<String, String> = url::form_urlencoded::parse(&requests[0].body).into_owned().collect();
    let scope = format!("{}/.default", mock.server.uri());
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", "client-1"),
        ("client_secret", CLIENT_SECRET),
        ("scope", scope.as_str()),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert!(requests[0].headers.contains_key("client-request-id"));
    assert!(!requests[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn falls_back_to_the_scope_of_the_global_cloud() {
    for (error, number) in [("invalid_scope", 70_011), ("invalid_resource", 500_011)] {
        let mock = MockGraph::without_sign_in().await;
        let insisting = move |request: &Request| {
            let form: HashMap<String, String> =
                url::form_urlencoded::parse(&request.body).into_owned().collect();
            match form["scope"].as_str() {
                "https://graph.microsoft.com/.default" => token(1),
                _ => entra_error(400, error, number),
            }
        };
        mock.on("POST", SIGN_IN, insisting).await;
        mock.on("GET", DEVICES, inventory_for("token-1")).await;
        mock.directory().tokens(None).await.unwrap();
        assert_eq!(mock.received(SIGN_IN).await.len(), 2, "{error}");
    }
}

#[tokio::test]
async fn many_callers_share_one_token() {
    let mock = MockGraph::without_sign_in().await;
    mock.on("POST", SIGN_IN, token(1).set_delay(Duration::from_millis(20))).await;
    mock.on("GET", DEVICES, inventory_for("token-1")).await;
    let directory = mock.directory();
    for answer in join_all((0..20).map(|_| directory.tokens(None))).await {
        answer.unwrap();
    }
    directory.tokens(None).await.unwrap();
    assert_eq!(mock.received(SIGN_IN).await.len(), 1);
}

#[tokio::test]
async fn many_callers_share_one_refusal() {
    let mock = MockGraph::without_sign_in().await;
    let refused = entra_error(401, "invalid_client", 7_000_215).set_delay(Duration::from_millis(20));
    mock.on("POST", SIGN_IN, refused).await;
    let directory = mock.directory();
    for answer in join_all((0..20).map(|_| directory.tokens(None))).await {
        assert!(matches!(answer, Err(ServiceError::Credentials { .. })));
    }
    assert_eq!(mock.received(SIGN_IN).await.len(), 1);
    directory.tokens(None).await.unwrap_err();
    assert_eq!(mock.received(SIGN_IN).await.len(), 2, "a later call asks again");
}

#[tokio::test]
async fn a_token_that_graph_refuses_is_renewed_once_for_all_callers() {
    let mock = MockGraph::without_sign_in().await;
    mock.on("POST", SIGN_IN, tokens()).await;
    mock.on("GET", DEVICES, inventory_for("token-2")).await;
    let directory = mock.directory();
    for answer in join_all((0..8).map(|_| directory.tokens(None))).await {
        answer.unwrap();
    }
    assert_eq!(mock.received(SIGN_IN).await.len(), 2);
}

#[tokio::test]
async fn a_token_refused_inside_a_reading_batch_is_renewed() {
    let mock = MockGraph::without_sign_in().await;
    mock.on("POST", SIGN_IN, tokens()).await;
    let items = |request: &Request| {
        let good = request.headers["authorization"] == "Bearer token-2";
        let item = if good {
            answer(200, list(&[]))
        } else {
            answer(401, error("InvalidAuthenticationToken", "no"))
        };
        let mut responses = json!({ "responses": [item] });
        responses["responses"][0]["id"] = json!("1");
        ResponseTemplate::new(200).set_body_json(responses)
    };
    mock.on("POST", BATCH, items).await;
    mock.directory().tokens_by_serial(vec![serial("1")]).await.unwrap();
    assert_eq!(mock.received(SIGN_IN).await.len(), 2);
}

#[tokio::test]
async fn fails_when_a_renewed_token_is_refused() {
    let mock = MockGraph::without_sign_in().await;
    mock.on("POST", SIGN_IN, tokens()).await;
    mock.on("GET", DEVICES, inventory_for("none")).await;
    let error = mock.directory().tokens(None).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Credentials { message } if message.contains("request-1")),
        "{error:?}"
    );
    assert_eq!(mock.received(SIGN_IN).await.len(), 2);
}

#[tokio::test]
async fn each_refusal_names_its_remedy() {
    for (status, error, number, word) in [
        (401, "invalid_client", 7_000_215, "not its Secret ID"),
        (401, "invalid_client", 7_000_222, "expired"),
        (400, "unauthorized_client", 700_016, "client id"),
        (400, "invalid_request", 90_002, "tenant"),
        (400, "invalid_request", 90_038, "national cloud"),
        (400, "unauthorized_client", 53_003, "Conditional Access"),
    ] {
        let error = fault_of(entra_error(status, error, number)).await;
        let ServiceError::Credentials { message } = &error else { panic!("{error:?}") };
        assert!(message.contains(word) && message.contains(&format!("AADSTS{number}")), "{message}");
        assert!(!message.contains(CLIENT_SECRET));
    }
}

#[tokio::test]
async fn a_description_without_a_number_is_supplemented_by_error_codes() {
    let number = "number without a description that has it";
    let body =
        json!({ "error": "invalid_client", "error_description": number, "error_codes": [7_000_222, 1] });
    let message = fault_of(ResponseTemplate::new(401).set_body_json(body)).await.to_string();
    assert!(message.contains("AADSTS7000222") && message.contains("expired"), "{message}");
    for odd in [json!(null), json!([]), json!(["7000222"]), json!(7), json!([-1])] {
        let body = json!({ "error": "invalid_client", "error_codes": odd });
        let message = fault_of(ResponseTemplate::new(401).set_body_json(body)).await.to_string();
        assert!(message.contains("(invalid_client"), "{message}");
    }
}

#[tokio::test]
async fn an_unknown_refusal_keeps_its_code() {
    let error = fault_of(entra_error(400, "invalid_grant", 123_456)).await;
    assert!(error.to_string().contains("AADSTS123456"), "{error}");
    let error = fault_of(ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_scope" }))).await;
    assert!(error.to_string().contains("invalid_scope"), "{error}");
}

#[tokio::test]
async fn an_unexpected_response_is_reported_without_its_body() {
    for body in [
        ResponseTemplate::new(200).set_body_string("<html>token-1</html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "access_token": ["token-1"] })),
        ResponseTemplate::new(404).set_body_string("token-1"),
        ResponseTemplate::new(302).insert_header("Location", "https://evil.example/token-1"),
    ] {
        let error = fault_of(body).await;
        assert!(matches!(error, ServiceError::Credentials { .. }), "{error:?}");
        assert!(!error.to_string().contains("token-1"), "{error}");
    }
}

#[tokio::test]
async fn retries_transient_errors() {
    for trouble in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429).insert_header("Retry-After", "0"),
        entra_error(400, "temporarily_unavailable", 90_033),
    ] {
        let mock = MockGraph::without_sign_in().await;
        let asked = Arc::new(AtomicUsize::new(0));
        let flaky = move |_: &Request| {
            if asked.fetch_add(1, Ordering::SeqCst) < 2 { trouble.clone() } else { token(1) }
        };
        mock.on("POST", SIGN_IN, flaky).await;
        mock.on("GET", DEVICES, inventory_for("token-1")).await;
        mock.directory().tokens(None).await.unwrap();
    }
}

#[tokio::test]
async fn reports_errors_after_the_last_retry() {
    let error = fault_of(ResponseTemplate::new(503)).await;
    assert!(matches!(&error, ServiceError::Unreachable { message } if message.contains("503")), "{error:?}");
    let error = fault_of(ResponseTemplate::new(429).insert_header("Retry-After", "60")).await;
    assert_eq!(error, ServiceError::Throttled { after_ms: 60_000 });
}

#[tokio::test]
async fn an_unreachable_authority_is_named_by_its_host() {
    let mock = MockGraph::start().await;
    let mut settings = mock.settings();
    settings.authority = "http://127.0.0.1:9".parse().unwrap();
    let directory = graph::GraphDirectory::with_retries(settings, crate::mock_graph::RETRIES).unwrap();
    let error = directory.tokens(None).await.unwrap_err();
    assert!(
        matches!(&error, ServiceError::Unreachable { message } if message.contains("127.0.0.1")),
        "{error:?}"
    );
}

#[tokio::test]
async fn verifies_tls_where_the_address_says_https() {
    let mock = MockGraph::start().await;
    let mut settings = mock.settings();
    settings.endpoint.set_scheme("https").unwrap();
    let directory = graph::GraphDirectory::with_retries(settings, crate::mock_graph::RETRIES).unwrap();
    let error = directory.tokens(None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Unreachable { .. }), "{error:?}");
    assert!(mock.received(DEVICES).await.is_empty(), "nothing was sent in the clear");
}
