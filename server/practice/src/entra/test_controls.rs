//! Controls for tests, not part of Entra: key rotation, defective id tokens, revoked and aged sign-ins.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::StatusCode,
};
use serde::Deserialize;

use crate::{oauth::id_token_defect::IdTokenDefect, state::Tenant, test_users::TestUser};

/// `POST /practice/entra/rotate-keys`
pub async fn rotate_keys(State(tenant): State<Arc<Tenant>>) -> StatusCode {
    tenant.entra().keys.rotate();
    StatusCode::NO_CONTENT
}

/// `POST /practice/entra/revoke-sessions`: revokes all refresh tokens. Browsers stay signed in.
pub async fn revoke_sessions(State(tenant): State<Arc<Tenant>>) -> StatusCode {
    tenant.entra().grants.revoke();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub struct NextIdTokenParams {
    wrong: String,
}

/// `POST /practice/entra/next-id-token?wrong=…`: makes the next id token defective; 400 for an unknown defect.
pub async fn next_id_token(
    State(tenant): State<Arc<Tenant>>,
    Query(how): Query<NextIdTokenParams>,
) -> StatusCode {
    let Some(wrong) = IdTokenDefect::of(&how.wrong) else { return StatusCode::BAD_REQUEST };
    tenant.entra().next_wrong = Some(wrong);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub struct AgeParams {
    seconds: u64,
}

/// `POST /practice/entra/age?seconds=…`: ages codes, tokens and sign-ins, so that a test need not wait.
pub async fn age(State(tenant): State<Arc<Tenant>>, Query(age): Query<AgeParams>) -> StatusCode {
    let ms = age.seconds.saturating_mul(1000);
    let mut entra = tenant.entra();
    entra.sessions.age(ms);
    entra.grants.age(ms);
    entra.access.age(ms);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub struct RoleParams {
    who: String,
}

/// `POST /practice/entra/remove-role?who=…`: removes a test user's app role; 400 for an unknown user.
pub async fn remove_role(State(tenant): State<Arc<Tenant>>, Query(role): Query<RoleParams>) -> StatusCode {
    let Some(test_user) = TestUser::of(&role.who) else { return StatusCode::BAD_REQUEST };
    tenant.entra().without_role.push(test_user);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub struct MethodsParams {
    amr: String,
}

/// `POST /practice/entra/methods?amr=pwd,mfa`: the `amr` of the id tokens from now on.
pub async fn methods(State(tenant): State<Arc<Tenant>>, Query(methods): Query<MethodsParams>) -> StatusCode {
    tenant.entra().methods = Some(methods.amr.split(',').map(str::to_owned).collect());
    StatusCode::NO_CONTENT
}
