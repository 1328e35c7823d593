//! `wasm-opt` of the npm package binaryen: makes the release build smaller if it is installed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{error::Result, npm, process};

/// The message when a release is built without it.
pub const NOT_THERE: &str =
    "wasm-opt is not installed: the app is a little larger. `npm ci --ignore-scripts` in end2end/ brings it.";

/// WebAssembly features of the compiler's output, which wasm-opt must be told.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The optimiser, if it and Node.js are installed.
pub fn find() -> Option<PathBuf> {
    let program = npm::program("wasm-opt");
    (program.exists() && process::exists("node")).then_some(program)
}

/// Optimises the module for size, in place.
pub fn optimise(optimiser: &Path, module: &Path) -> Result<()> {
    process::run(Command::new(optimiser).arg("-Oz").args(FEATURES).arg(module).arg("-o").arg(module))
}
