//! `cargo xtask test`: every check that a change has to pass, the quick ones first.

use std::{ffi::OsString, path::Path, process::Command};

use anyhow::Result;
use clap::Args;

use xtask::{
    app::{self, App},
    cargo::{self, cargo},
    npm, process,
    stages::stage,
    toolchain,
    workspace::NAME,
};

use crate::{budget, chromium, links, messages, reference, tally::Tally};

/// What to leave out.
#[derive(Args)]
pub struct Options {
    /// Leave the browser tests out: no Node.js and no Chromium is needed
    #[arg(long, conflicts_with = "only_browser")]
    skip_browser: bool,
    /// Run the browser tests alone
    #[arg(long)]
    only_browser: bool,
    /// Arguments for Playwright, such as the name of one test file
    #[arg(last = true)]
    playwright_args: Vec<OsString>,
}

/// Runs every step until one fails; says how many tests passed, as the last line.
pub fn test(options: &Options) -> Result<()> {
    let mut tally = Tally::default();
    let outcome = steps(options, &mut tally);
    if !tally.is_empty() {
        println!("\n{}", tally.closing_lines());
    }
    outcome
}

fn steps(options: &Options, tally: &mut Tally) -> Result<()> {
    if !options.only_browser {
        checks()?;
        stage("Tests", || process::watched(&mut tests(), |line| show(line, |line| tally.read_cargo(line))))?;
        stage("Configuration reference", || reference::check(&cargo::tested(NAME)?))?;
        stage("Documentation", || process::run(&mut documentation()))?;
    }
    if options.skip_browser {
        return Ok(());
    }
    stage("Packages of the browser tests", || npm::ensure_packages().and_then(|()| check_types()))?;
    let chromium = stage("Chromium", || -> Result<_> {
        let chromium = chromium::ensure()?;
        println!("{}", chromium.display());
        Ok(chromium)
    })?;
    let app = if options.only_browser { app::debug()? } else { app::tested()? };
    let mut playwright = playwright(&chromium, &app);
    playwright.arg("test").args(&options.playwright_args);
    stage("Browser tests", || {
        process::watched(&mut playwright, |line| show(line, |line| tally.read_playwright(line)))
    })?;
    Ok(())
}

fn checks() -> Result<()> {
    stage("Format", || process::run(cargo().args(["fmt", "--all", "--check"])))?;
    stage("Budgets of code and colours", budget::check)?;
    stage("Links of the documentation", links::check)?;
    stage("Messages of the troubleshooting page", messages::check)?;
    let deny = ["--", "--deny", "warnings"];
    stage("Clippy", || process::run(cargo().args(["clippy", "--workspace", "--all-targets"]).args(deny)))?;
    stage("Clippy for WebAssembly", || {
        toolchain::ensure_wasm_target()?;
        let packages = ["--package", "app", "--package", "token-core", "--lib", "--features", "app/hydrate"];
        process::run(cargo().arg("clippy").args(packages).args(["--target", toolchain::WASM]).args(deny))
    })?;
    Ok(())
}

fn tests() -> Command {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    tests
}

fn documentation() -> Command {
    let mut documentation = cargo();
    documentation.args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "--deny warnings");
    documentation
}

/// Checks the types of the browser tests: Playwright only strips them.
fn check_types() -> xtask::error::Result<()> {
    process::run(Command::new(npm::program("tsc")).arg("--noEmit").current_dir(npm::directory()))
}

/// Playwright, told what to test and with which browser.
pub fn playwright(chromium: &Path, app: &App) -> Command {
    let mut playwright = Command::new(npm::program("playwright"));
    playwright
        .current_dir(npm::directory())
        .env("CHROMIUM", chromium)
        .env("TOKEN_INVENTORY_BIN", &app.server)
        .env("TOKEN_INVENTORY_SITE", &app.site);
    playwright
}

fn show(line: &str, mut read: impl FnMut(&str)) {
    println!("{line}");
    read(line);
}
