//! `cargo xtask run`: builds the app and serves it, with the practice tenant behind.

use std::{ffi::OsString, process::Command};

use crate::{
    app::{self, App},
    cargo::target,
    error::{Context as _, Result},
    workspace::Build,
};

/// Builds the app and serves it. Comes back only when that fails, or the server has ended.
///
/// # Errors
/// When something is missing, a compiler is not satisfied, or the server cannot be started.
pub fn run(release: bool, server_args: &[OsString]) -> Result<()> {
    announce(release)?;
    let mut server = if release { Command::new(app::release()?.server) } else { serve(&app::debug()?) };
    server.args(server_args);
    println!();
    replace_this_process(server)
}

/// The server, which is told where its site is.
pub fn serve(app: &App) -> Command {
    let mut server = Command::new(&app.server);
    server.arg("serve").arg("--site-root").arg(&app.site);
    server
}

/// Says what is about to happen, and how long it takes where nothing has been built yet.
fn announce(release: bool) -> Result<()> {
    println!(
        "Builds Token Inventory, for the browser and for the server, and serves it with the practice tenant."
    );
    let (build, minutes) = if release { (Build::Release, 12) } else { (Build::Debug, 5) };
    if !target()?.join(build.site()).exists() {
        println!("The first time takes about {minutes} minutes on two cores; later it takes seconds.");
    }
    Ok(())
}

/// The server takes this program's place: signals reach it, and its exit code is ours.
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
