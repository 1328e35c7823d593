//! The health check: whether the server answers at an address of this machine. For containers, which hold no other program
//! to check with, and for a second start, which looks for the first.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The body of `/healthz`.
pub const HEALTHY_BODY: &str = "ok";

/// What `token-inventory healthcheck` takes.
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Address that the server listens on.
    #[arg(long, env = "LISTEN_ADDR", default_value = crate::config::USUAL_ADDRESS)]
    pub listen_addr: String,
}

/// Checks the server on this machine.
///
/// # Errors
/// When it is not healthy; the message is for the user.
pub async fn command(args: &HealthArgs) -> Result<(), String> {
    let addr = crate::config::listen_addr(&args.listen_addr)?;
    match timeout(TIMEOUT, ask(addr)).await {
        Ok(Ok(answer)) if is_healthy(&answer) => Ok(()),
        Ok(Ok(answer)) => Err(format!("{addr} answers, but not as Token Inventory: {answer:?}")),
        Ok(Err(error)) => Err(format!("{addr} does not answer: {error}")),
        Err(_) => Err(format!("{addr} does not answer within {} seconds", TIMEOUT.as_secs())),
    }
}

/// Whether Token Inventory answers at this address.
pub async fn answers(addr: SocketAddr) -> bool {
    matches!(timeout(TIMEOUT, ask(addr)).await, Ok(Ok(answer)) if is_healthy(&answer))
}

/// Requests `/healthz`; returns the first bytes of the answer. The server accepts the host `localhost` whatever PUBLIC_URL is.
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

/// The loopback address in place of an unspecified one, to which no client can connect on every system.
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
    fn the_answer_of_another_program_is_not_healthy() {
        assert!(is_healthy("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
        for other in
            ["", "HTTP/1.1 404 Not Found\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\n<html>ok", "SSH-2.0-x\r\n\r\nok"]
        {
            assert!(!is_healthy(other), "{other}");
        }
    }
}
