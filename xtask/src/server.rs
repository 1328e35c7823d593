//! The server: built, and run in this program's place.

use std::{
    env,
    ffi::OsString,
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{
    cargo,
    workspace::{Build, NAME},
};

/// Where the server listens unless it is told otherwise.
const USUAL_ADDRESS: &str = "127.0.0.1:3000";

/// Builds the server; answers its program.
pub fn build(build: Build) -> Result<PathBuf> {
    cargo::build(&["--package", "server", "--bin", NAME, "--profile", build.server_profile()], &[], NAME, "")
}

/// Says before the long build that the usual port is taken, when no other was asked for.
pub fn ensure_port_is_free(args: &[OsString]) -> Result<()> {
    let elsewhere = |arg: &OsString| arg.to_string_lossy().starts_with("--listen-addr");
    if args.iter().any(elsewhere) || env::var_os("LISTEN_ADDR").is_some() {
        return Ok(());
    }
    match TcpListener::bind(USUAL_ADDRESS) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "{USUAL_ADDRESS} is taken: another program, perhaps another Token Inventory, listens there.\n\
             End that program, or choose another port: cargo xtask run -- --listen-addr 127.0.0.1:3001"
        ),
        // Whatever else is wrong, the server says it better.
        _ => Ok(()),
    }
}

/// Serves the site. Comes back only when the server cannot be started, or has ended.
pub fn run(program: &Path, site: &Path, args: &[OsString]) -> Result<()> {
    let mut server = Command::new(program);
    server.arg("serve").arg("--site-root").arg(site).args(args);
    replace_this_process(server)
}

/// The server takes this program's place: signals reach it, and its exit code is ours.
#[cfg(unix)]
fn replace_this_process(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::new(server.exec()).context("the server cannot be started"))
}

#[cfg(not(unix))]
fn replace_this_process(mut server: Command) -> Result<()> {
    use anyhow::Context;
    let status = server.status().context("the server cannot be started")?;
    std::process::exit(status.code().unwrap_or(1))
}
