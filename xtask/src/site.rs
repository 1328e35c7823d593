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
/// What has not changed is left alone, so that the program is not built anew for it.
pub fn packed(site: &Path) -> Result<PathBuf> {
    let packed = site.with_extension("packed");
    fs::create_dir_all(&packed)?;
    let is_needed = |file: &PathBuf| !compress::with_suffix(file, "gz").exists();
    let mut wanted = Vec::new();
    for file in files(site)?.into_iter().filter(is_needed) {
        let copy = packed.join(file.strip_prefix(site)?);
        let bytes = fs::read(&file)?;
        if !fs::read(&copy).is_ok_and(|there| there == bytes) {
            fs::create_dir_all(copy.parent().unwrap_or(&packed))?;
            fs::write(&copy, bytes)?;
        }
        wanted.push(copy);
    }
    for stale in files(&packed)?.iter().filter(|file| !wanted.contains(file)) {
        fs::remove_file(stale)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_again_touches_what_has_changed_alone() {
        let site = std::env::temp_dir().join(format!("packed-{}", std::process::id()));
        fs::create_dir_all(site.join("pkg")).unwrap();
        for (name, text) in [("a.js", "plain"), ("a.js.gz", "small"), ("pkg/b.css", "b"), ("old.svg", "o")] {
            fs::write(site.join(name), text).unwrap();
        }
        let packed = packed(&site).unwrap();
        let written = |name: &str| fs::metadata(packed.join(name)).unwrap().modified().unwrap();
        let before = written("a.js.gz");
        fs::write(site.join("pkg/b.css"), "new").unwrap();
        fs::remove_file(site.join("old.svg")).unwrap();
        super::packed(&site).unwrap();
        let names: Vec<_> = files(&packed).unwrap();
        assert_eq!(names, ["a.js.gz", "pkg/b.css"].map(|name| packed.join(name)));
        assert_eq!(written("a.js.gz"), before);
        assert_eq!(fs::read_to_string(packed.join("pkg/b.css")).unwrap(), "new");
        fs::remove_dir_all(&packed).unwrap();
        fs::remove_dir_all(site).unwrap();
    }
}
