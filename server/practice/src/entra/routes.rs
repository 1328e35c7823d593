//! The HTTP routes of the Entra half.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{self, Body},
    extract::{Path, Request, State},
    response::{IntoResponse as _, Response},
    routing::{any, get, post},
};
use http::{HeaderMap, Method, StatusCode, header};

use super::{
    app, authorize,
    consent::{self, ConsentEndpoint},
    context::OwnedContext,
    discovery,
    form::FormParams,
    id_token, logout, test_controls,
    token::{self, TokenEndpointRequest},
};
use crate::{clock, loopback::loopback_base, reply::HttpReply, state::Tenant};

/// Largest request body.
const LARGEST_FORM: usize = 256 * 1024;

/// The endpoints of Entra, and the test controls.
pub fn routes() -> Router<Arc<Tenant>> {
    Router::new()
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(configuration))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize_by_query).post(authorize_by_form))
        .route("/{tenant}/login", post(login))
        .route("/{tenant}/oauth2/v2.0/token", any(access_token))
        .route("/{tenant}/oauth2/v2.0/logout", get(log_out))
        .route("/{tenant}/v2.0/adminconsent", get(new_consent).post(new_consent))
        .route("/{tenant}/adminconsent", get(old_consent).post(old_consent))
        .route("/practice/entra/rotate-keys", post(test_controls::rotate_keys))
        .route("/practice/entra/revoke-sessions", post(test_controls::revoke_sessions))
        .route("/practice/entra/next-id-token", post(test_controls::next_id_token))
        .route("/practice/entra/age", post(test_controls::age))
        .route("/practice/entra/remove-role", post(test_controls::remove_role))
        .route("/practice/entra/methods", post(test_controls::methods))
}

async fn form_of(request: Request<Body>) -> FormParams {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    let body = body::to_bytes(request.into_body(), LARGEST_FORM).await.unwrap_or_default();
    FormParams::of_body(&kind, &body).unwrap_or_else(|_| FormParams::of_query(""))
}

async fn configuration(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    headers: HeaderMap,
) -> Response {
    tenant.simulate_latency().await;
    match app::check_tenant(&tenant, &named) {
        Ok(()) => Json(discovery::document(&tenant, &named, &loopback_base(&tenant.base_url, &headers)))
            .into_response(),
        Err(refusal) => entra_json(HttpReply::json(refusal.status, refusal.body(clock::now_ms()))),
    }
}

async fn keys(State(tenant): State<Arc<Tenant>>, Path(named): Path<String>) -> Response {
    tenant.simulate_latency().await;
    match app::check_tenant(&tenant, &named) {
        Ok(()) => {
            let issuer = id_token::issuer(&tenant);
            Json(tenant.entra().keys.published(&issuer)).into_response()
        }
        Err(refusal) => entra_json(HttpReply::json(refusal.status, refusal.body(clock::now_ms()))),
    }
}

async fn authorize_by_query(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    request: Request,
) -> Response {
    tenant.simulate_latency().await;
    let parts = OwnedContext::of(&tenant, named, &request);
    authorize::answer(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query))
}

/// The same parameters in a form body; the sign-in page's form then carries them in its query.
async fn authorize_by_form(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    request: Request,
) -> Response {
    tenant.simulate_latency().await;
    let mut parts = OwnedContext::of(&tenant, named, &request);
    let body = body::to_bytes(request.into_body(), LARGEST_FORM).await.unwrap_or_default();
    parts.query = String::from_utf8_lossy(&body).into_owned();
    authorize::answer(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query))
}

async fn login(State(tenant): State<Arc<Tenant>>, Path(named): Path<String>, request: Request) -> Response {
    tenant.simulate_latency().await;
    let parts = OwnedContext::of(&tenant, named, &request);
    let chosen = form_of(request).await;
    authorize::choose(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query), &chosen)
}

async fn access_token(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    request: Request,
) -> Response {
    tenant.stats.token_request();
    tenant.simulate_latency().await;
    if request.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let parts = OwnedContext::of(&tenant, named, &request);
    let headers = request.headers();
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let by_a_page = headers.contains_key(header::ORIGIN);
    let body = body::to_bytes(request.into_body(), LARGEST_FORM).await.unwrap_or_default();
    let sent = TokenEndpointRequest { content_type: &content_type, by_a_page, body: &body };
    entra_json(token::answer(&tenant, &parts.borrow(), &sent))
}

async fn log_out(State(tenant): State<Arc<Tenant>>, Path(named): Path<String>, request: Request) -> Response {
    let parts = OwnedContext::of(&tenant, named, &request);
    logout::answer(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query))
}

async fn new_consent(tenant: State<Arc<Tenant>>, named: Path<String>, request: Request) -> Response {
    consent_to(tenant, named, request, ConsentEndpoint::V2).await
}

async fn old_consent(tenant: State<Arc<Tenant>>, named: Path<String>, request: Request) -> Response {
    consent_to(tenant, named, request, ConsentEndpoint::V1).await
}

async fn consent_to(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    request: Request,
    kind: ConsentEndpoint,
) -> Response {
    let parts = OwnedContext::of(&tenant, named, &request);
    let form = FormParams::of_query(&parts.query);
    if request.method() == Method::POST {
        let decision = form_of(request).await;
        return consent::decide(&tenant, &parts.borrow(), &form, kind, &decision);
    }
    consent::show(&tenant, &parts.borrow(), &form, kind)
}

fn entra_json(reply: HttpReply) -> Response {
    reply.into_response("application/json; charset=utf-8")
}
