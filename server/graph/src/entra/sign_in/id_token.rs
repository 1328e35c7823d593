//! Verification of id tokens (OpenID Connect Core section 3.1.3.7; MICROSOFT_GRAPH.md 7.3).

use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use token_core::user::UserId;
use uuid::Uuid;

use super::{Person, SignInError, SignInProof};
use crate::entra::jose::{self, Unaccepted};

/// Allowed clock skew, in seconds.
const SKEW: u64 = 60;

/// The expected claims of an id token.
pub(crate) struct ExpectedClaims<'a> {
    /// The audience.
    pub client_id: &'a str,
    /// The issuer.
    pub issuer: &'a str,
    /// The tenant of the person.
    pub tenant: Uuid,
    /// The nonce of the authorization request; `None` for a refresh, which has none (OpenID Connect Core section 12.2).
    pub nonce: Option<&'a str>,
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
}

/// The claims, which may have any JSON type.
#[derive(Deserialize)]
struct IdTokenClaims {
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    iss: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    nonce: Value,
    #[serde(default)]
    tid: Value,
    #[serde(default)]
    oid: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    preferred_username: Value,
    #[serde(default)]
    roles: Value,
    #[serde(default)]
    sid: Value,
    #[serde(default)]
    login_hint: Value,
    #[serde(default)]
    auth_time: Value,
    #[serde(default)]
    amr: Value,
    #[serde(default)]
    acrs: Value,
}

impl From<Unaccepted> for SignInError {
    fn from(why: Unaccepted) -> Self {
        match why {
            Unaccepted::Malformed => Self::Malformed,
            Unaccepted::Algorithm => Self::Algorithm,
            Unaccepted::Signature => Self::Signature,
        }
    }
}

/// The key id in the header, not verified.
pub(crate) fn key_id(id_token: &str) -> Result<String, SignInError> {
    jose::key_id(id_token)?.ok_or(SignInError::UnknownKey)
}

/// Verifies signature and claims, and returns the person.
pub(crate) fn person(
    id_token: &str,
    key: &DecodingKey,
    expected: &ExpectedClaims<'_>,
) -> Result<Person, SignInError> {
    let claims: IdTokenClaims = jose::verified(id_token, key)?;
    claims.check(expected)?;
    let oid = claims.oid.as_str().and_then(UserId::parse).ok_or(SignInError::NoObjectId)?;
    let upn = text(&claims.preferred_username).unwrap_or_default();
    let name = text(&claims.name)
        .unwrap_or_else(|| if upn.is_empty() { oid.as_str().to_owned() } else { upn.clone() });
    let roles = texts(&claims.roles);
    let proof = SignInProof {
        auth_time_s: seconds(&claims.auth_time),
        methods: claims.amr.is_array().then(|| texts(&claims.amr)),
        contexts: texts(&claims.acrs),
    };
    let (sid, login_hint) = (text(&claims.sid), text(&claims.login_hint));
    Ok(Person { tid: expected.tenant, oid, name, upn, roles, sid, login_hint, proof })
}

impl IdTokenClaims {
    fn check(&self, expected: &ExpectedClaims<'_>) -> Result<(), SignInError> {
        let now = expected.now_ms / 1000;
        let tid = self.tid.as_str().and_then(|tid| Uuid::try_parse(tid).ok());
        let nonce = self.nonce.as_str().unwrap_or_default();
        let good = [
            (self.aud.as_str() == Some(expected.client_id), SignInError::Audience),
            (self.iss.as_str() == Some(expected.issuer), SignInError::Issuer),
            (seconds(&self.exp).is_some_and(|exp| now < exp.saturating_add(SKEW)), SignInError::Expired),
            (seconds(&self.nbf).is_some_and(|nbf| nbf <= now.saturating_add(SKEW)), SignInError::NotYetValid),
            (expected.nonce.is_none_or(|expected| is_same(nonce, expected)), SignInError::Nonce),
            (tid == Some(expected.tenant), SignInError::Tenant),
        ];
        good.into_iter().find(|(good, _)| !good).map_or(Ok(()), |(_, error)| Err(error))
    }
}

/// Compares in constant time; an empty nonce never matches.
fn is_same(nonce: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(nonce.as_bytes().ct_eq(expected.as_bytes()))
}

fn seconds(value: &Value) -> Option<u64> {
    value.as_u64()
}

/// The strings of an array, or the one string.
fn texts(value: &Value) -> Vec<String> {
    match value.as_array() {
        Some(values) => values.iter().filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}
