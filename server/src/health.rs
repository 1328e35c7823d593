//! Whether a server answers at an address of this machine: for containers, which have no other program to ask with, and
//! for a second start, which looks for the first.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What the server says of itself at `/healthz`.
pub const HEALTHY_BODY: &str = "ok";

/// What `token-inventory healthcheck` takes.
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Address that the server listens on.
    #[arg(long, env = "LISTEN_ADDR", default_value = crate::config::USUAL_ADDRESS)]
    pub listen_addr: String,
}

/// Asks the server on this machine how it is.
///
/// # Errors
/// When it does not answer that it is well: in words.
pub async fn command(args: &HealthArgs) -> Result<(), String> {
    let addr = crate::config::listen_addr(&args.listen_addr)?;
    match timeout(PATIENCE, ask(addr)).await {
        Ok(Ok(answer)) if is_healthy(&answer) => Ok(()),
        Ok(Ok(answer)) => Err(format!("{addr} answers, but not as Token Inventory: {answer:?}")),
        Ok(Err(error)) => Err(format!("{addr} does not answer: {error}")),
        Err(_) => Err(format!("{addr} does not answer within {} seconds", PATIENCE.as_secs())),
    }
}

/// Whether Token Inventory answers at this address.
pub async fn answers(addr: SocketAddr) -> bool {
    matches!(timeout(PATIENCE, ask(addr)).await, Ok(Ok(answer)) if is_healthy(&answer))
}

/// The first bytes of the answer. The server knows itself as `localhost` whatever people call it.
async fn ask(addr: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(reachable(addr)).await?;
    let port = addr.port();
    let host = if port == 80 { "localhost".to_owned() } else { format!("localhost:{port}") };
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// "Any address" is nobody's: this machine answers there too.
fn reachable(addr: SocketAddr) -> SocketAddr {
    use std::net::{Ipv4Addr, Ipv6Addr};
    match addr {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, addr.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, addr.port()).into(),
        addr => addr,
    }
}

fn is_healthy(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200") && answer.ends_with(&format!("\r\n\r\n{HEALTHY_BODY}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_is_asked_on_this_machine() {
        assert_eq!(reachable("0.0.0.0:3000".parse().unwrap()), "127.0.0.1:3000".parse().unwrap());
        assert_eq!(reachable("[::]:80".parse().unwrap()), "[::1]:80".parse().unwrap());
        assert_eq!(reachable("192.0.2.1:9".parse().unwrap()), "192.0.2.1:9".parse().unwrap());
    }

    #[test]
    fn another_program_is_not_taken_for_ours() {
        assert!(is_healthy("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
        for other in
            ["", "HTTP/1.1 404 Not Found\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\n<html>ok", "SSH-2.0-x\r\n\r\nok"]
        {
            assert!(!is_healthy(other), "{other}");
        }
    }
}
