//! Tokens in Graph's JSON: flat, nested in the user's authentication method, or wrapped in `value`.

use serde::Deserialize;
use serde_json::Value;
use token_core::{
    token::{AssignedUser, HashFunction, SerialNumber, Token, TokenId, TokenStatus},
    user::UserId,
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TokenJson {
    display_name: TextOrNumber,
    serial_number: TextOrNumber,
    manufacturer: TextOrNumber,
    model: TextOrNumber,
    time_interval_in_seconds: TextOrNumber,
    hash_function: TextOrNumber,
    status: TextOrNumber,
    last_used_date_time: TextOrNumber,
    assigned_to: Value,
}

/// A string or a number; `None` for any other type, so that an invalid field does not fail the whole token.
#[derive(Deserialize, Default)]
#[serde(from = "Value")]
struct TextOrNumber(Option<String>);

impl From<Value> for TextOrNumber {
    fn from(value: Value) -> Self {
        Self(match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}

/// Parses a token of the inventory; `None` without id or serial number.
pub(crate) fn token(body: &Value) -> Option<Token> {
    let body = super::unwrapped(body);
    let wire = wire(body)?;
    let serial = SerialNumber::parse(wire.serial_number.0.as_deref()?)?;
    finish(wire, id(body)?, serial)
}

/// Parses a token in the list of a user's methods, to whom it is assigned. Older tokens lack fields there: one without
/// serial number gets its id instead.
pub(crate) fn assigned_token(body: &Value, user: &UserId) -> Option<Token> {
    let body = super::unwrapped(body);
    let wire = wire(body).unwrap_or_default();
    let id = id(body)?;
    let serial = wire.serial_number.0.as_deref().and_then(SerialNumber::parse);
    let mut token = finish(wire, id.clone(), serial.or_else(|| SerialNumber::parse(id.as_str()))?)?;
    token.assigned_to.get_or_insert_with(|| AssignedUser { id: user.clone(), name: None });
    token.status = assigned_status(token.status);
    Some(token)
}

/// Parses the token's object, which an authentication method has in `device`.
fn wire(body: &Value) -> Option<TokenJson> {
    let device = body.get("device").filter(|device| device.is_object()).unwrap_or(body);
    TokenJson::deserialize(device).ok()
}

/// The id of the token, which equals that of the authentication method.
fn id(body: &Value) -> Option<TokenId> {
    let inner = body.get("device").and_then(|device| device.get("id"));
    TokenId::parse(inner.or_else(|| body.get("id"))?.as_str()?)
}

fn finish(wire: TokenJson, id: TokenId, serial: SerialNumber) -> Option<Token> {
    let assigned_to = assigned_to(&wire.assigned_to);
    let status = wire.status.0.map_or_else(|| TokenStatus::Other(String::new()), status);
    Some(Token {
        id,
        serial,
        manufacturer: wire.manufacturer.0.unwrap_or_default(),
        model: wire.model.0.unwrap_or_default(),
        hash: wire.hash_function.0.as_deref().and_then(hash),
        interval_seconds: seconds(wire.time_interval_in_seconds.0.as_deref()),
        status: if assigned_to.is_some() { assigned_status(status) } else { status },
        assigned_to,
        last_used: wire.last_used_date_time.0,
        name: wire.display_name.0.filter(|name| !name.is_empty()),
    })
}

fn assigned_to(identity: &Value) -> Option<AssignedUser> {
    let text = |field| identity.get(field).and_then(Value::as_str);
    Some(AssignedUser { id: UserId::parse(text("id")?)?, name: text("displayName").map(ToOwned::to_owned) })
}

/// The status of an assigned token: Graph may still report "available", or no status for older tokens.
fn assigned_status(status: TokenStatus) -> TokenStatus {
    match status {
        TokenStatus::Available => TokenStatus::Assigned,
        TokenStatus::Other(word) if word.is_empty() => TokenStatus::Assigned,
        status => status,
    }
}

fn status(word: String) -> TokenStatus {
    match word.to_ascii_lowercase().as_str() {
        "available" => TokenStatus::Available,
        "assigned" => TokenStatus::Assigned,
        "activated" => TokenStatus::Activated,
        "failedactivation" => TokenStatus::FailedActivation,
        _ => TokenStatus::Other(word),
    }
}

fn hash(word: &str) -> Option<HashFunction> {
    match word.to_ascii_lowercase().as_str() {
        "hmacsha1" => Some(HashFunction::Sha1),
        "hmacsha256" => Some(HashFunction::Sha256),
        _ => None,
    }
}

/// Parses a number, which one of Microsoft's samples has as a string; 0 if it is invalid.
fn seconds(word: Option<&str>) -> u32 {
    word.and_then(|word| word.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "3dee0e53-f50f-43ef-85c0-b44689f2d66d";
    const USER: &str = "0cadbf92-af6b-4cf7-ad4c-8bd3a84a2f4b";

    fn flat() -> Value {
        json!({
            "id": ID, "displayName": null, "serialNumber": "TOTP123456", "manufacturer": "Contoso",
            "model": "Hardware Token 1000", "secretKey": null, "timeIntervalInSeconds": 30, "status": "activated",
            "lastUsedDateTime": "2026-01-15T10:05:00Z", "hashFunction": "hmacsha256",
            "assignedTo": { "id": USER, "displayName": "Amy Masters" }, "somethingNew": { "a": [1] }
        })
    }

    fn with(field: &str, value: Value) -> Value {
        let mut body = flat();
        body[field] = value;
        body
    }

    #[test]
    fn reads_flat_nested_and_wrapped_alike() {
        let expected = token(&flat()).unwrap();
        assert_eq!(expected.hash, Some(HashFunction::Sha256));
        assert_eq!(expected.status, TokenStatus::Activated);
        assert_eq!(expected.assigned_to.as_ref().unwrap().name.as_deref(), Some("Amy Masters"));
        assert_eq!(expected.last_used.as_deref(), Some("2026-01-15T10:05:00Z"));
        let nested = json!({ "id": ID, "createdDateTime": "2026-01-15T10:00:00Z", "device": flat() });
        for form in [nested.clone(), json!({ "value": flat() }), json!({ "value": nested })] {
            assert_eq!(token(&form), Some(expected.clone()));
        }
    }

    #[test]
    fn an_available_token_with_a_user_is_assigned() {
        assert_eq!(token(&with("status", json!("available"))).unwrap().status, TokenStatus::Assigned);
    }

    #[test]
    fn keeps_unknown_values() {
        let status = token(&with("status", json!("onHoliday"))).unwrap().status;
        assert_eq!(status, TokenStatus::Other("onHoliday".to_owned()));
        assert_eq!(token(&with("hashFunction", json!("hmacsha512"))).unwrap().hash, None);
    }

    #[test]
    fn reads_an_interval_as_a_string() {
        assert_eq!(token(&with("timeIntervalInSeconds", json!("60"))).unwrap().interval_seconds, 60);
    }

    #[test]
    fn an_invalid_field_does_not_fail_the_token() {
        assert_eq!(token(&with("serialNumber", json!(12_345))).unwrap().serial.as_str(), "12345");
        for odd in [json!(true), json!([1]), json!({ "a": 1 }), json!("word"), json!(7), json!(null)] {
            for field in [
                "displayName",
                "manufacturer",
                "model",
                "timeIntervalInSeconds",
                "hashFunction",
                "status",
                "lastUsedDateTime",
                "assignedTo",
            ] {
                assert!(token(&with(field, odd.clone())).is_some(), "{field}: {odd}");
            }
        }
        assert_eq!(token(&with("assignedTo", json!("Amy Masters"))).unwrap().assigned_to, None);
    }

    #[test]
    fn a_token_without_id_or_serial_is_none() {
        assert_eq!(token(&with("id", json!("../users"))), None);
        assert_eq!(token(&with("serialNumber", json!(null))), None);
    }

    #[test]
    fn an_older_token_without_serial_number_gets_its_id() {
        let user = UserId::parse(USER).unwrap();
        let held = assigned_token(&json!({ "id": ID, "device": null }), &user).unwrap();
        assert_eq!(held.serial.as_str(), ID);
        assert_eq!(held.assigned_to.unwrap().id, user);
    }
}
