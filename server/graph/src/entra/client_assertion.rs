//! Client assertions: signed JWTs in place of a client secret (RFC 7523 section 2.2), as Microsoft's page "Certificate
//! credentials" describes it.

use serde::Serialize;
use uuid::Uuid;

use super::jose;
use crate::settings::Certificate;

/// Value of `client_assertion_type`.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Lifetime of an assertion: the longest that Microsoft recommends.
const LIFETIME_SECONDS: u64 = 600;

#[derive(Serialize)]
struct AssertionClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: u64,
    iat: u64,
    exp: u64,
}

/// Signs an assertion for this token endpoint, valid for ten minutes from now.
pub(crate) fn assertion(
    certificate: &Certificate,
    client_id: &str,
    token_endpoint: &str,
    now_ms: u64,
) -> Result<String, &'static str> {
    let now = now_ms / 1000;
    let claims = AssertionClaims {
        aud: token_endpoint,
        iss: client_id,
        sub: client_id,
        jti: Uuid::new_v4().to_string(),
        nbf: now,
        iat: now,
        exp: now + LIFETIME_SECONDS,
    };
    jose::signed(&claims, certificate.key(), certificate.thumbprint())
}
