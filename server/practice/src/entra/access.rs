//! The issued access tokens with their permissions, users and expiry.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{grants::SignIn, jwt};
use crate::{
    call::{AccessContext, DelegatedUser},
    company::DOMAIN,
    errors::GraphRefusal,
    permission::{self, Permission},
    state::Tenant,
};

/// Tokens that expired longer ago than this are removed and count as unknown.
const FORGET_MS: u64 = 3_600_000;

#[derive(Default)]
pub struct AccessTokens(HashMap<String, IssuedToken>);

struct IssuedToken {
    until_ms: u64,
    caller: AccessContext,
}

impl AccessTokens {
    fn issue(&mut self, token: String, caller: AccessContext, until_ms: u64, now_ms: u64) {
        self.0.retain(|_, issued| issued.until_ms.saturating_add(FORGET_MS) > now_ms);
        self.0.insert(token, IssuedToken { until_ms, caller });
    }

    /// The access context of the token in an `Authorization` header, or Graph's 401.
    pub fn caller(&self, authorization: Option<&str>, now_ms: u64) -> Result<AccessContext, GraphRefusal> {
        let unauthorized = |message| Err(GraphRefusal::new(401, "InvalidAuthenticationToken", message));
        let token = authorization.and_then(|header| header.split_once(' '));
        match token
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        {
            None => unauthorized("Access token is empty."),
            Some((_, token)) => match self.0.get(token.trim()) {
                None => unauthorized("CompactToken parsing failed with error code: 80049217"),
                Some(issued) if issued.until_ms <= now_ms => {
                    unauthorized("Lifetime validation failed, the token is expired.")
                }
                Some(issued) => Ok(issued.caller.clone()),
            },
        }
    }

    /// Ages all tokens by this time.
    pub fn age(&mut self, ms: u64) {
        for given in self.0.values_mut() {
            given.until_ms = given.until_ms.saturating_sub(ms);
            if let Some(person) = &mut given.caller.person {
                person.at_ms = person.at_ms.saturating_sub(ms);
            }
        }
    }
}

/// Issues an access token with application permissions.
pub fn for_app(tenant: &Tenant, now_ms: u64) -> String {
    let roles = permission::for_app(&tenant.entra().granted);
    let claims = json!({ "idtyp": "app", "roles": roles });
    issue(tenant, claims, AccessContext { granted: roles, person: None }, now_ms)
}

/// Issues a delegated access token; `scp` is its scope claim.
pub fn for_user(
    tenant: &Tenant,
    sign_in: &SignIn,
    granted: Vec<Permission>,
    scp: &str,
    now_ms: u64,
) -> Option<String> {
    let key = tenant.test_users.key(sign_in.test_user)?;
    let (id, name, upn) = {
        let company = tenant.company();
        let person = company.person(key)?;
        (person.id.clone(), person.name.clone(), person.upn.clone())
    };
    let mut claims = json!({ "idtyp": "user", "scp": scp, "oid": id, "name": name, "upn": upn });
    if let (true, Some(fields)) = (sign_in.stepped_up, claims.as_object_mut()) {
        fields.insert("acrs".to_owned(), json!([super::claims::STEP_UP]));
    }
    let person = DelegatedUser {
        id,
        test_user: sign_in.test_user,
        at_ms: sign_in.at_ms,
        stepped_up: sign_in.stepped_up,
    };
    Some(issue(tenant, claims, AccessContext { granted, person: Some(person) }, now_ms))
}

fn issue(tenant: &Tenant, mut claims: Value, caller: AccessContext, now_ms: u64) -> String {
    let (registration, now_s) = (&tenant.registration, now_ms / 1000);
    let lifetime_s = tenant.settings.token_lifetime_s;
    let common = json!({
        "aud": tenant.base_url.as_str().trim_end_matches('/'),
        "iss": format!("{}{}/", tenant.base_url, registration.tenant_id),
        "iat": now_s, "nbf": now_s, "exp": now_s.saturating_add(lifetime_s),
        "app_displayname": format!("Token Inventory at {DOMAIN}"),
        "appid": registration.client_id, "tid": registration.tenant_id, "ver": "1.0",
    });
    if let (Some(fields), Some(common)) = (claims.as_object_mut(), common.as_object()) {
        fields.extend(common.clone());
    }
    let token = jwt::opaque(&claims);
    let until_ms = now_ms.saturating_add(lifetime_s.saturating_mul(1000));
    tenant.entra().access.issue(token.clone(), caller, until_ms, now_ms);
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_expires() {
        let mut access = AccessTokens::default();
        access.issue("a.b.c".into(), AccessContext { granted: Vec::new(), person: None }, 1_000, 0);
        let header = Some("Bearer a.b.c");
        assert!(access.caller(header, 999).is_ok());
        let refusal = access.caller(header, 1_000).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (401, "InvalidAuthenticationToken"));
        assert!(refusal.message.contains("expired"));
    }
}
