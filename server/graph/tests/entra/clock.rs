//! A system clock that is wrong: Microsoft's `Date` corrects it for id tokens and client assertions.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use graph::{Certificate, Credential};
use jiff::Timestamp;
use serde_json::{Value, json};
use token_core::error::ServiceError;
use wiremock::{Request, ResponseTemplate};

use crate::{
    mock_entra::{ACCESS, MockEntra, TENANT, entra_error, form, redeem},
    tokens::{KEY_ONE, now, signed},
};

const CERTIFICATE: &[u8] = include_bytes!("../keys/one.cert.pem");
/// How far Microsoft's clock is ahead of this machine's, in seconds.
const AHEAD: u64 = 7_200;

/// The `Date` of a Microsoft whose clock is so many seconds ahead.
fn date(ahead: u64) -> String {
    let at = Timestamp::from_second(i64::try_from(now() + ahead).unwrap()).unwrap();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn an_id_token_is_measured_by_microsofts_time() {
    let entra = MockEntra::start(TENANT).await;
    let (claims, asked) = (entra.claims(), AtomicUsize::new(0));
    let answer = move |_: &Request| {
        let ahead = if asked.fetch_add(1, Ordering::SeqCst) == 0 { 0 } else { AHEAD };
        let mut claims = claims.clone();
        claims["nbf"] = json!(now() + ahead);
        claims["exp"] = json!(now() + ahead + 3_600);
        let id_token = signed("one", KEY_ONE, &claims);
        let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS, "id_token": id_token });
        ResponseTemplate::new(200).insert_header("Date", date(ahead).as_str()).set_body_json(body)
    };
    entra.on("POST", &entra.token_path(), answer).await;
    let client = entra.directory().entra();
    // The answers with the keys have a `Date`, too: they are fetched before the clocks differ.
    redeem(&client).await.unwrap();
    redeem(&client).await.unwrap();
}

fn assertion_time(request: &Request) -> u64 {
    let form = form(request);
    let claims = form["client_assertion"].split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["iat"].as_u64().unwrap()
}

/// Asks for the app's access token at an Entra whose clock is ahead, and which takes assertions of the last five minutes
/// only, if any. Returns how often it was asked.
async fn check_credentials(ahead: u64, takes: bool) -> (Result<(), ServiceError>, usize) {
    let entra = MockEntra::start(TENANT).await;
    let answer = move |request: &Request| {
        let is_timely = (now() + ahead).abs_diff(assertion_time(request)) < 300;
        let response = if takes && is_timely {
            let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS });
            ResponseTemplate::new(200).set_body_json(body)
        } else {
            entra_error("invalid_client", 700_024, json!({}))
        };
        response.insert_header("Date", date(ahead).as_str())
    };
    entra.on("POST", &entra.token_path(), answer).await;
    let mut settings = entra.settings();
    let pem = [CERTIFICATE, KEY_ONE].concat();
    settings.credential = Credential::Certificate(Certificate::from_pem(&pem).unwrap());
    let result = entra.directory_with(settings).check_credentials().await;
    (result, entra.forms().await.len())
}

#[tokio::test]
async fn a_refused_assertion_is_repeated_once_by_microsofts_time() {
    let (result, asked) = check_credentials(AHEAD, true).await;
    assert_eq!((result, asked), (Ok(()), 2));
    let (result, asked) = check_credentials(AHEAD, false).await;
    assert!(
        matches!(&result, Err(ServiceError::Credentials { message }) if message.contains("AADSTS700024"))
    );
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn an_assertion_by_a_right_clock_is_not_repeated() {
    let (result, asked) = check_credentials(0, false).await;
    assert!(result.is_err());
    assert_eq!(asked, 1);
}
