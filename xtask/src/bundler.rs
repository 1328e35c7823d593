//! Builds and calls the bundler (`xtask/bundler`), which turns the compiled app into files for browsers. It is built on demand,
//! so that this tool starts without it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    cargo::{self, cargo},
    error::Result,
    process,
};

/// The package and its program.
pub const NAME: &str = "bundler";

/// Builds it optimised, with splitting and compression, which take long unoptimised.
///
/// # Errors
/// When it cannot be built.
pub fn for_release() -> Result<PathBuf> {
    optimised(&["--features", "release"])
}

/// Builds it optimised, without splitting and compression, for `watch`.
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

/// Writes `FILE.br` and `FILE.gz` beside each file that compression makes smaller.
///
/// # Errors
/// When a file cannot be read or written.
pub fn compress(bundler: &Path, files: &[PathBuf]) -> Result<()> {
    process::run(Command::new(bundler).arg("compress").args(files))
}
