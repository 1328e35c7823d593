//! The whole app: the server, and the site that it serves.

use std::path::{Path, PathBuf};

use crate::{
    bundler,
    cargo::{self, cargo},
    error::Result,
    process, site,
    stages::stage,
    toolchain, wasm,
    workspace::{Build, NAME},
};

/// The variable that names the site to embed, for the server's build script.
const SITE: &str = "TOKEN_INVENTORY_SITE";

/// The built server and site.
#[derive(Debug, Clone)]
pub struct App {
    /// The server's program.
    pub server: PathBuf,
    /// The folder of the site.
    pub site: PathBuf,
}

/// Builds both in debug mode. Server and bundler are built by one cargo call, which compiles shared crates once and in parallel.
///
/// # Errors
/// When something is missing, or the build fails.
pub fn debug() -> Result<App> {
    prepare()?;
    let compiled = stage("The app for the browser", || wasm::compile(Build::Debug))?;
    let site = stage("The server", || {
        let packages =
            ["--package", "server", "--bin", NAME, "--package", bundler::NAME, "--bin", bundler::NAME];
        process::run(cargo().args(["build", "--locked"]).args(packages))?;
        site::lay_out(Build::Debug, &compiled, &cargo::program(None, "dev", bundler::NAME)?)
    })?;
    Ok(App { server: cargo::program(None, "dev", NAME)?, site })
}

/// Builds both for `cargo xtask watch`.
///
/// # Errors
/// When something is missing, or the build fails.
pub fn watched() -> Result<App> {
    prepare()?;
    let site = stage("The app for the browser", watched_site)?;
    let server = stage("The server", debug_server)?;
    Ok(App { server, site })
}

/// Uses the server and the bundler that the tests of the workspace have built, and builds the site with lints.
///
/// # Errors
/// When the build fails.
pub fn tested() -> Result<App> {
    let site = stage("Lints, and the app for the browser", || {
        let compiled = wasm::compile_by(cargo::linted(), Build::Debug)?;
        site::lay_out(Build::Debug, &compiled, &cargo::program(None, "dev", bundler::NAME)?)
    })?;
    Ok(App { server: cargo::program(None, "dev", NAME)?, site })
}

/// Builds the WebAssembly app for `cargo xtask watch`; returns the folder of the site.
///
/// # Errors
/// When the build fails.
pub fn watched_site() -> Result<PathBuf> {
    let compiled = wasm::compile(Build::Watch)?;
    site::lay_out(Build::Watch, &compiled, &bundler::for_watching()?)
}

/// Builds the server alone in debug mode.
///
/// # Errors
/// When the build fails.
pub fn debug_server() -> Result<PathBuf> {
    process::run(cargo().args(["build", "--locked", "--package", "server", "--bin", NAME]))?;
    cargo::program(None, "dev", NAME)
}

/// Builds both in release mode. The program embeds the site.
///
/// # Errors
/// When something is missing, or the build fails.
pub fn release() -> Result<App> {
    prepare()?;
    let site = stage("The app for the browser", site::release)?;
    let server = stage("The server", || server_with(&site, None))?;
    Ok(App { server, site })
}

/// Builds the release program with an embedded site, for a target or for this system.
///
/// # Errors
/// When the build fails.
pub fn server_with(site: &Path, target: Option<&str>) -> Result<PathBuf> {
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--release",
        "--package",
        "server",
        "--bin",
        NAME,
        "--features",
        "embed",
    ]);
    build.args(target.iter().flat_map(|target| ["--target", target]));
    process::run(build.env(SITE, site::packed(site)?))?;
    cargo::program(target, "release", NAME)
}

/// Reports missing tools before a long build fails for them.
fn prepare() -> Result<()> {
    toolchain::ensure_c_compiler()?;
    toolchain::ensure_wasm_target()?;
    stage("Downloads", cargo::ensure_packages)
}
