//! The HTTP layer: the routes, and the conversion of axum's requests to calls.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{self, Bytes},
    extract::{ConnectInfo, Request, State},
    response::Response,
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};
use serde_json::{Value, json};

use super::{
    call::{GraphCall, GraphVersion, RequestBody},
    clock,
    connection::ConnectionKiller,
    desk, entra,
    errors::GraphRefusal,
    faults::InjectedFault,
    graph,
    loopback::loopback_base,
    reply::{HttpReply, RequestIds},
    state::{AppRegistration, Tenant},
    throttle_priority::ThrottlePriority,
    token_history::TokenHistory,
};

const PAGE: &str = "This is a practice tenant: a stand-in for Microsoft Entra and Microsoft Graph with a made-up company.\n\
    Nothing in it is real and nothing leaves this machine.\n\n\
    GET  /{tenant}/v2.0/.well-known/openid-configuration   where sign-in is\n\
    POST /{tenant}/oauth2/v2.0/token   access tokens\n\
    /v1.0/… and /beta/…                Graph\n\
    GET  /practice/stats               what was asked of it\n\
    GET  /practice/stats/tokens        which writes each token had\n\
    POST /practice/stats/reset         count anew\n\
    GET  /practice/credentials         how an app is known here\n\
    GET  /practice/desk                a few tokens with running displays, and a make-believe sign-in\n";
const GRAPH_JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
/// Graph takes requests of at most 4 MB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The router of the practice tenant.
pub fn router(tenant: Arc<Tenant>) -> Router {
    Router::new()
        .route("/", get(PAGE))
        .route("/practice/stats", get(stats))
        .route("/practice/stats/tokens", get(token_stats))
        .route("/practice/stats/reset", post(reset_stats))
        .route("/practice/credentials", get(credentials))
        .merge(desk::routes())
        .merge(entra::routes::routes())
        .fallback(graph_call)
        .with_state(tenant)
}

async fn stats(State(tenant): State<Arc<Tenant>>) -> Json<Value> {
    let mut stats = json!(tenant.stats.read());
    let company = tenant.company();
    let mut by_status = json!({ "available": 0, "assigned": 0, "activated": 0, "failedActivation": 0 });
    let mut tokens = 0_u64;
    for (_, device) in company.inventory(0) {
        tokens += 1;
        if let Some(count) = by_status.get_mut(device.status.word()) {
            *count = (count.as_u64().unwrap_or_default() + 1).into();
        }
    }
    if let Some(fields) = stats.as_object_mut() {
        fields.insert("tokens".to_owned(), tokens.into());
        fields.insert("tokensByStatus".to_owned(), by_status);
        if let Value::Object(sums) = json!(tenant.history().sums()) {
            fields.extend(sums);
        }
    }
    Json(stats)
}

/// The writes of each token, by serial.
async fn token_stats(State(tenant): State<Arc<Tenant>>) -> Json<Value> {
    Json(json!(*tenant.history()))
}

async fn reset_stats(State(tenant): State<Arc<Tenant>>) -> StatusCode {
    *tenant.history() = TokenHistory::default();
    tenant.stats.reset();
    StatusCode::NO_CONTENT
}

/// The credentials are no secret, since the company is made up; pages of other origins cannot read the answer.
async fn credentials(State(tenant): State<Arc<Tenant>>) -> Json<Value> {
    let AppRegistration { tenant_id, client_id, client_secret, expired_secret, secret_id } =
        &tenant.registration;
    Json(json!({ "tenantId": tenant_id, "clientId": client_id, "clientSecret": client_secret,
        "expiredSecret": expired_secret, "secretId": secret_id }))
}

async fn graph_call(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(killer): ConnectInfo<ConnectionKiller>,
    request: Request,
) -> Response {
    let _in_flight = tenant.stats.enter();
    let (parts, body) = request.into_parts();
    let body = body::to_bytes(body, LARGEST_BODY).await;
    tenant.simulate_latency().await;
    let ids = RequestIds::new(parts.headers.get("client-request-id").and_then(|id| id.to_str().ok()));
    let now_ms = clock::now_ms();
    let call = match body {
        Ok(body) => call(&tenant, &parts, &body, ids.clone(), now_ms),
        Err(_) => Err(GraphRefusal::new(413, "RequestEntityTooLarge", "The request is too large.")),
    };
    let reply = match call {
        Ok(call) => answer_or_drop(&tenant, &call, &killer),
        Err(refusal) => {
            let mut reply = refusal.reply(&ids, now_ms);
            reply.headers.extend([("request-id", ids.request), ("client-request-id", ids.client)]);
            reply
        }
    };
    reply.into_response(GRAPH_JSON)
}

/// Answers, or drops the connection, before or after executing the call.
fn answer_or_drop(tenant: &Tenant, call: &GraphCall, killer: &ConnectionKiller) -> HttpReply {
    let fault = tenant.faults().of_connection(&tenant.settings, call);
    let Some(InjectedFault { carried_out, .. }) = fault else { return graph::answer(tenant, call) };
    if carried_out {
        graph::answer(tenant, call);
    }
    tenant.stats.dropped();
    killer.kill();
    HttpReply::no_content()
}

/// Reads an HTTP request to Graph; checks the access token first.
fn call(
    tenant: &Tenant,
    parts: &Parts,
    body: &Bytes,
    ids: RequestIds,
    now_ms: u64,
) -> Result<GraphCall, GraphRefusal> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let (version, rest) = [GraphVersion::V1, GraphVersion::Beta]
        .into_iter()
        .find_map(|version| {
            let rest = target.strip_prefix('/')?.strip_prefix(version.word())?;
            rest.starts_with(['/', '?']).then_some((version, rest))
        })
        .ok_or_else(|| GraphRefusal::new(404, "UnknownError", "No such version of Graph."))?;
    let caller = tenant.entra().access.caller(text(&parts.headers, &header::AUTHORIZATION), now_ms)?;
    let (raw_path, path, query) = GraphCall::split_target(rest);
    let level = parts.headers.get("ConsistencyLevel");
    Ok(GraphCall {
        version,
        method: parts.method.clone(),
        raw_path,
        path,
        query,
        eventual: level.is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual")),
        priority: ThrottlePriority::read(
            parts.headers.get(ThrottlePriority::HEADER).and_then(|priority| priority.to_str().ok()),
        ),
        body: read_body(text(&parts.headers, &header::CONTENT_TYPE), body),
        caller,
        via_me: false,
        base: loopback_base(&tenant.base_url, &parts.headers),
        ids,
        now_ms,
    }
    .find_me())
}

fn read_body(content_type: Option<&str>, bytes: &Bytes) -> RequestBody {
    if bytes.is_empty() {
        return RequestBody::Empty;
    }
    let is_json = content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
    let json = is_json.then(|| serde_json::from_slice(bytes).ok()).flatten();
    json.map_or(RequestBody::Other, RequestBody::Json)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use http::Method;
    use tokio::time::Instant;

    use super::*;
    use crate::{entra::access, settings::PracticeSettings, test_calls};

    const LATENCY_MS: u64 = 50;

    fn slow_tenant() -> Arc<Tenant> {
        let settings = PracticeSettings { latency_ms: LATENCY_MS, ..test_calls::settings() };
        Arc::new(test_calls::tenant(settings))
    }

    async fn send(tenant: &Arc<Tenant>, method: Method, path: &str, body: Value) -> StatusCode {
        let access = access::for_app(tenant, clock::now_ms());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {access}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .unwrap();
        let killer = ConnectInfo(ConnectionKiller::default());
        graph_call(State(Arc::clone(tenant)), killer, request).await.status()
    }

    #[tokio::test(start_paused = true)]
    async fn latency_is_paid_once_for_a_batch() {
        let tenant = slow_tenant();
        let items: Vec<_> =
            (0..20).map(|n| json!({ "id": n.to_string(), "method": "GET", "url": "/users" })).collect();
        let before = Instant::now();
        let status = send(&tenant, Method::POST, "/v1.0/$batch", json!({ "requests": items })).await;
        let passed = before.elapsed();
        let once = Duration::from_millis(LATENCY_MS)..Duration::from_millis(2 * LATENCY_MS);
        assert!(status == 200 && once.contains(&passed), "{status} {passed:?}");
        assert_eq!(json!(tenant.stats.read())["reads"], 20);
    }

    #[tokio::test(start_paused = true)]
    async fn stats_count_requests_in_flight() {
        let tenant = slow_tenant();
        let get = || send(&tenant, Method::GET, "/v1.0/users", Value::Null);
        tokio::join!(get(), get(), get());
        get().await;
        let stats = json!(tenant.stats.read());
        assert_eq!((&stats["requests"], &stats["maxInFlight"]), (&4.into(), &3.into()));
    }
}
