//! The only HTTP client of the server: TLS, proxies, timeouts, and at most eight requests at a time.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, Response};
use reqwest::{Client, Request, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::Semaphore;
use uuid::Uuid;

pub(crate) mod transport_error;

use self::transport_error::{TransportErrorKind, root_cause};

/// Most requests in flight to Microsoft, the token endpoint included.
pub(crate) const MAX_IN_FLIGHT: usize = 8;
/// Header by which a request of ours is found in Microsoft's logs.
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

const USER_AGENT: &str = concat!("token-inventory/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest whole exchange; a batch of twenty writes may take its time.
const TIMEOUT: Duration = Duration::from_secs(100);
/// Largest answer read: twenty times a page of a thousand tokens.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A request that got no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct TransportError {
    /// What happened, in words, with the host alone of the address.
    pub reason: String,
    /// Why.
    pub kind: TransportErrorKind,
    /// Whether it is certain that nothing was sent.
    pub unsent: bool,
}

impl TransportError {
    /// The request never left.
    pub fn unsent(reason: &str) -> Self {
        Self { reason: reason.to_owned(), kind: TransportErrorKind::Internal, unsent: true }
    }
}

/// The client and its eight places.
pub(crate) struct HttpClient {
    client: Client,
    permits: Semaphore,
}

impl HttpClient {
    /// Builds the client; with `loopback` it talks to this machine only, so no proxy and no certificates are needed.
    pub fn new(loopback: bool) -> Result<Self, String> {
        let builder = Client::builder()
            .tls_backend_preconfigured(tls(loopback)?)
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(TIMEOUT);
        let builder = if loopback { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| root_cause(&error))?;
        Ok(Self { client, permits: Semaphore::new(MAX_IN_FLIGHT) })
    }

    /// Sends the request when a place is free and reads the answer to its end, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response<Vec<u8>>, TransportError> {
        let host = request.url().host_str().unwrap_or("the server").to_owned();
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| TransportError::unsent("the server is shutting down"))?;
        let response =
            self.client.execute(request).await.map_err(|error| to_transport_error(&host, &error))?;
        read(response, &host).await
    }
}

async fn read(mut response: reqwest::Response, host: &str) -> Result<Response<Vec<u8>>, TransportError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| to_transport_error(host, &error))? {
        if body.len() + piece.len() > MAX_BODY {
            let reason = format!("{host}: the answer is too long");
            return Err(TransportError { reason, kind: TransportErrorKind::ConnectionLost, unsent: false });
        }
        body.extend_from_slice(&piece);
    }
    let mut answer = Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}

/// A fresh `client-request-id`.
pub(crate) fn new_request_id() -> HeaderValue {
    // A UUID is plain ASCII, so the fallback is never taken.
    HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("none"))
}

/// Certificates are verified against the system's store, or that of `SSL_CERT_FILE`, always.
fn tls(loopback: bool) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        || ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let versions = builder().map_err(|error| error.to_string())?;
    let mut config = match versions.with_platform_verifier() {
        Ok(verified) => verified.with_no_client_auth(),
        // A machine without any certificate still has its practice tenant: trust nobody.
        Err(_) if loopback => builder()
            .map_err(|error| error.to_string())?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth(),
        Err(error) => return Err(error.to_string()),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn to_transport_error(host: &str, error: &reqwest::Error) -> TransportError {
    let kind = TransportErrorKind::of(error);
    let reason = format!("{host}: {}", kind.message(&root_cause(error)));
    TransportError { reason, kind, unsent: error.is_connect() }
}
