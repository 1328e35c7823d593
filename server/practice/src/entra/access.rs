//! Issues access tokens.

use serde_json::{Value, json};

use super::jwt;
use crate::{
    call::{AccessContext, DelegatedUser},
    company::DOMAIN,
    oauth::{claims::STEP_UP, grants::SignIn},
    permission::{self, Permission},
    state::Tenant,
};

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
        fields.insert("acrs".to_owned(), json!([STEP_UP]));
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
