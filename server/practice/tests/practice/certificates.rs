//! Invalid secrets, and certificates in place of secrets.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use practice::{PracticeSettings, RegisteredCertificate};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, denied, fields},
    test_client::{Answer, TestClient, answer, now_ms, small},
};

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/practice/certificate/certificate.pem");
const KEY: &[u8] = include_bytes!("certificate/key.pem");
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn client() -> TestClient {
    TestClient::start(PracticeSettings {
        certificate: Some(RegisteredCertificate::read(CERTIFICATE).unwrap()),
        ..small()
    })
    .await
}

fn thumbprint(algorithm: &'static ring::digest::Algorithm) -> String {
    let der = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
    BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &der))
}

fn signed(padding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
    let key =
        RsaKeyPair::from_pkcs8(PrivatePkcs8KeyDer::from_pem_slice(KEY).unwrap().secret_pkcs8_der()).unwrap();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn usual_header() -> Value {
    json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(&SHA256) })
}

fn usual_claims(client: &TestClient, jti: &str) -> Value {
    let (p, now_s) = (&client.practice, now_ms() / 1000);
    json!({ "aud": format!("{}{}/oauth2/v2.0/token", p.base_url, p.tenant_id), "iss": p.client_id,
        "sub": p.client_id, "exp": now_s + 300, "nbf": now_s, "jti": jti })
}

async fn ask(client: &TestClient, assertion: &str) -> Answer {
    let p = &client.practice;
    let body = fields(&[
        ("grant_type", "client_credentials"),
        ("client_id", &p.client_id),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ]);
    let request = client.http.post(format!("{}{}/oauth2/v2.0/token", p.base_url, p.tenant_id));
    answer(request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await.unwrap()
}

fn no() -> (u16, String, u64) {
    (401, "invalid_client".into(), 700027)
}

#[tokio::test]
async fn accepts_an_assertion_signed_with_the_certificate() {
    let client = client().await;
    let modern = signed(&RSA_PSS_SHA256, &usual_header(), &usual_claims(&client, "1"));
    assert_eq!(ask(&client, &modern).await.0, 200);
    let older = json!({ "alg": "RS256", "x5t": thumbprint(&SHA1_FOR_LEGACY_USE_ONLY) });
    let older = signed(&RSA_PKCS1_SHA256, &older, &usual_claims(&client, "2"));
    assert_eq!(ask(&client, &older).await.0, 200);
    assert_eq!(denied(ask(&client, &older).await), no(), "each assertion is accepted once");
}

#[tokio::test]
async fn a_code_can_be_redeemed_with_a_certificate() {
    let client = client().await;
    let browser = Browser::new(&client);
    let code = browser.code("enduser", &[]).await;
    let assertion = signed(&RSA_PSS_SHA256, &usual_header(), &usual_claims(&client, "1"));
    let other = [("client_secret", ""), ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
    assert_eq!(browser.redeem(&code, &other).await.0, 200);
}

#[tokio::test]
async fn refuses_an_assertion_with_a_wrong_claim() {
    let client = client().await;
    let past = now_ms() / 1000 - 1;
    let wrong = [
        ("aud", json!("https://login.microsoftonline.com/common")),
        ("iss", json!("somebody")),
        ("sub", json!("somebody")),
        ("exp", json!(past)),
        ("exp", Value::Null),
        ("nbf", json!(past + 3_600)),
        ("jti", Value::Null),
    ];
    for (claim, value) in wrong {
        let mut claims = usual_claims(&client, "1");
        claims[claim] = value;
        assert_eq!(
            denied(ask(&client, &signed(&RSA_PSS_SHA256, &usual_header(), &claims)).await),
            no(),
            "{claim}"
        );
    }
}

#[tokio::test]
async fn refuses_an_assertion_with_a_wrong_header_or_signature() {
    let client = client().await;
    let claims = usual_claims(&client, "1");
    for (name, value) in [("alg", "none"), ("alg", "RS256"), ("x5t#S256", "AAAA"), ("x5t#S256", "")] {
        let mut header = usual_header();
        header[name] = value.into();
        assert_eq!(
            denied(ask(&client, &signed(&RSA_PSS_SHA256, &header, &claims)).await),
            no(),
            "{name}={value}"
        );
    }
    let right = signed(&RSA_PSS_SHA256, &usual_header(), &claims);
    let (text, _) = right.rsplit_once('.').unwrap();
    for wrong in [format!("{text}."), format!("{text}.AAAA"), "nonsense".to_owned()] {
        assert_eq!(denied(ask(&client, &wrong).await), no());
    }
    assert_eq!(ask(&client, &right).await.0, 200);
}

#[tokio::test]
async fn no_certificate_no_assertion() {
    let client = TestClient::small().await;
    let assertion = signed(&RSA_PSS_SHA256, &usual_header(), &usual_claims(&client, "1"));
    assert_eq!(denied(ask(&client, &assertion).await), no());
}

#[test]
fn a_file_without_a_certificate_is_refused_with_its_name() {
    for file in [concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "/nowhere.pem"] {
        assert!(RegisteredCertificate::read(file).unwrap_err().contains(file));
    }
}

#[tokio::test]
async fn an_expired_secret_and_a_secrets_id_are_told_apart() {
    let client = TestClient::small().await;
    let (_, known) = client.get("practice/credentials").await;
    let with = async |field: &str| {
        denied(client.token_request(&[("client_secret", known[field].as_str().unwrap())]).await)
    };
    assert_eq!(with("expiredSecret").await, (401, "invalid_client".into(), 7000222));
    assert_eq!(with("secretId").await, (401, "invalid_client".into(), 7000215));
    assert_eq!(known["clientSecret"], client.practice.client_secret);
}
