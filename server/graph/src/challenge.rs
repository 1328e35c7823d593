//! Claims challenges: Graph requires a step-up authentication, by multifactor authentication for example (MICROSOFT_GRAPH.md 6).

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

/// Longest claims request, in bytes: it becomes part of a URL.
const MAX_LENGTH: usize = 2_000;

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ENGINES: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&STANDARD, ANY_PADDING), GeneralPurpose::new(&URL_SAFE, ANY_PADDING)];

/// The claims request (JSON) in a `WWW-Authenticate` header with the error `insufficient_claims`.
pub(crate) fn challenge(header: &str) -> Option<String> {
    if parameter(header, "error")? != "insufficient_claims" {
        return None;
    }
    let encoded = parameter(header, "claims")?;
    let bytes = ENGINES.iter().find_map(|engine| engine.decode(encoded).ok())?;
    let claims = String::from_utf8(bytes).ok().filter(|claims| claims.len() <= MAX_LENGTH)?;
    matches!(serde_json::from_str(&claims), Ok(Value::Object(_))).then_some(claims)
}

/// The claims request (JSON) in the message of a refusal: Graph sends some challenges so, with status 404.
pub(crate) fn challenge_in_message(message: &str) -> Option<String> {
    let (_, after) = message.split_once("dditional claims required")?;
    let json = after.get(after.find('{')?..)?;
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    let is_object = matches!(values.next(), Some(Ok(Value::Object(_))));
    let claims = json.get(..values.byte_offset()).filter(|claims| is_object && claims.len() <= MAX_LENGTH);
    claims.map(ToOwned::to_owned)
}

/// The value of `name="value"`; neither Graph's error codes nor base64 contain quotes.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.match_indices(name).find_map(|(at, _)| {
        let is_whole = header.get(..at)?.chars().next_back().is_none_or(|before| matches!(before, ' ' | ','));
        let value = header.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let (value, _) = value.strip_prefix('"')?.split_once('"')?;
        is_whole.then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    const ENCODED: &str = "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19";

    #[test]
    fn finds_the_claims_among_other_parameters() {
        let header = format!(
            r#"Bearer realm="", authorization_uri="https://login.example/authorize", client_id="0", error="insufficient_claims", claims="{ENCODED}""#
        );
        assert_eq!(challenge(&header).as_deref(), Some(CLAIMS));
        let other_order = format!(r#"Bearer claims="{ENCODED}",error = "insufficient_claims""#);
        assert_eq!(challenge(&other_order).as_deref(), Some(CLAIMS));
    }

    #[test]
    fn accepts_base64_with_and_without_padding() {
        for encoded in ["eyJhIjoiPz8/In0=", "eyJhIjoiPz8/In0", "eyJhIjoiPz8_In0"] {
            let header = format!(r#"Bearer error="insufficient_claims", claims="{encoded}""#);
            assert_eq!(challenge(&header).as_deref(), Some(r#"{"a":"???"}"#), "{encoded}");
        }
    }

    #[test]
    fn finds_the_claims_in_a_message() {
        let message = format!("Additional claims required {CLAIMS}. Sign in again.");
        assert_eq!(challenge_in_message(&message).as_deref(), Some(CLAIMS));
        for other in ["Not found", "Additional claims required", "Additional claims required {", "claims {}"]
        {
            assert_eq!(challenge_in_message(other), None, "{other}");
        }
    }

    #[test]
    fn another_refusal_is_no_challenge() {
        for header in [
            "Bearer",
            r#"Bearer error="invalid_token""#,
            r#"Bearer error="insufficient_claims""#,
            r#"Bearer error="insufficient_claims", claims="%%""#,
            r#"Bearer error="insufficient_claims", claims="W10=""#,
            r#"Bearer my_error="insufficient_claims", claims="e30=""#,
        ] {
            assert_eq!(challenge(header), None, "{header}");
        }
    }
}
