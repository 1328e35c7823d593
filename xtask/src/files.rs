//! Files below a directory.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Context as _, Result};

/// All files below a directory.
pub fn list(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(directory).context(|| format!("{} cannot be read", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(list(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file has one of these extensions.
pub fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|kind| extensions.iter().any(|known| kind == *known))
}
