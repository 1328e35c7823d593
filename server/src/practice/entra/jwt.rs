//! Access tokens in the shape of a JWT. Nobody verifies the signature: the tenant looks the whole token up.

use serde_json::{Value, json};

use super::signature;
use crate::practice::{company::DOMAIN, permission::Permission, state::Tenant};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A token that says what Entra's tokens for an app say, `roles` among it.
pub fn shaped(tenant: &Tenant, roles: &[Permission], now_s: u64, lifetime_s: u64) -> String {
    let registration = &tenant.registration;
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "practice" });
    let claims = json!({
        "aud": tenant.base_url.as_str().trim_end_matches('/'),
        "iss": format!("{}{}/", tenant.base_url, registration.tenant_id),
        "iat": now_s, "nbf": now_s, "exp": now_s + lifetime_s,
        "app_displayname": format!("Token Inventory at {DOMAIN}"),
        "appid": registration.client_id, "idtyp": "app", "tid": registration.tenant_id,
        "roles": roles, "ver": "1.0",
    });
    format!("{}.{}.{}", part(&header), part(&claims), base64url(signature().as_bytes()))
}

fn part(value: &Value) -> String {
    base64url(value.to_string().as_bytes())
}

/// Base64 for URLs, without padding (RFC 4648 section 5).
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let digits = (0..=group.len()).map(|n| (bits >> (18 - 6 * n) & 63) as usize);
        text.extend(digits.filter_map(|digit| ALPHABET.get(digit)).map(|digit| char::from(*digit)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64url;

    /// RFC 4648 section 10, without the padding.
    #[test]
    fn agrees_with_rfc_4648() {
        let vectors =
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")];
        for (bytes, text) in vectors {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xff, 0xef, 0xfe]), "_-_-");
    }
}
