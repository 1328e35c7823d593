//! `cargo xtask bench`: measures the release build: speed in the browser, size of the first load, footprint of the process.

use std::ffi::OsString;

use anyhow::Result;

use xtask::{app, npm, process, stages::stage};

use crate::{chromium, footprint, sizes, test::playwright};

/// Builds the release, runs all measurements, and prints the results.
pub fn bench(playwright_args: &[OsString]) -> Result<()> {
    stage("Packages of the browser tests", npm::ensure_packages)?;
    stage("Lighthouse", npm::ensure_lighthouse)?;
    let chromium = stage("Chromium", chromium::ensure)?;
    let app = app::release()?;
    stage("Size of the first load", || sizes::weigh(&app.site))?;
    stage("The program", || footprint::measure(&app.server))?;
    let mut playwright = playwright(&chromium, &app);
    playwright.args(["test", "--config", "bench.config.ts"]).args(playwright_args);
    if !playwright_args.iter().any(|arg| arg == "--project") {
        playwright.args(["--project", "chromium"]);
    }
    Ok(stage("Speed", || process::run(&mut playwright))?)
}
