//! `cargo xtask pictures`: takes the pictures of the documentation anew.

use anyhow::Result;

use crate::{chromium, npm, process, server, site, stages::stage, test::playwright, workspace::Build};

/// Builds the app and takes every picture. They go to `docs/images`.
pub fn take() -> Result<()> {
    stage("Packages of the browser tests", npm::ensure_packages)?;
    let chromium = stage("Chromium", chromium::ensure)?;
    let site = stage("Site", || site::build(Build::Debug))?;
    let server = stage("Server", || server::build(Build::Debug, &site))?;
    let mut playwright = playwright(&chromium, &server, &site);
    playwright.args(["test", "--config", "pictures.config.ts"]);
    stage("Pictures", || process::run(&mut playwright))
}
