//! `token-inventory healthcheck`, as a container calls it.

use std::process::{Command, Output};

use crate::support::closed_port::ClosedPort;
use crate::support::server_process::{HomeDir, PROGRAM, ServerProcess};

fn check(listen_addr: &str) -> Output {
    Command::new(PROGRAM).arg("healthcheck").env_clear().env("LISTEN_ADDR", listen_addr).output().unwrap()
}

#[test]
fn a_server_that_answers_is_healthy() {
    let home = HomeDir::new("healthy");
    let server =
        ServerProcess::start(home.command().args(["--listen-addr", "127.0.0.1:0", "--practice-tokens", "5"]));
    let outcome = check(&server.addr.to_string());
    assert_eq!(outcome.status.code(), Some(0), "{}", String::from_utf8_lossy(&outcome.stderr));
    assert!(outcome.stdout.is_empty() && outcome.stderr.is_empty());
}

#[test]
fn no_server_is_not_healthy() {
    let closed = ClosedPort::new();
    let addr = closed.addr.to_string();
    let outcome = check(&addr);
    assert_eq!(outcome.status.code(), Some(1));
    let output = String::from_utf8(outcome.stderr).unwrap();
    assert!(output.contains(&addr) && output.contains("does not answer"), "{output}");
}
