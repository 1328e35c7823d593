//! The HTTP routes of the Entra half, and the context of each request.

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
    discovery,
    form::FormParams,
    id_token, logout, test_controls,
    token::{self, TokenEndpointRequest},
};
use crate::{call::HttpReply, clock, state::Tenant, web};

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
}

/// The context of a request to Entra.
pub struct EndpointContext<'a> {
    /// The tenant's name in the path.
    pub named: &'a str,
    /// The raw query of the app's request.
    pub query: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The secret of the browser's session.
    pub cookie: Option<&'a str>,
    pub cookie_name: &'a str,
    pub now_ms: u64,
}

/// An [`EndpointContext`] that owns its data.
struct OwnedContext {
    named: String,
    query: String,
    target: String,
    cookie: Option<String>,
    cookie_name: String,
    now_ms: u64,
}

impl OwnedContext {
    fn of(tenant: &Tenant, named: String, request: &Request) -> Self {
        let cookie_name = cookie_name(tenant);
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        Self {
            named,
            query: request.uri().query().unwrap_or_default().to_owned(),
            target: target.to_owned(),
            cookie: cookie(request.headers(), &cookie_name),
            cookie_name,
            now_ms: clock::now_ms(),
        }
    }

    fn borrow(&self) -> EndpointContext<'_> {
        EndpointContext {
            named: &self.named,
            query: &self.query,
            target: &self.target,
            cookie: self.cookie.as_deref(),
            cookie_name: &self.cookie_name,
            now_ms: self.now_ms,
        }
    }
}

/// The cookie name with the port, since cookies do not separate ports: two practice tenants on one machine do not overwrite each
/// other's session.
fn cookie_name(tenant: &Tenant) -> String {
    format!("practice_entra_{}", tenant.base_url.port().unwrap_or_default())
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The URL under which a request reached the tenant, if its host is a loopback name; else the tenant's base URL.
pub fn loopback_base(tenant: &Tenant, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_loopback = |host: &&str| {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        ["localhost", "127.0.0.1"].contains(&name) && port.bytes().all(|digit| digit.is_ascii_digit())
    };
    host.filter(is_loopback).map_or_else(|| tenant.base_url.to_string(), |host| format!("http://{host}/"))
}

/// The tenant's URL under either loopback name.
pub fn loopback_urls(tenant: &Tenant) -> [String; 2] {
    let base_url = tenant.base_url.to_string();
    [base_url.replacen("127.0.0.1", "localhost", 1), base_url]
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
    web::simulate_latency(&tenant).await;
    match app::check_tenant(&tenant, &named) {
        Ok(()) => {
            Json(discovery::document(&tenant, &named, &loopback_base(&tenant, &headers))).into_response()
        }
        Err(refusal) => entra_json(HttpReply::json(refusal.status, refusal.body(clock::now_ms()))),
    }
}

async fn keys(State(tenant): State<Arc<Tenant>>, Path(named): Path<String>) -> Response {
    web::simulate_latency(&tenant).await;
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
    web::simulate_latency(&tenant).await;
    let parts = OwnedContext::of(&tenant, named, &request);
    authorize::answer(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query))
}

/// The same parameters in a form body; the sign-in page's form then carries them in its query.
async fn authorize_by_form(
    State(tenant): State<Arc<Tenant>>,
    Path(named): Path<String>,
    request: Request,
) -> Response {
    web::simulate_latency(&tenant).await;
    let mut parts = OwnedContext::of(&tenant, named, &request);
    let body = body::to_bytes(request.into_body(), LARGEST_FORM).await.unwrap_or_default();
    parts.query = String::from_utf8_lossy(&body).into_owned();
    authorize::answer(&tenant, &parts.borrow(), &FormParams::of_query(&parts.query))
}

async fn login(State(tenant): State<Arc<Tenant>>, Path(named): Path<String>, request: Request) -> Response {
    web::simulate_latency(&tenant).await;
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
    web::simulate_latency(&tenant).await;
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
    web::response(reply, "application/json; charset=utf-8")
}
