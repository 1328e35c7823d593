//! A reverse proxy in front of the practice tenant's server, as one stands before an organisation's: it says in
//! `X-Forwarded-For` where a request comes from.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tokio::net::TcpListener;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Largest body that is passed on, in bytes: above what the server takes.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// Headers of one connection, which are not passed on (RFC 9110 section 7.6.1), and the length, which is written anew.
const OF_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

struct Upstream {
    /// Where the server listens.
    addr: SocketAddr,
    client: reqwest::Client,
}

/// Listens on the proxy's port.
///
/// # Errors
/// When it cannot; the message is for the user.
pub async fn listen(port: u16) -> Result<TcpListener, String> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(addr).await.map_err(|error| format!("The proxy cannot listen on {addr}: {error}"))
}

/// Serves the proxy of the server that listens at `upstream`, until the program ends.
///
/// # Errors
/// When no HTTP client can be made; the message is for the user.
pub fn serve(listener: TcpListener, upstream: SocketAddr) -> Result<(), String> {
    let client = graph::http_client(true)?;
    let router = Router::new().fallback(pass_on).with_state(Arc::new(Upstream { addr: upstream, client }));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(())
}

async fn pass_on(
    State(upstream): State<Arc<Upstream>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let url = format!("http://{}{}", upstream.addr, parts.uri);
    let headers = sent_headers(parts.headers, peer);
    match upstream.client.request(parts.method, url).headers(headers).body(body).send().await {
        Ok(answer) => returned(answer).await,
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// The headers as the server gets them, with the `Host` that the browser asked for.
fn sent_headers(mut headers: HeaderMap, peer: SocketAddr) -> HeaderMap {
    OF_CONNECTION.iter().for_each(|name| _ = headers.remove(name));
    // What stands there already may be forged, and is passed on: the server reads the header from its end.
    if let Ok(address) = HeaderValue::from_str(&peer.ip().to_canonical().to_string()) {
        headers.append(FORWARDED_FOR, address);
    }
    headers
}

/// The answer as the browser gets it, whole, as nginx does by default.
async fn returned(answer: reqwest::Response) -> Response {
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    OF_CONNECTION.iter().for_each(|name| _ = headers.remove(name));
    match answer.bytes().await {
        Ok(body) => (status, headers, Body::from(body)).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
