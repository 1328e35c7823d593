//! The only HTTP client for Microsoft: TLS, proxies, timeouts, and a limit of requests in flight for each [`Pool`].

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, Response};
use reqwest::{Client, Request, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::{sync::Semaphore, time::timeout};
use uuid::Uuid;

mod transport_error;

use self::transport_error::{TransportErrorKind, root_cause};
use crate::{
    call_counts,
    clock::{self, MicrosoftClock},
    settings::{GraphSettings, SetupError, is_loopback, parse_endpoint},
};

/// The requests in flight of one purpose, so that many requests of one do not make the others wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    /// Most requests in flight.
    pub size: usize,
    /// How long a request waits for others at most.
    pub queue_timeout: Duration,
}

impl Pool {
    /// Administrators, commands and checks.
    pub const ADMINISTRATORS: Self = Self { size: 8, queue_timeout: Duration::from_secs(120) };
    /// People's sign-ins, and asking again who they are.
    pub const SIGN_INS: Self = Self { size: 8, queue_timeout: Duration::from_secs(15) };
    /// People's own tokens.
    pub const SELF_SERVICE: Self = Self { size: 4, queue_timeout: Duration::from_secs(15) };
}

/// Header by which Microsoft finds a request in its logs.
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

const USER_AGENT: &str = concat!("token-inventory/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the next part of a response.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest duration of a whole exchange; a batch of twenty writes may be slow.
const TIMEOUT: Duration = Duration::from_secs(100);
/// Largest response in bytes: twenty times a page of a thousand tokens.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A request without a response.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reason}")]
pub struct TransportError {
    /// A message for users; of the URL it contains the host only.
    pub reason: String,
    /// The kind of failure.
    pub(crate) kind: TransportErrorKind,
    /// Whether the request was certainly not sent.
    pub(crate) unsent: bool,
}

impl TransportError {
    /// The request was not sent.
    pub(crate) fn unsent(reason: &str) -> Self {
        Self { reason: reason.to_owned(), kind: TransportErrorKind::Internal, unsent: true }
    }
}

/// The client, and the semaphore for requests in flight.
pub(crate) struct HttpClient {
    client: Client,
    pool: Pool,
    permits: Semaphore,
    clock: Arc<MicrosoftClock>,
}

impl HttpClient {
    /// Validates the addresses and builds the client. Sends no request and changes no global state.
    pub fn new(settings: &GraphSettings) -> Result<Self, SetupError> {
        for address in [&settings.endpoint, &settings.authority] {
            parse_endpoint(address.as_str())
                .map_err(|problem| SetupError::Address { address: address.clone(), problem })?;
        }
        Self::build(is_loopback(&settings.endpoint) && is_loopback(&settings.authority))
            .map_err(SetupError::Http)
    }

    fn build(loopback: bool) -> Result<Self, String> {
        Ok(Self::of(client(loopback)?, Pool::ADMINISTRATORS, Arc::default()))
    }

    fn of(client: Client, pool: Pool, clock: Arc<MicrosoftClock>) -> Self {
        Self { client, pool, permits: Semaphore::new(pool.size), clock }
    }

    /// The same connections, with permits of its own.
    pub fn with_pool(&self, pool: Pool) -> Self {
        Self::of(self.client.clone(), pool, Arc::clone(&self.clock))
    }

    /// Waits for a permit, sends the request and reads the whole response, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response<Vec<u8>>, TransportError> {
        let host = request.url().host_str().unwrap_or("the server").to_owned();
        let _permit = match timeout(self.pool.queue_timeout, self.permits.acquire()).await {
            Ok(permit) => permit.map_err(|_| TransportError::unsent("the server is shutting down"))?,
            Err(_) => {
                let busy = "too many requests wait for Microsoft at the same time. Try again in a minute";
                return Err(TransportError::unsent(busy));
            }
        };
        let sent_ms = clock::now_ms();
        let response = self.client.execute(request).await;
        call_counts::count(response.as_ref().ok().map(|response| response.status().as_u16()));
        if let Ok(response) = &response {
            self.clock.observe(response.headers(), sent_ms);
        }
        read(response.map_err(|error| to_transport_error(&host, &error))?, &host).await
    }

    /// By how much this machine's clock is ahead of Microsoft's, in milliseconds.
    pub fn clock_ahead_ms(&self) -> i64 {
        self.clock.ahead_ms()
    }

    /// Microsoft's time, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }
}

/// An HTTP client with this program's TLS, proxy and time limits, for other servers than Microsoft's. With `loopback` it connects to this
/// machine only, without proxy and root certificates.
///
/// # Errors
/// When the system's certificates cannot be used.
pub fn client(loopback: bool) -> Result<Client, String> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls(loopback)?)
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(TIMEOUT);
    let builder = if loopback { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| root_cause(&error))
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

/// A new `client-request-id`.
pub(crate) fn new_request_id() -> HeaderValue {
    // A UUID is ASCII, so the fallback is never used.
    HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("none"))
}

/// Certificates are always verified, against the system's store or `SSL_CERT_FILE`.
fn tls(loopback: bool) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        || ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let versions = builder().map_err(|error| error.to_string())?;
    let mut config = match versions.with_platform_verifier() {
        Ok(verified) => verified.with_no_client_auth(),
        // Without any root certificate only loopback addresses work, such as the practice tenant.
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

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use url::Url;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

    use super::*;

    fn request(server: &MockServer) -> Request {
        Request::new(Method::GET, Url::parse(&server.uri()).unwrap())
    }

    #[tokio::test]
    async fn a_full_pool_refuses_after_its_time_and_another_pool_answers() {
        let server = MockServer::start().await;
        let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
        Mock::given(any()).respond_with(slow).up_to_n_times(1).mount(&server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        let small = Pool { size: 1, queue_timeout: Duration::from_millis(20) };
        let full = HttpClient::build(true).unwrap().with_pool(small);
        let other = full.with_pool(small);
        let refused = async {
            // The first request occupies the only permit until the test ends.
            let error = full.send(request(&server)).await.unwrap_err();
            assert!(error.unsent && error.reason.contains("too many requests"), "{error}");
            assert_eq!(other.send(request(&server)).await.unwrap().status(), 200);
        };
        tokio::select! {
            biased;
            answer = full.send(request(&server)) => panic!("answered: {}", answer.is_ok()),
            () = refused => {}
        }
    }
}
