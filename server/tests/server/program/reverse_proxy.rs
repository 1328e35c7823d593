//! The program behind a reverse proxy: the practice tenant's own.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::support::server_process::{HomeDir, ServerProcess, get};

/// A program whose `addr` is that of its proxy, under which people reach it.
struct Behind {
    server: ServerProcess,
    _home: HomeDir,
}

impl Behind {
    fn start(name: &str, flags: &[&str]) -> Self {
        let home = HomeDir::new(name);
        let mut command = home.command();
        command.args(["--practice-tokens=5", "--listen-addr=127.0.0.1:0", "--practice-proxy-port=0"]);
        let server = ServerProcess::start(command.args(flags).stderr(Stdio::piped()));
        Self { server, _home: home }
    }
}

#[test]
fn people_reach_the_app_under_the_address_of_the_proxy() {
    let behind = Behind::start("proxy-keeps", &["--trusted-proxies=127.0.0.1"]);
    let answer = get(behind.server.addr, "/");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Token Inventory"), "{answer}");
    let is_told = |line: &String| line.starts_with("Behind a proxy: the server itself listens on 127.0.0.1:");
    assert!(behind.server.output.iter().any(is_told));
    let answer = get(behind.server.addr, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 404"), "what a proxy passes on is not from this machine: {answer}");
}

#[test]
fn a_proxy_that_nobody_trusts_is_told_in_the_log_once() {
    let mut behind = Behind::start("proxy-untrusted", &[]);
    assert!(get(behind.server.addr, "/").starts_with("HTTP/1.1 200"));
    assert!(get(behind.server.addr, "/").starts_with("HTTP/1.1 200"));
    let log = behind.server.child.stderr.take().unwrap();
    behind.server.shut_down();
    let lines: Vec<String> = BufReader::new(log).lines().map(Result::unwrap).collect();
    let told =
        lines.iter().filter(|line| line.contains("no trusted proxy") && line.contains("TRUSTED_PROXIES"));
    assert_eq!(told.count(), 1, "{lines:?}");
}

/// A dump would hold seeds and sessions.
#[cfg(target_os = "linux")]
#[test]
fn the_program_leaves_no_core_dump() {
    let home = HomeDir::new("core-dumps");
    let server =
        ServerProcess::start(home.command().args(["--listen-addr=127.0.0.1:0", "--practice-tokens=5"]));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(line.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{line}");
}
