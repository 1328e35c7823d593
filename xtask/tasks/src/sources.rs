//! The Rust sources of the project's crates.

use std::path::PathBuf;

use xtask::{error::Result, files, workspace::root};

/// The source folder of each crate.
pub const CRATES: [&str; 10] = [
    "app/core/src",
    "app/seed-readers/src",
    "app/src",
    "server/audit/src",
    "server/graph/src",
    "server/practice/src",
    "server/src",
    "xtask/bundler/src",
    "xtask/src",
    "xtask/tasks/src",
];

/// The Rust files of a crate, without those that contain only tests.
pub fn of(crate_folder: &str) -> Result<Vec<PathBuf>> {
    let mut sources = files::list(&root().join(crate_folder))?;
    sources.retain(|file| {
        files::has_extension(file, &["rs"])
            && !file.components().any(|part| part.as_os_str() == "tests")
            && file.file_stem().is_some_and(|name| name != "tests")
    });
    Ok(sources)
}
