//! The site directory: what the server hands out as files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    compress, css, wasm,
    workspace::{self, Build, NAME, root},
};

/// Builds the app and lays out the site; answers its directory.
pub fn build(build: Build) -> Result<PathBuf> {
    let bindings = wasm::build(build)?;
    let site = workspace::target()?.join(build.site());
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("{} cannot be emptied", site.display()))?;
    }
    let pkg = site.join("pkg");
    copy(&bindings, &pkg)?;
    fs::remove_file(pkg.join("made-from"))?;
    fs::write(pkg.join(format!("{NAME}.css")), css::bundle(&root().join("style/main.css"))?)?;
    let public = root().join("public");
    if public.is_dir() {
        copy(&public, &site)?;
    }
    if build == Build::Release {
        compress::all(&site)?;
    }
    Ok(site)
}

/// The site as it goes into the program: what gzip has compressed goes without the file itself, which can be made of it.
pub fn packed(site: &Path) -> Result<PathBuf> {
    let packed = site.with_extension("packed");
    if packed.exists() {
        fs::remove_dir_all(&packed)?;
    }
    copy(site, &packed)?;
    for file in files(&packed)?.iter().filter(|file| compress::with_suffix(file, "gz").exists()) {
        fs::remove_file(file)?;
    }
    Ok(packed)
}

/// Every file below a directory.
pub fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Copies the files below one directory to another.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in files(from)? {
        let copy = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        fs::copy(&file, &copy).with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    Ok(())
}
