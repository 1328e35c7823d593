//! The claims request of a sign-in (OpenID Connect Core section 5.5; MICROSOFT_GRAPH.md 7.3).

use serde_json::{Map, Value, json};

/// The parameter `claims` of a sign-in: the time of the authentication is always requested, so that a session knows how
/// fresh it is. `challenge` is the claims request of Graph's claims challenge, `context` an authentication context of
/// the tenant, such as `c1`. A challenge that is no JSON object is left out.
pub fn claims_request(challenge: Option<&str>, context: Option<&str>) -> String {
    let parsed = challenge.and_then(|challenge| serde_json::from_str::<Map<String, Value>>(challenge).ok());
    let mut request = parsed.unwrap_or_default();
    if let Some(id_token) = request.entry("id_token").or_insert_with(|| json!({})).as_object_mut() {
        id_token.insert("auth_time".to_owned(), json!({ "essential": true }));
        if let Some(context) = context {
            id_token.insert("acrs".to_owned(), json!({ "essential": true, "value": context }));
        }
    }
    Value::Object(request).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(challenge: Option<&str>, context: Option<&str>) -> Value {
        serde_json::from_str(&claims_request(challenge, context)).unwrap()
    }

    #[test]
    fn the_time_of_the_authentication_is_always_requested() {
        let expected = json!({ "id_token": { "auth_time": { "essential": true } } });
        assert_eq!(parsed(None, None), expected);
        assert_eq!(parsed(Some("nonsense"), None), expected);
    }

    #[test]
    fn a_challenge_of_graph_and_the_tenants_context_are_requested_together() {
        let challenge = r#"{"access_token":{"acrs":{"essential":true,"value":"c9"}}}"#;
        let request = parsed(Some(challenge), Some("c1"));
        assert_eq!(request["access_token"]["acrs"]["value"], "c9");
        assert_eq!(request["id_token"]["acrs"], json!({ "essential": true, "value": "c1" }));
    }
}
