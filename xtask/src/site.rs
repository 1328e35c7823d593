//! The site directory: the files that the server serves.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    bundler, cargo, css,
    error::{Context as _, Result},
    files, wasm,
    workspace::{Build, NAME, root},
};

/// Extensions of files that are worth compressing.
const TEXTUAL: [&str; 10] = ["css", "csv", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Builds a release of the app, and lays out its site; returns the directory.
pub fn release() -> Result<PathBuf> {
    let compiled = wasm::compile(Build::Release)?;
    let bundler = bundler::for_release()?;
    let site = lay_out(Build::Release, &compiled, &bundler)?;
    let is_textual = |file: &PathBuf| files::has_extension(file, &TEXTUAL);
    let textual: Vec<_> = files::list(&site)?.into_iter().filter(is_textual).collect();
    bundler::compress(&bundler, &textual)?;
    Ok(site)
}

/// Lays out the site of a compiled app; returns its directory.
pub fn lay_out(build: Build, compiled: &Path, bundler: &Path) -> Result<PathBuf> {
    let bindings = wasm::bind(build, compiled, bundler)?;
    let site = cargo::target()?.join(build.site());
    if site.exists() {
        fs::remove_dir_all(&site).context(|| format!("{} cannot be emptied", site.display()))?;
    }
    let pkg = site.join("pkg");
    copy(&bindings, &pkg)?;
    fs::remove_file(pkg.join(wasm::STAMP))?;
    write_style(&site)?;
    copy_public(&site)?;
    Ok(site)
}

/// Copies the files that are served unchanged into a site.
///
/// # Errors
/// When one cannot be copied.
pub fn copy_public(site: &Path) -> Result<()> {
    copy(&root().join("public"), site)
}

/// Writes the style sheet into a site.
pub fn write_style(site: &Path) -> Result<()> {
    let style = css::bundle(&root().join("style/main.css"))?;
    fs::write(site.join(format!("pkg/{NAME}.css")), style).context(|| "the style sheet cannot be written")
}

/// The name of a file's compressed variant.
pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// The directory to embed into the program: without files that have a gzip variant, from which the server restores them.
/// Unchanged files are not rewritten, so that the program is not rebuilt for them.
pub fn packed(site: &Path) -> Result<PathBuf> {
    let packed = site.with_extension("packed");
    fs::create_dir_all(&packed)?;
    let is_needed = |file: &PathBuf| !with_suffix(file, "gz").exists();
    let mut wanted = Vec::new();
    for file in files::list(site)?.into_iter().filter(is_needed) {
        let copy = packed.join(below(&file, site)?);
        let bytes = fs::read(&file)?;
        if !fs::read(&copy).is_ok_and(|existing| existing == bytes) {
            fs::create_dir_all(copy.parent().unwrap_or(&packed))?;
            fs::write(&copy, bytes)?;
        }
        wanted.push(copy);
    }
    for stale in files::list(&packed)?.iter().filter(|file| !wanted.contains(file)) {
        fs::remove_file(stale)?;
    }
    Ok(packed)
}

/// The path of a file relative to a directory.
fn below<'a>(file: &'a Path, directory: &Path) -> Result<&'a Path> {
    file.strip_prefix(directory).context(|| format!("{} lies elsewhere", file.display()))
}

/// Copies the files below one directory to another.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in files::list(from)? {
        let copy = to.join(below(&file, from)?);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        fs::copy(&file, &copy).context(|| format!("{} cannot be copied", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_again_rewrites_changed_files_only() {
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
        let names: Vec<_> = files::list(&packed).unwrap();
        assert_eq!(names, ["a.js.gz", "pkg/b.css"].map(|name| packed.join(name)));
        assert_eq!(written("a.js.gz"), before);
        assert_eq!(fs::read_to_string(packed.join("pkg/b.css")).unwrap(), "new");
        fs::remove_dir_all(&packed).unwrap();
        fs::remove_dir_all(site).unwrap();
    }
}
