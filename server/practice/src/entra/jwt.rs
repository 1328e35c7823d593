//! JSON Web Tokens: id tokens with a real signature, and opaque access tokens in JWT format.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{oauth::keys::IdTokenKey, seeded_rng};

/// Base64 for URLs, without padding (RFC 4648 section 5).
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Header and claims in the form to be signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()))
}

/// A token signed with RS256.
pub fn signed(claims: &Value, key: IdTokenKey) -> String {
    let text = unsigned(&json!({ "typ": "JWT", "alg": "RS256", "kid": key.id() }), claims);
    let signature = base64url(&key.sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// A token without a valid signature, which the tenant looks up as a whole. Real access tokens for Graph are opaque to clients,
/// too.
pub fn opaque(claims: &Value) -> String {
    let text = unsigned(&json!({ "typ": "JWT", "alg": "RS256", "kid": "practice" }), claims);
    format!("{text}.{}{}", seeded_rng::random_token(), seeded_rng::random_token())
}

/// The parts of a received token.
pub struct JwtParts<'a> {
    pub header: Value,
    pub claims: Value,
    /// The signed text.
    pub text: &'a str,
    pub signature: Vec<u8>,
}

impl<'a> JwtParts<'a> {
    /// Splits and decodes a token; `None` if it is no JWT.
    pub fn of(token: &'a str) -> Option<Self> {
        let (text, signature) = token.rsplit_once('.')?;
        let (header, claims) = text.split_once('.')?;
        let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let json = |part: &str| serde_json::from_slice(&decode(part)?).ok();
        Some(Self { header: json(header)?, claims: json(claims)?, text, signature: decode(signature)? })
    }
}
