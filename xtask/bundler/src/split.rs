//! Splits pages that the first page does not need out of the WebAssembly module into lazily loaded parts.
//!
//! The compiler keeps the split points (the macros of `app/src/lazy.rs`) and, as `xtask::wasm` requests, the relocations. Code that several
//! parts share and the first page does not need becomes a file of its own: a chunk.

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::Options;

use crate::bindings::NAME;

/// The script that loads parts. Leptos' preloading expects this name.
pub const LOADER: &str = "__wasm_split.______________________.js";

/// The list of each part's files, and of the main module's under its [`NAME`]. Leptos' preloading expects this name.
pub const MANIFEST: &str = "__wasm_split_manifest.json";

/// Splits the compiled module: writes parts and their loader to `pkg`. Returns the main module, still without bindings, and
/// what these are to be named.
pub fn split(compiled: &Path, pkg: &Path) -> Result<(PathBuf, String)> {
    let input = fs::read(compiled).with_context(|| format!("{} cannot be read", compiled.display()))?;
    let main = compiled.with_extension("main.wasm");
    let version = version(&input);
    let name = format!("{NAME}.{version}");
    let main_module = format!("./{name}.js");
    let link_name = format!("./{LOADER}");
    let mut options = Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let made = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("{error:#}").context("the app cannot be split"))?;
    let mut files_of_part = made.prefetch_map;
    name_by_version(pkg, made.split_modules, &mut files_of_part, &version)?;
    files_of_part.insert(NAME.to_owned(), vec![name.clone()]);
    fs::write(pkg.join(MANIFEST), serde_json::to_string(&files_of_part)?)?;
    Ok((main, name))
}

/// The version of a build: a hash of its module.
fn version(input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Adds the version to the names of the parts in all files: a page that was opened before an update must not load parts of the
/// new version, which are incompatible.
fn name_by_version(
    pkg: &Path,
    parts: Vec<PathBuf>,
    files_of_part: &mut HashMap<String, Vec<String>>,
    version: &str,
) -> Result<()> {
    let loader = pkg.join(LOADER);
    let mut script = fs::read_to_string(&loader).context("the loader of the parts cannot be read")?;
    for part in parts {
        let stem = part.file_stem().unwrap_or_default().to_string_lossy();
        script = script.replace(&format!("./{stem}.wasm"), &format!("./{stem}.{version}.wasm"));
        fs::rename(&part, pkg.join(format!("{stem}.{version}.wasm")))?;
    }
    files_of_part.values_mut().flatten().for_each(|stem| *stem = format!("{stem}.{version}"));
    Ok(fs::write(loader, script)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_and_the_list_name_the_parts_by_their_version() {
        let pkg = std::env::temp_dir().join(format!("split-{}", std::process::id()));
        fs::create_dir_all(&pkg).unwrap();
        fs::write(pkg.join("split_import.wasm"), "part").unwrap();
        fs::write(pkg.join(LOADER), r#"new URL("./split_import.wasm", import.meta.url)"#).unwrap();
        let mut files = HashMap::from([("import".to_owned(), vec!["split_import".to_owned()])]);
        name_by_version(&pkg, vec![pkg.join("split_import.wasm")], &mut files, "7").unwrap();
        let loader = fs::read_to_string(pkg.join(LOADER));
        let part = fs::read_to_string(pkg.join("split_import.7.wasm"));
        fs::remove_dir_all(pkg).unwrap();
        assert_eq!(part.unwrap(), "part");
        assert_eq!(loader.unwrap(), r#"new URL("./split_import.7.wasm", import.meta.url)"#);
        assert_eq!(files["import"], ["split_import.7"]);
    }

    #[test]
    fn another_module_has_another_version() {
        assert_ne!(version(b"one"), version(b"two"));
    }
}
