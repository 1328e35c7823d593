//! Client assertions: a JWT, signed by the app's certificate, in place of a secret (MICROSOFT_GRAPH.md 7.2).

use serde_json::Value;

use super::{form::FormParams, jwt::JwtParts};
use crate::{
    loopback::loopback_urls,
    oauth::aadsts::{AadstsError, refuse},
    state::Tenant,
};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds by which the app's clock may differ.
const SKEW_S: u64 = 300;

/// Refuses an invalid assertion with 700027.
pub fn check(tenant: &Tenant, named: &str, form: &FormParams, now_ms: u64) -> Result<(), AadstsError> {
    find_fault(tenant, named, form, now_ms).map_or(Ok(()), |fault| {
        refuse(
            401,
            "invalid_client",
            700027,
            format!("Client assertion failed signature validation. {fault}"),
        )
    })
}

fn find_fault(tenant: &Tenant, named: &str, form: &FormParams, now_ms: u64) -> Option<&'static str> {
    if form.get("client_assertion_type") != Some(TYPE) {
        return Some("The parameter client_assertion_type is not jwt-bearer.");
    }
    let Some(parts) = form.get("client_assertion").and_then(JwtParts::of) else {
        return Some("The assertion is no JSON Web Token.");
    };
    let Some(certificate) = &tenant.settings.certificate else {
        return Some("No certificate is registered for the app.");
    };
    let header = |name: &str| parts.header.get(name).and_then(Value::as_str);
    if !certificate.has_thumbprint(header("x5t#S256"), header("x5t")) {
        return Some("The header names no certificate of the app by x5t#S256 or x5t.");
    }
    if !certificate.signed(header("alg").unwrap_or_default(), parts.text, &parts.signature) {
        return Some("The signature is not the certificate's by PS256 or RS256.");
    }
    claims_fault(tenant, named, &parts.claims, now_ms / 1000)
}

fn claims_fault(tenant: &Tenant, named: &str, claims: &Value, now_s: u64) -> Option<&'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let moment = |name: &str| claims.get(name).and_then(Value::as_u64);
    let endpoints = loopback_urls(&tenant.base_url).map(|base| format!("{base}{named}/oauth2/v2.0/token"));
    let is_app = |name: &str| text(name).eq_ignore_ascii_case(&tenant.registration.client_id);
    if !endpoints.iter().any(|endpoint| endpoint == text("aud")) {
        return Some("The audience is not the token endpoint.");
    }
    if !is_app("iss") || !is_app("sub") {
        return Some("Issuer and subject are not the app.");
    }
    if moment("exp").is_none_or(|exp| exp <= now_s) || moment("nbf").is_some_and(|nbf| nbf > now_s + SKEW_S) {
        return Some("The assertion is not within its valid time range.");
    }
    let is_new = !text("jti").is_empty() && tenant.entra().assertions.insert(text("jti").to_owned());
    (!is_new).then_some("The assertion has no jti, or one that was used before.")
}
