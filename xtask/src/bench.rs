//! `cargo xtask bench`: the release build, measured in the browser, on the scales and as a process.

use std::ffi::OsString;

use anyhow::Result;

use crate::{
    chromium, footprint, npm, process, server, site, sizes, stages::stage, test::playwright, workspace::Build,
};

/// Builds the release, runs each measurement, and prints the figures.
pub fn bench(playwright_args: &[OsString]) -> Result<()> {
    stage("Packages of the browser tests", npm::ensure_packages)?;
    let chromium = stage("Chromium", chromium::ensure)?;
    let site = stage("Site (release)", || site::build(Build::Release))?;
    let server = stage("Server (release)", || server::build(Build::Release, &site))?;
    stage("Size of the first load", || sizes::weigh(&site))?;
    stage("The program", || footprint::measure(&server))?;
    let mut playwright = playwright(&chromium, &server, &site);
    playwright.args(["test", "--config", "bench.config.ts"]).args(playwright_args);
    stage("Speed", || process::run(&mut playwright))
}
