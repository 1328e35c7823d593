//! `cargo xtask run`: builds the app and serves it with the practice tenant.

use std::{ffi::OsString, process::Command};

use crate::{
    app::{self, App},
    cargo::target,
    error::{Context as _, Result},
    workspace::Build,
};

/// Builds the app and serves it. Returns only when that fails, or the server has ended.
///
/// # Errors
/// When something is missing, the build fails, or the server cannot be started.
pub fn run(release: bool, server_args: &[OsString]) -> Result<()> {
    announce(release)?;
    let mut server = if release { Command::new(app::release()?.server) } else { serve(&app::debug()?) };
    server.args(server_args);
    println!();
    replace_this_process(server)
}

/// The command that serves a site.
pub fn serve(app: &App) -> Command {
    let mut server = Command::new(&app.server);
    server.arg("serve").arg("--site-root").arg(&app.site);
    server
}

/// Prints what is built, and how long the first build takes.
fn announce(release: bool) -> Result<()> {
    println!(
        "Builds Token Inventory, for the browser and for the server, and serves it with the practice tenant."
    );
    let (build, minutes) = if release { (Build::Release, 12) } else { (Build::Debug, 7) };
    if !target()?.join(build.site()).exists() {
        println!("The first time takes about {minutes} minutes on two cores; later it takes seconds.");
    }
    Ok(())
}

/// Replaces this process by the server, so that signals reach it, and its exit code is returned.
#[cfg(unix)]
fn replace_this_process(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec()).context(|| "the server cannot be started")
}

#[cfg(not(unix))]
fn replace_this_process(mut server: Command) -> Result<()> {
    let status = server.status().context(|| "the server cannot be started")?;
    std::process::exit(status.code().unwrap_or(1))
}
