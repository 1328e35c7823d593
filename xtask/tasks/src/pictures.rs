//! `cargo xtask pictures`: takes the pictures of the documentation anew.

use anyhow::Result;

use xtask::{app, npm, process, stages::stage};

use crate::{chromium, test::playwright};

/// Builds the app and takes every picture. They go to `docs/images`.
pub fn take() -> Result<()> {
    stage("Packages of the browser tests", npm::ensure_packages)?;
    let chromium = stage("Chromium", chromium::ensure)?;
    let mut playwright = playwright(&chromium, &app::debug()?);
    playwright.args(["test", "--config", "pictures.config.ts"]);
    Ok(stage("Pictures", || process::run(&mut playwright))?)
}
