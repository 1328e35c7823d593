//! Takes the pages that the first one does not need out of the WebAssembly: each becomes a file that is loaded with it.
//!
//! The compiler leaves the places in the code (`app/src/parts.rs`) and, asked by [`LINK_ARGS`], all that is needed to
//! move it. What several parts share and the first page does not need becomes a file too: a chunk.

use std::{
    fs,
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
    let manifest = serde_json::to_string(&made.prefetch_map)?;
    fs::write(pkg.join(MANIFEST), manifest)?;
    Ok(Split { main, parts: made.split_modules })
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
