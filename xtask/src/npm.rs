//! Installs the npm packages of the browser tests from their lock file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    error::{Context as _, Result},
    process,
    workspace::root,
};

/// The oldest Node.js that Playwright supports.
const OLDEST_NODE: u32 = 20;

/// The directory of the browser tests.
pub fn directory() -> PathBuf {
    root().join("end2end")
}

/// The path of a program of an installed package.
pub fn program(name: &str) -> PathBuf {
    let name = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
    directory().join("node_modules/.bin").join(name)
}

/// Installs the packages of the browser tests, unless they are as new as the lock file. Runs no scripts of packages.
pub fn ensure_packages() -> Result<()> {
    ensure_packages_in(&directory())
}

/// The same for Lighthouse, which only the measurements need.
pub fn ensure_lighthouse() -> Result<()> {
    ensure_packages_in(&directory().join("bench/lighthouse"))
}

fn ensure_packages_in(directory: &Path) -> Result<()> {
    check_node()?;
    if installed(directory) {
        println!("npm packages are there");
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let quietly = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    process::run(Command::new(npm).args(quietly).current_dir(directory))
}

/// Whether the lock file that npm writes into `node_modules` after an installation is as new as ours.
fn installed(directory: &Path) -> bool {
    let written = |name: &str| fs::metadata(directory.join(name)).and_then(|file| file.modified()).ok();
    match (written("node_modules/.package-lock.json"), written("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

fn check_node() -> Result<()> {
    let remedy = format!(
        "Install Node.js {OLDEST_NODE} or newer, with npm, from https://nodejs.org or your system's packages"
    );
    if !process::exists("node") || !process::exists(if cfg!(windows) { "npm.cmd" } else { "npm" }) {
        return Err(format!("the browser tests need Node.js and npm, which were not found. {remedy}").into());
    }
    let version = process::output(Command::new("node").arg("--version"))?;
    let major =
        version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.context(|| "node --version says no version")? < OLDEST_NODE {
        return Err(format!("Node.js {} is too old for the browser tests. {remedy}", version.trim()).into());
    }
    Ok(())
}
