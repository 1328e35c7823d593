//! `cargo xtask pictures`: takes the screenshots of the documentation.

use anyhow::Result;

use xtask::{app, npm, process, stages::stage};

use crate::{chromium, test::playwright};

/// Builds the app and writes all screenshots to `docs/images`.
pub fn take() -> Result<()> {
    stage("Packages of the browser tests", npm::ensure_packages)?;
    let chromium = stage("Chromium", chromium::ensure)?;
    let mut playwright = playwright(&chromium, &app::debug()?);
    playwright.args(["test", "--config", "pictures.config.ts"]);
    Ok(stage("Pictures", || process::run(&mut playwright))?)
}
