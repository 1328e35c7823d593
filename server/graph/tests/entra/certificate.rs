//! A certificate in place of a client secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use graph::{Certificate, Credential};
use ring::{
    digest::{SHA256, digest},
    signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use token_core::ports::Directory;
use wiremock::ResponseTemplate;

use crate::{
    mock_entra::{CLIENT, MockEntra, TENANT},
    tokens::{KEY_ONE, KEY_TWO, now, pair},
};

const CERTIFICATE: &[u8] = include_bytes!("../keys/one.cert.pem");
const ENCRYPTED: &[u8] = include_bytes!("../keys/one.encrypted.pem");
const PKCS1: &[u8] = include_bytes!("../keys/one.pkcs1.pem");
const EC_CERTIFICATE: &[u8] = include_bytes!("../keys/ec.cert.pem");
const EC_KEY: &[u8] = include_bytes!("../keys/ec.key.pem");

fn problem(parts: &[&[u8]]) -> String {
    Certificate::from_pem(&parts.concat()).unwrap_err()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn certificate_and_key_may_be_in_any_order() {
    let thumbprint =
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &CertificateDer::from_pem_slice(CERTIFICATE).unwrap()));
    for parts in [[CERTIFICATE, KEY_ONE], [KEY_ONE, CERTIFICATE]] {
        assert_eq!(Certificate::from_pem(&parts.concat()).unwrap().thumbprint(), thumbprint);
    }
}

#[test]
fn each_problem_has_its_message() {
    for (parts, words) in [
        (&[CERTIFICATE][..], "holds no private key"),
        (&[KEY_ONE], "holds no certificate"),
        (&[b"hello"], "holds no certificate"),
        (&[CERTIFICATE, ENCRYPTED], "encrypted"),
        (&[CERTIFICATE, PKCS1], "PKCS#8"),
        (&[CERTIFICATE, KEY_TWO], "does not belong"),
        (&[EC_CERTIFICATE, EC_KEY], "RSA"),
        (&[b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", KEY_ONE], "cannot be read"),
        (&[b"-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n", KEY_ONE], "damaged"),
    ] {
        let problem = problem(parts);
        assert!(problem.contains(words), "{words}: {problem}");
    }
}

#[test]
fn debug_shows_no_key() {
    let pem = [CERTIFICATE, KEY_ONE].concat();
    let shown = format!("{:?}", Credential::Certificate(Certificate::from_pem(&pem).unwrap()));
    assert!(shown.len() < 100 && shown.contains("Certificate("), "{shown}");
}

#[tokio::test]
async fn sends_a_signed_client_assertion() {
    let entra = MockEntra::start(TENANT).await;
    entra.answers(json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "token-1" })).await;
    entra.on("POST", "/v1.0/$batch", ResponseTemplate::new(500)).await;
    let mut settings = entra.settings();
    let pem = [CERTIFICATE, KEY_ONE].concat();
    settings.credential = Credential::Certificate(Certificate::from_pem(&pem).unwrap());
    entra.directory_with(settings.clone()).method_policy().await.unwrap();
    entra.directory_with(settings).method_policy().await.unwrap();
    let forms = entra.forms().await;
    let form = &forms[0];
    assert!(!form.contains_key("client_secret"));
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let (message, signature) = form["client_assertion"].rsplit_once('.').unwrap();
    let public = pair(KEY_ONE);
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public.public().as_ref())
        .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let thumbprint = Certificate::from_pem(&pem).unwrap().thumbprint().to_owned();
    assert_eq!(decoded(header), json!({ "typ": "JWT", "alg": "PS256", "x5t#S256": thumbprint }));
    let claims = decoded(claims);
    assert_eq!(claims["aud"], format!("{}{}", entra.server.uri(), entra.token_path()));
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some(CLIENT), Some(CLIENT)));
    let (from, until) = (claims["nbf"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(until - from == 600 && from <= now() && now() - from < 60, "{claims}");
    let other = decoded(forms[1]["client_assertion"].split('.').nth(1).unwrap());
    assert_ne!(claims["jti"], other["jti"], "each assertion has its own id");
}
