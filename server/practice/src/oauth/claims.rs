//! Claims requests and claims challenges: how Graph requires step-up authentication, and the app forwards the challenge
//! (learn.microsoft.com/entra/identity-platform/claims-challenge; MICROSOFT_GRAPH.md 6).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::aadsts::{AadstsError, malformed};

/// The authentication context that a stepped-up access token carries in `acrs`.
pub const STEP_UP: &str = "c1";

/// How long a sign-in counts as recent (MICROSOFT_GRAPH.md 2).
pub const FRESH_MS: u64 = 10 * 60 * 1000;

/// The parameter `claims`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClaimsRequest {
    /// A step-up: an access token or an id token with [`STEP_UP`].
    pub step_up: bool,
    /// `acrs` in the id token.
    pub context: bool,
    /// `auth_time` in the id token.
    pub auth_time: bool,
}

impl ClaimsRequest {
    /// Reads the parameter; the default without one, 9002313 when it is no JSON object.
    pub fn read(text: Option<&str>) -> Result<Self, AadstsError> {
        let Some(text) = text else { return Ok(Self::default()) };
        let Ok(claims) = serde_json::from_str::<serde_json::Map<String, Value>>(text) else {
            return malformed();
        };
        let requested = |token: &str, claim: &str| claims.get(token).and_then(|claims| claims.get(claim));
        let context = requested("id_token", "acrs").is_some_and(names_step_up);
        let step_up = context || requested("access_token", "acrs").is_some_and(names_step_up);
        Ok(Self { step_up, context, auth_time: requested("id_token", "auth_time").is_some() })
    }
}

fn names_step_up(acrs: &Value) -> bool {
    let one = acrs.get("value").is_some_and(|value| value == STEP_UP);
    let many = acrs.get("values").and_then(Value::as_array);
    one || many.is_some_and(|values| values.iter().any(|value| value == STEP_UP))
}

/// The claims request of a challenge that requires a stepped-up access token.
pub fn challenge_claims() -> Value {
    json!({ "access_token": { "acrs": { "essential": true, "value": STEP_UP } } })
}

/// The header `WWW-Authenticate` with that challenge.
pub fn challenge(base: &str, tenant_id: &str) -> String {
    let claims = challenge_claims();
    format!(
        "Bearer realm=\"\", authorization_uri=\"{base}{tenant_id}/oauth2/v2.0/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        BASE64_STANDARD.encode(claims.to_string())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_a_valid_claims_request() {
        let challenge = challenge("http://127.0.0.1:1/", "tenant");
        let (_, rest) = challenge.split_once("claims=\"").unwrap();
        let claims = BASE64_STANDARD.decode(rest.trim_end_matches('"')).unwrap();
        assert!(ClaimsRequest::read(Some(std::str::from_utf8(&claims).unwrap())).unwrap().step_up);
    }

    #[test]
    fn other_claims_are_no_step_up_and_nonsense_is_refused() {
        assert!(!ClaimsRequest::read(None).unwrap().step_up);
        let capability = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
        assert!(!ClaimsRequest::read(Some(capability)).unwrap().step_up);
        for wrong in ["{", "[]", "\"acrs\""] {
            assert_eq!(ClaimsRequest::read(Some(wrong)).unwrap_err().number, 9002313);
        }
    }
}
