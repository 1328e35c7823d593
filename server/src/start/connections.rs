//! Accepts connections and serves HTTP/1.1 on them, within limits: a client that sends its headers slowly, or opens many
//! connections, does not keep others from being served.

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use audit::sync::lock;
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tower::ServiceExt as _;

use crate::config::TrustedProxies;

/// How long to wait after an error of the operating system, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// How long a connection may take to send the headers of its next request, and stay open without one.
    pub header_timeout: Duration,
    /// Most connections at once; others wait.
    pub total: usize,
    /// Most connections of one address at once, except of this machine and of trusted proxies; others are closed.
    pub per_address: usize,
}

impl Default for ConnectionLimits {
    /// Reverse proxies keep an idle connection for 60 seconds; one that this server closes earlier could get a request that is
    /// lost.
    fn default() -> Self {
        Self { header_timeout: Duration::from_secs(75), total: 4_096, per_address: 256 }
    }
}

/// Serves until `shutdown`, and then until the requests under way are answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    proxies: &TrustedProxies,
    shutdown: impl Future<Output = ()>,
) {
    let permits = Arc::new(Semaphore::new(limits.total));
    let addresses = Arc::new(AddressCounts::default());
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer, permit) = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = &mut shutdown => break,
        };
        let address = peer.ip().to_canonical();
        let is_limited = !address.is_loopback() && !proxies.is_trusted(address);
        let Some(slot) = addresses.enter(address, if is_limited { limits.per_address } else { usize::MAX })
        else {
            continue;
        };
        // Disables Nagle's algorithm; where that fails, responses are only slower.
        _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((permit, slot));
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // Fails only when the semaphore is closed, which nobody does.
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted for the moment");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether only this one connection has failed.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// The open connections of each address.
#[derive(Default)]
struct AddressCounts(Mutex<HashMap<IpAddr, usize>>);

/// One connection, counted until it is dropped.
struct AddressSlot {
    counts: Arc<AddressCounts>,
    address: IpAddr,
}

impl AddressCounts {
    /// Counts a connection; `None` when the address has so many already.
    fn enter(self: &Arc<Self>, address: IpAddr, limit: usize) -> Option<AddressSlot> {
        let mut counts = lock(&self.0);
        let count = counts.entry(address).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(AddressSlot { counts: Arc::clone(self), address })
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts.0);
        if let Some(count) = counts.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::oneshot,
        task::JoinHandle,
        time::timeout,
    };

    use super::*;

    /// Long enough for a busy machine; nothing waits so long when the limits work.
    const BOUND: Duration = Duration::from_secs(60);
    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: he";

    struct TestServer {
        addr: SocketAddr,
        stop: oneshot::Sender<()>,
        task: JoinHandle<()>,
    }

    async fn start(limits: ConnectionLimits) -> TestServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let router = Router::new().route("/", get(|| async { "served" }));
        let task = tokio::spawn(async move {
            let shutdown = async { _ = stopped.await };
            serve(listener, router, limits, &TrustedProxies::default(), shutdown).await;
        });
        TestServer { addr, stop, task }
    }

    async fn send(addr: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// What the server sends until it closes the connection.
    async fn answer(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        _ = timeout(BOUND, stream.read_to_end(&mut answer)).await.expect("the connection is closed");
        String::from_utf8(answer).unwrap()
    }

    fn quick() -> ConnectionLimits {
        ConnectionLimits { header_timeout: Duration::from_millis(50), ..ConnectionLimits::default() }
    }

    #[tokio::test]
    async fn a_connection_that_sends_its_headers_slowly_is_closed() {
        let server = start(quick()).await;
        assert!(answer(send(server.addr, WHOLE).await).await.ends_with("served"));
        for slow in [&b""[..], HALF] {
            let answer = answer(send(server.addr, slow).await).await;
            assert!(!answer.contains("served"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_flood_of_slow_connections_does_not_keep_others_out() {
        let server = start(ConnectionLimits { total: 4, ..quick() }).await;
        let mut flood = Vec::new();
        for _ in 0..40 {
            flood.push(send(server.addr, HALF).await);
        }
        assert!(answer(send(server.addr, WHOLE).await).await.ends_with("served"));
    }

    #[tokio::test]
    async fn shutting_down_closes_idle_connections_and_ends() {
        let server = start(ConnectionLimits::default()).await;
        let idle = send(server.addr, b"").await;
        assert!(answer(send(server.addr, WHOLE).await).await.ends_with("served"));
        server.stop.send(()).unwrap();
        timeout(BOUND, server.task).await.expect("it ends").unwrap();
        drop(idle);
    }

    #[test]
    fn an_address_has_so_many_connections_and_another_its_own() {
        let counts = Arc::new(AddressCounts::default());
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse::<IpAddr>().unwrap());
        let open = [counts.enter(one, 2), counts.enter(one, 2)];
        assert!(open.iter().all(Option::is_some));
        assert!(counts.enter(one, 2).is_none());
        assert!(counts.enter(other, 2).is_some());
        drop(open);
        assert!(counts.enter(one, 2).is_some());
        assert!(lock(&counts.0).is_empty());
    }
}
