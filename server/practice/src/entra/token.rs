//! The token endpoint: client credentials, authorization codes and refresh tokens (MICROSOFT_GRAPH.md 7.2 and 7.3).

use serde_json::{Value, json};

use super::{access, app, context::EndpointContext, form::FormParams, id_token, jwt};
use crate::{
    oauth::{
        aadsts::{AadstsError, refuse},
        claims::{ClaimsRequest, FRESH_MS},
        grants::SignIn,
        scope::{self, Scope},
    },
    reply::HttpReply,
    state::Tenant,
};

/// The content of a request to the endpoint.
pub struct TokenEndpointRequest<'a> {
    pub content_type: &'a str,
    /// The request has an `Origin` header: a page's script sent it.
    pub by_a_page: bool,
    pub body: &'a [u8],
}

/// Answers a POST.
pub fn answer(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    request: &TokenEndpointRequest<'_>,
) -> HttpReply {
    match issue_token(tenant, context, request) {
        Ok(token) => HttpReply::json(200, token),
        Err(refusal) => HttpReply::json(refusal.status, refusal.body(context.now_ms)),
    }
}

fn issue_token(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    request: &TokenEndpointRequest<'_>,
) -> Result<Value, AadstsError> {
    app::check_tenant(tenant, context.named)?;
    let form = FormParams::of_body(request.content_type, request.body)?;
    let grant = form.required("grant_type")?;
    if !["client_credentials", "authorization_code", "refresh_token"].contains(&grant) {
        let message = format!("The app requested an unsupported grant type '{grant}'.");
        return refuse(400, "unsupported_grant_type", 70003, message);
    }
    if request.by_a_page {
        let message =
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.";
        return refuse(400, "invalid_request", 9002326, message);
    }
    app::check_credentials(tenant, context.named, &form, context.now_ms)?;
    match grant {
        "authorization_code" => by_code(tenant, &form, context.now_ms),
        "refresh_token" => by_refresh_token(tenant, &form, context.now_ms),
        _ => by_credentials(tenant, &form, context.now_ms),
    }
}

fn by_credentials(tenant: &Tenant, form: &FormParams, now_ms: u64) -> Result<Value, AadstsError> {
    scope::check_for_app(&tenant.base_url, form.required("scope")?)?;
    let lifetime = tenant.settings.token_lifetime_s;
    Ok(json!({ "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime,
        "access_token": access::for_app(tenant, now_ms) }))
}

fn by_code(tenant: &Tenant, form: &FormParams, now_ms: u64) -> Result<Value, AadstsError> {
    let (code, redirect_uri) = (form.required("code")?, form.required("redirect_uri")?);
    let narrower = narrower(tenant, form)?;
    let sign_in = tenant.entra().grants.redeem(code, redirect_uri, form.get("code_verifier"), now_ms)?;
    answer_of(tenant, form, sign_in, narrower, now_ms)
}

fn by_refresh_token(tenant: &Tenant, form: &FormParams, now_ms: u64) -> Result<Value, AadstsError> {
    let token = form.required("refresh_token")?;
    let narrower = narrower(tenant, form)?;
    let sign_in = tenant.entra().grants.refresh(token, now_ms)?;
    let is_fresh = now_ms.saturating_sub(sign_in.at_ms) <= FRESH_MS;
    if ClaimsRequest::read(form.get("claims"))?.step_up && !(sign_in.stepped_up && is_fresh) {
        return Err(AadstsError::needs_interaction());
    }
    tenant.stats.refresh();
    answer_of(tenant, form, sign_in, narrower, now_ms)
}

/// The request's own scope, if it has one: it narrows the access token, but not the other tokens.
fn narrower(tenant: &Tenant, form: &FormParams) -> Result<Option<Scope>, AadstsError> {
    form.get("scope").map(|text| Scope::read(&tenant.base_url, text)).transpose()
}

fn answer_of(
    tenant: &Tenant,
    form: &FormParams,
    sign_in: SignIn,
    narrower: Option<Scope>,
    now_ms: u64,
) -> Result<Value, AadstsError> {
    let scope = narrower.as_ref().unwrap_or(&sign_in.scope);
    let granted = scope.granted(&tenant.entra().granted).ok_or_else(|| AadstsError::no_consent(true))?;
    let lifetime = tenant.settings.token_lifetime_s;
    let granted_scope = scope.answered(&granted);
    let scp = scope.scp(&granted);
    let access_token = access::for_user(tenant, &sign_in, granted, &scp, now_ms);
    let mut body = json!({ "token_type": "Bearer", "scope": granted_scope, "expires_in": lifetime,
        "ext_expires_in": lifetime, "access_token": access_token });
    if let Some(fields) = body.as_object_mut() {
        if sign_in.scope.openid {
            fields.insert("id_token".to_owned(), id_token::make(tenant, &sign_in, now_ms).into());
        }
        if form.get("client_info") == Some("1") {
            fields.insert("client_info".to_owned(), client_info(tenant, &sign_in).into());
        }
        if sign_in.scope.offline {
            fields.insert(
                "refresh_token".to_owned(),
                tenant.entra().grants.issue_refresh(sign_in, now_ms).into(),
            );
        }
    }
    Ok(body)
}

/// The `client_info` with which Microsoft's libraries identify the account.
fn client_info(tenant: &Tenant, sign_in: &SignIn) -> String {
    let company = tenant.company();
    let person = tenant.test_users.key(sign_in.test_user).and_then(|key| company.person(key));
    let info = json!({ "uid": person.map(|person| &person.id), "utid": tenant.registration.tenant_id });
    jwt::base64url(info.to_string().as_bytes())
}
