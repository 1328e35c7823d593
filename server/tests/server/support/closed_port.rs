//! A port on which nothing listens, and no other test can either.

use std::net::SocketAddr;

use tokio::net::TcpSocket;

/// Connections to it are refused for as long as this lives.
pub struct ClosedPort {
    pub addr: SocketAddr,
    /// Bound and never listening, so that the system gives the port to nobody else.
    _socket: TcpSocket,
}

impl ClosedPort {
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self { addr: socket.local_addr().unwrap(), _socket: socket }
    }
}
