//! `cargo xtask test`: all checks of a change, the quick ones first.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

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

use crate::{
    budget,
    changed::{self, BrowserTests, RustTests, Scope},
    chromium, circles, citations, deny, documentation, links, messages, reference,
    tally::Tally,
    words,
};

/// Names xtask to cargo: it is a workspace of its own.
const XTASK: [&str; 2] = ["--manifest-path", "xtask/Cargo.toml"];

/// What to leave out.
#[derive(Args)]
pub struct TestOptions {
    /// Leave the browser tests out: no Node.js and no Chromium is needed
    #[arg(long, conflicts_with_all = ["only_browser", "changed"])]
    skip_browser: bool,
    /// Run the browser tests alone
    #[arg(long, conflicts_with = "changed")]
    only_browser: bool,
    /// Run what the difference to the remote's main can break
    #[arg(long)]
    changed: bool,
    /// Arguments for Playwright, such as the name of one test file
    #[arg(last = true)]
    playwright_args: Vec<OsString>,
}

impl TestOptions {
    fn scope(&self) -> Result<Scope> {
        let everything = Scope::everything();
        Ok(match self {
            Self { changed: true, .. } => Scope::of(&changed::files()?),
            Self { only_browser: true, .. } => {
                Scope { rust: RustTests::nothing(), reference: false, ..everything }
            }
            Self { skip_browser: true, .. } => {
                Scope { browser: BrowserTests::Files(Vec::new()), ..everything }
            }
            _ => everything,
        })
    }
}

/// Runs all stages until one fails; prints the number of passed tests as the last line.
pub fn test(options: &TestOptions) -> Result<()> {
    let mut tally = Tally::default();
    let outcome = steps(options, &mut tally);
    if !tally.is_empty() {
        println!("\n{}", tally.closing_lines());
    }
    outcome
}

fn steps(options: &TestOptions, tally: &mut Tally) -> Result<()> {
    let scope = options.scope()?;
    if !options.only_browser {
        check_texts()?;
    }
    let browser_tests = match &scope.browser {
        BrowserTests::Files(files) if files.is_empty() => None,
        BrowserTests::Files(files) => Some(files.clone()),
        BrowserTests::Everything => Some(Vec::new()),
    };
    // What is missing is told before minutes of compiling.
    let chromium = browser_tests.as_ref().map(|_| prepare_browser_tests(options)).transpose()?;
    if scope.rust == RustTests::Everything || browser_tests.is_some() {
        toolchain::ensure_c_compiler()?;
    }
    match &scope.rust {
        RustTests::Of(packages) => {
            if packages.contains(changed::XTASK) {
                tests(&XTASK, tally)?;
            }
            let packages = changed::arguments(packages);
            if !packages.is_empty() {
                tests(&packages, tally)?;
            }
        }
        RustTests::Everything => {
            tests(&XTASK, tally)?;
            tests(&cargo::TESTED, tally)?;
            stage("Documentation", documentation::check)?;
        }
    }
    if scope.reference {
        stage("Configuration reference", || match scope.rust {
            RustTests::Everything => reference::check(&cargo::program(None, "dev", NAME)?),
            RustTests::Of(_) => reference::check(&app::debug_server()?),
        })?;
    }
    let (Some(files), Some(chromium)) = (browser_tests, chromium) else { return Ok(()) };
    let app = if scope.rust == RustTests::Everything { app::tested()? } else { app::debug()? };
    let mut playwright = playwright(&chromium, &app);
    playwright.arg("test").args(files).args(&options.playwright_args);
    stage("Browser tests", || {
        process::run_streaming(&mut playwright, |line| show(line, |line| tally.read_playwright(line)))
    })?;
    Ok(())
}

/// Finds or installs what the browser tests need, and checks their types; returns the browser.
fn prepare_browser_tests(options: &TestOptions) -> Result<PathBuf> {
    stage("Packages of the browser tests", || npm::ensure_packages().and_then(|()| check_types()))?;
    Ok(stage("Chromium, and the Rust target of WebAssembly", || -> Result<_> {
        toolchain::ensure_wasm_target()?;
        let is_watched =
            options.playwright_args.iter().any(|argument| argument == "--headed" || argument == "--debug");
        let chromium = if is_watched { chromium::ensure()? } else { chromium::ensure_headless()? };
        println!("{}", chromium.display());
        Ok(chromium)
    })?)
}

/// The checks that need no compilation.
fn check_texts() -> Result<()> {
    stage("Format", || process::run(cargo().args(["fmt", "--all", "--check"])))?;
    stage("Budgets of code and colours", budget::check)?;
    stage("Circles of modules", circles::check)?;
    stage("Links of the documentation", links::check)?;
    stage("Messages of the troubleshooting page", messages::check)?;
    stage("Words of the texts", words::check)?;
    stage("Citations of what is known of Microsoft Graph", citations::check)?;
    stage("Licences, sources and known flaws of packages", deny::check)?;
    Ok(())
}

/// Builds the tests of these packages with lints, and runs them.
fn tests(packages: &[&str], tally: &mut Tally) -> Result<()> {
    let build = || process::run(cargo::linted().args(["build", "--locked", "--all-targets"]).args(packages));
    stage("Lints, and the tests built", build)?;
    let mut tests = cargo::linted();
    // Without the examples of the documentation: there are none, as the documentation's stage checks.
    tests.args(["test", "--locked", "--no-fail-fast", "--tests"]).args(packages);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        // More than a small machine has cores, since many tests wait for a server or a clock.
        tests.env("RUST_TEST_THREADS", "8");
    }
    stage("Tests", || process::run_streaming(&mut tests, |line| show(line, |line| tally.read_cargo(line))))?;
    Ok(())
}

/// Type-checks the browser tests, since Playwright only strips types.
fn check_types() -> xtask::error::Result<()> {
    process::run(Command::new(npm::program("tsc")).arg("--noEmit").current_dir(npm::directory()))
}

/// Playwright with the program, the site and the browser to test.
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
