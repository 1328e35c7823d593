//! Turns the compiled app into files for browsers. `xtask` builds and calls this program:
//!
//! - `bundler bindings COMPILED.wasm DIRECTORY` writes the module and the JavaScript that loads it.
//! - `bundler parts COMPILED.wasm DIRECTORY` does the same for a release, and splits off each page into a file of its own.
//! - `bundler join DIRECTORY` joins the small files that parts share.
//! - `bundler compress FILE…` writes `FILE.br` and `FILE.gz` beside each file that compression makes smaller.

mod bindings;
#[cfg(feature = "release")]
mod compress;
#[cfg(feature = "release")]
mod join;
#[cfg(feature = "release")]
mod split;

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Result, bail};

/// Carries a task out.
///
/// # Errors
/// When there is no such task, or it fails.
pub fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let task = arguments.next().unwrap_or_default();
    let files: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    match (task.to_str(), files.as_slice()) {
        (Some("bindings"), [compiled, directory]) => bindings::generate(compiled, directory),
        #[cfg(feature = "release")]
        (Some("parts"), [compiled, directory]) => {
            let (main, name) = split::split(compiled, directory)?;
            bindings::generate_for_parts(&main, directory, &name)
        }
        #[cfg(feature = "release")]
        (Some("join"), [directory]) => join::join(directory),
        #[cfg(feature = "release")]
        (Some("compress"), files) => files.iter().try_for_each(|file| compress::compress(file)),
        _ => bail!("no task of the bundler: {}", task.display()),
    }
}
