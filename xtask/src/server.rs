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
    cargo, site,
    workspace::{Build, NAME},
};

/// Where the server listens unless it is told otherwise.
const USUAL_ADDRESS: &str = "127.0.0.1:3000";

/// Where the server's build script looks for the app that goes into the program.
const SITE: &str = "TOKEN_INVENTORY_SITE";

/// Builds the server; answers its program. A release holds the site.
pub fn build(build: Build, site: &Path) -> Result<PathBuf> {
    match build {
        Build::Debug => cargo::outcome(&mut command(build), NAME, ""),
        Build::Release => cargo::outcome(&mut with_site(&site::packed(site)?), NAME, ""),
    }
}

/// The build of a program that needs no file beside it.
pub fn with_site(site: &Path) -> Command {
    let mut command = command(Build::Release);
    command.args(["--features", "embed"]).env(SITE, site);
    command
}

fn command(build: Build) -> Command {
    let mut command = cargo::cargo();
    command.args(["build", "--locked", "--package", "server", "--bin", NAME]);
    command.args(["--profile", build.server_profile()]).args(cargo::FORMAT);
    command
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
pub fn run(program: &Path, build: Build, site: &Path, args: &[OsString]) -> Result<()> {
    let mut server = Command::new(program);
    server.arg("serve");
    if build == Build::Debug {
        server.arg("--site-root").arg(site);
    }
    server.args(args);
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
