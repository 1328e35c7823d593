//! Issues id tokens (MICROSOFT_GRAPH.md 7.3), with a defect if a test requests one.

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::jwt;
use crate::{
    company::DirectoryUser,
    oauth::{
        claims::STEP_UP,
        grants::SignIn,
        id_token_defect::{IdTokenDefect, LIFETIME_S},
    },
    seeded_rng,
    state::Tenant,
    test_users::TestUser,
};

/// The issuer of this tenant's id tokens.
pub fn issuer(tenant: &Tenant) -> String {
    format!("{}{}/v2.0", tenant.base_url, tenant.registration.tenant_id)
}

/// Issues the id token of a sign-in, with the defect that a test requested.
pub fn make(tenant: &Tenant, sign_in: &SignIn, now_ms: u64) -> Option<String> {
    let now_s = now_ms / 1000;
    let mut claims = {
        let company = tenant.company();
        claims(tenant, sign_in, company.person(tenant.test_users.key(sign_in.test_user)?)?, now_s)
    };
    let (wrong, key, unpublished) = {
        let mut entra = tenant.entra();
        (entra.next_wrong.take(), entra.keys.signing(), entra.keys.unpublished())
    };
    if let Some(wrong) = wrong {
        wrong.apply(&mut claims, &issuer(tenant), now_s);
    }
    let claims = Value::Object(claims);
    Some(match wrong {
        Some(IdTokenDefect::Key) => jwt::signed(&claims, unpublished),
        Some(IdTokenDefect::Algorithm) => {
            format!("{}.", jwt::unsigned(&json!({ "typ": "JWT", "alg": "none" }), &claims))
        }
        Some(IdTokenDefect::Signature) => {
            let token = jwt::signed(&claims, key);
            let (text, _) = token.rsplit_once('.').unwrap_or_default();
            format!("{text}.{}", jwt::base64url(&key.sign(b"something else")))
        }
        _ => jwt::signed(&claims, key),
    })
}

fn claims(tenant: &Tenant, sign_in: &SignIn, person: &DirectoryUser, now_s: u64) -> Map<String, Value> {
    let registration = &tenant.registration;
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    set("aud", registration.client_id.clone().into());
    set("iss", issuer(tenant).into());
    set("iat", now_s.into());
    set("nbf", now_s.into());
    set("exp", (now_s + LIFETIME_S).into());
    set("tid", registration.tenant_id.clone().into());
    set("sub", pairwise(&registration.client_id, &person.id).into());
    set("sid", sign_in.session.clone().into());
    set("uti", seeded_rng::random_token().into());
    set("login_hint", login_hint(sign_in.test_user).into());
    set("ver", "2.0".into());
    if sign_in.scope.profile {
        set("oid", person.id.clone().into());
        set("name", person.name.clone().into());
        set("preferred_username", person.upn.clone().into());
    }
    if sign_in.scope.email {
        set("email", person.mail.clone().into());
    }
    let (is_without_role, methods) = {
        let entra = tenant.entra();
        (entra.without_role.contains(&sign_in.test_user), entra.methods.clone())
    };
    match sign_in.test_user {
        _ if is_without_role => {}
        TestUser::Administrator | TestUser::Reader => set("roles", json!([tenant.settings.admin_role])),
        TestUser::Auditor => set("roles", json!([tenant.settings.auditor_role])),
        TestUser::EndUser | TestUser::Outsider => {}
    }
    if let Some(methods) = methods {
        set("amr", json!(methods));
    }
    if sign_in.claims_request.context && sign_in.stepped_up {
        set("acrs", json!([STEP_UP]));
    }
    if let Some(nonce) = &sign_in.nonce {
        set("nonce", nonce.clone().into());
    }
    if sign_in.claims_request.auth_time {
        set("auth_time", (sign_in.at_ms / 1000).into());
    }
    claims
}

/// The pairwise `sub`: another one for every app.
fn pairwise(client_id: &str, oid: &str) -> String {
    jwt::base64url(digest(&SHA256, format!("{client_id} {oid}").as_bytes()).as_ref())
}

/// The value of `login_hint` and `logout_hint`; opaque to apps.
pub fn login_hint(test_user: TestUser) -> String {
    format!("O.{}", jwt::base64url(test_user.word().as_bytes()))
}
