//! Valid and invalid id tokens, signed with the keys in `tests/keys`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

pub const KEY_ONE: &[u8] = include_bytes!("../keys/one.key.pem");
pub const KEY_TWO: &[u8] = include_bytes!("../keys/two.key.pem");

pub fn pair(pem: &[u8]) -> RsaKeyPair {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap()
}

/// The public key as Entra publishes it.
pub fn jwk(kid: &str, pem: &[u8]) -> Value {
    let public: RsaPublicKeyComponents<Vec<u8>> = pair(pem).public().into();
    json!({
        "kty": "RSA", "use": "sig", "kid": kid,
        "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
        "issuer": "set by the mock server"
    })
}

pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap()
}

/// Signed with RS256.
pub fn signed(kid: &str, pem: &[u8], claims: &Value) -> String {
    signed_with(&json!({ "typ": "JWT", "alg": "RS256", "kid": kid }), pem, claims)
}

pub fn signed_with(header: &Value, pem: &[u8], claims: &Value) -> String {
    let pair = pair(pem);
    let message = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Not signed.
pub fn unsigned(kid: &str, claims: &Value) -> String {
    format!("{}.{}.", part(&json!({ "typ": "JWT", "alg": "none", "kid": kid })), part(claims))
}

/// Signed with HS256, with the public key as the secret.
pub fn signed_with_the_public_key(kid: &str, pem: &[u8], claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "HS256", "kid": kid });
    let message = format!("{}.{}", part(&header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, pair(pem).public().as_ref());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
}
