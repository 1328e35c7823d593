//! Takes the pages that the first one does not need out of the WebAssembly: each becomes a file that is loaded with it.
//!
//! The compiler leaves the places in the code (`app/src/parts.rs`) and, asked by [`LINK_ARGS`], all that is needed to
//! move it. What several parts share and the first page does not need becomes a file too: a chunk.

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::Options;

use crate::workspace::NAME;

/// The arguments that the linker needs for a module that can be split.
pub const LINK_ARGS: [&str; 2] = ["-C", "link-args=--emit-relocs"];

/// The script that loads parts. Leptos' preloading of parts knows it by this name.
const LOADER: &str = "__wasm_split.______________________.js";

/// Which files a part consists of. Leptos' preloading of parts reads it from this name.
const MANIFEST: &str = "__wasm_split_manifest.json";

/// The module that is left for the first page, and the files beside it.
pub struct Split {
    /// Still without its bindings.
    pub main: PathBuf,
    /// Ready but for the optimiser.
    pub parts: Vec<PathBuf>,
}

/// Splits the compiled module; the parts and their loader go to `pkg`.
pub fn split(compiled: &Path, pkg: &Path) -> Result<Split> {
    let input = fs::read(compiled).with_context(|| format!("{} cannot be read", compiled.display()))?;
    let main = compiled.with_extension("main.wasm");
    let main_module = format!("./{NAME}.js");
    let link_name = format!("./{LOADER}");
    let mut options = Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let made = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("{error:#}").context("the app cannot be split"))?;
    let parts = name_by_version(pkg, made.split_modules, made.prefetch_map, &version(&input))?;
    Ok(Split { main, parts })
}

/// Tells one build from another.
fn version(input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Puts the version into the names of the parts, wherever they stand: a page that was opened before an update must not
/// get the parts of the new version, which do not fit. Answers the renamed parts.
fn name_by_version(
    pkg: &Path,
    parts: Vec<PathBuf>,
    mut files_of_part: HashMap<String, Vec<String>>,
    version: &str,
) -> Result<Vec<PathBuf>> {
    let loader = pkg.join(LOADER);
    let mut script = fs::read_to_string(&loader).context("the loader of the parts cannot be read")?;
    let mut named = Vec::with_capacity(parts.len());
    for part in parts {
        let stem = part.file_stem().unwrap_or_default().to_string_lossy();
        script = script.replace(&format!("./{stem}.wasm"), &format!("./{stem}.{version}.wasm"));
        let name = pkg.join(format!("{stem}.{version}.wasm"));
        fs::rename(&part, &name)?;
        named.push(name);
    }
    files_of_part.values_mut().flatten().for_each(|stem| *stem = format!("{stem}.{version}"));
    fs::write(loader, script)?;
    fs::write(pkg.join(MANIFEST), serde_json::to_string(&files_of_part)?)?;
    Ok(named)
}

/// Whether a file of the site is loaded with its page only.
pub fn is_part(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_module = file.extension().is_some_and(|kind| kind == "wasm");
    is_module && (stem.starts_with("split_") || stem.starts_with("chunk_"))
}

/// Whether a file of the site is for the server only.
pub fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == MANIFEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_and_the_manifest_name_the_parts_by_their_version() {
        let pkg = std::env::temp_dir().join(format!("split-{}", std::process::id()));
        fs::create_dir_all(&pkg).unwrap();
        fs::write(pkg.join("split_import.wasm"), "part").unwrap();
        fs::write(pkg.join(LOADER), r#"new URL("./split_import.wasm", import.meta.url)"#).unwrap();
        let files = HashMap::from([("import".to_owned(), vec!["split_import".to_owned()])]);
        let named = name_by_version(&pkg, vec![pkg.join("split_import.wasm")], files, "7").unwrap();
        let (loader, manifest) =
            (fs::read_to_string(pkg.join(LOADER)), fs::read_to_string(pkg.join(MANIFEST)));
        let part_is_there =
            named == [pkg.join("split_import.7.wasm")] && named.iter().all(|part| part.exists());
        fs::remove_dir_all(pkg).unwrap();
        assert!(part_is_there && is_part(Path::new("pkg/split_import.7.wasm")));
        assert_eq!(loader.unwrap(), r#"new URL("./split_import.7.wasm", import.meta.url)"#);
        assert_eq!(manifest.unwrap(), r#"{"import":["split_import.7"]}"#);
    }

    #[test]
    fn another_module_has_another_version() {
        assert_ne!(version(b"one"), version(b"two"));
    }
}
