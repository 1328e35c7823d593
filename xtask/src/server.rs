//! The server: built, and run in this program's place.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    cargo,
    workspace::{Build, NAME},
};

/// Builds the server; answers its program.
pub fn build(build: Build) -> Result<PathBuf> {
    cargo::build(&["--package", "server", "--bin", NAME, "--profile", build.server_profile()], NAME, "")
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
