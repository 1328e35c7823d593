//! Findings without a response: closed ports, untrusted certificates, and proxies.

use std::sync::Arc;

use graph::GraphSettings;
use server::doctor::GraphAccess;
use token_core::checkup::{Finding, Severity};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer},
};

use crate::{
    doctor::terminal::{doctor, out},
    support::{
        closed_port::ClosedPort,
        mock_tenant::{CLIENT_SECRET, MockTenant, checkup, only_finding},
    },
};

async fn not_reached(settings: &GraphSettings, topic: &str) -> Finding {
    let checkup = checkup(settings, GraphAccess::AppOnly).await;
    let finding = only_finding(&checkup, topic).clone();
    assert_eq!(finding.level, Severity::Problem, "{finding:#?}");
    finding
}

/// A TLS server for "localhost" with a self-signed certificate. Sends no response.
async fn self_signed(name: &str) -> u16 {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            _ = acceptor.accept(stream).await;
        }
    });
    port
}

/// Responds to everything with this status line.
async fn proxy(status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            _ = stream.read(&mut request).await;
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

/// The doctor's output for a tenant on the internet behind this proxy.
async fn behind(proxy: &str) -> String {
    let output = doctor(
        &[],
        &[
            ("ENTRA_TENANT_ID", "contoso.example"),
            ("ENTRA_CLIENT_ID", "client-1"),
            ("ENTRA_CLIENT_SECRET", CLIENT_SECRET),
            ("ENTRA_AUTHORITY", "https://login.invalid"),
            ("GRAPH_ENDPOINT", "https://graph.invalid"),
            ("HTTPS_PROXY", proxy),
        ],
    )
    .await;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    out(&output)
}

#[tokio::test]
async fn an_unreachable_entra_is_named_by_its_host() {
    let tenant = MockTenant::healthy().await;
    let mut settings = tenant.settings();
    let closed = ClosedPort::new();
    settings.authority = format!("http://{}", closed.addr).parse().unwrap();
    let says = not_reached(&settings, "Sign-in service").await.message;
    assert!(says.contains("127.0.0.1: the connection was refused"), "{says}");
    assert!(tenant.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unreachable_graph_is_named_by_its_host() {
    let tenant = MockTenant::healthy().await;
    let mut settings = tenant.settings();
    let closed = ClosedPort::new();
    settings.endpoint = format!("http://localhost:{}", closed.addr.port()).parse().unwrap();
    let says = not_reached(&settings, "Microsoft Graph").await.message;
    assert!(says.contains("localhost: the connection was refused"), "{says}");
}

#[tokio::test]
async fn an_untrusted_issuer_has_a_hint_about_proxies() {
    let mut settings = MockTenant::empty().await.settings();
    settings.authority = format!("https://localhost:{}", self_signed("localhost").await).parse().unwrap();
    let says = not_reached(&settings, "Sign-in service").await.message;
    assert!(says.contains("does not trust") && says.contains("SSL_CERT_FILE"), "{says}");
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let mut settings = MockTenant::empty().await.settings();
    settings.authority = format!("https://localhost:{}", proxy("400 Bad Request").await).parse().unwrap();
    let says = not_reached(&settings, "Sign-in service").await.message;
    assert!(says.contains("no secure connection (TLS)"), "{says}");
}

#[tokio::test]
async fn a_proxy_with_authentication_is_named_by_its_variable_without_its_value() {
    let port = proxy("407 Proxy Authentication Required").await;
    let text = behind(&format!("http://me:pass-word@127.0.0.1:{port}")).await;
    assert!(text.contains("login.invalid: the proxy asks for a user name and password (407)"), "{text}");
    assert!(text.contains("HTTPS_PROXY") && text.contains("NO_PROXY"), "{text}");
    assert!(!text.contains("pass-word") && !text.contains(&port.to_string()), "{text}");
}

#[tokio::test]
async fn an_unreachable_or_refusing_proxy_is_distinguished_from_the_host() {
    let closed = ClosedPort::new();
    let absent = behind(&format!("http://{}", closed.addr)).await;
    let unwilling = behind(&format!("http://127.0.0.1:{}", proxy("403 Forbidden").await)).await;
    for text in [absent, unwilling] {
        assert!(
            text.contains("login.invalid: the proxy does not connect to it. Check HTTPS_PROXY"),
            "{text}"
        );
    }
}
