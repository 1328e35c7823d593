//! The program that makes files for browsers of the compiled app (`xtask/bundler`). It is built when it is needed, so that
//! this tool starts without it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    cargo::{self, cargo},
    error::Result,
    process,
};

/// The package, and its program.
pub const NAME: &str = "bundler";

/// Builds the one that can split and compress; both take long unless they are optimised.
///
/// # Errors
/// When it cannot be built.
pub fn for_release() -> Result<PathBuf> {
    optimised(&["--features", "release"])
}

/// Builds one that is quick, for many builds of the app.
///
/// # Errors
/// When it cannot be built.
pub fn for_watching() -> Result<PathBuf> {
    optimised(&[])
}

fn optimised(features: &[&str]) -> Result<PathBuf> {
    process::run(
        cargo().args(["build", "--locked", "--package", NAME, "--profile", "bundler"]).args(features),
    )?;
    cargo::program(None, "bundler", NAME)
}

/// Puts `FILE.br` and `FILE.gz` beside each file that gets smaller by it.
///
/// # Errors
/// When a file cannot be read or written.
pub fn compress(bundler: &Path, files: &[PathBuf]) -> Result<()> {
    process::run(Command::new(bundler).arg("compress").args(files))
}
