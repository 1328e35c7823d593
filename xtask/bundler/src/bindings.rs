//! Generates the JavaScript bindings of the module with wasm-bindgen.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// The stem of the generated files, which a release follows with a version.
pub const NAME: &str = "token-inventory";

/// Writes the module and its bindings into a directory, with function names for debugging.
pub fn generate(compiled: &Path, directory: &Path) -> Result<()> {
    write(Bindgen::new().demangle(true), compiled, directory, NAME)
}

/// The same for a module that was split, without debug information, under another name.
#[cfg(feature = "release")]
pub fn generate_for_parts(main: &Path, directory: &Path, name: &str) -> Result<()> {
    let mut bindgen = Bindgen::new();
    // The parts refer to the module's exports by the linker's names.
    bindgen.keep_lld_exports(true).demangle(false).remove_name_section(true).remove_producers_section(true);
    write(&mut bindgen, main, directory, name)
}

fn write(bindgen: &mut Bindgen, module: &Path, directory: &Path, name: &str) -> Result<()> {
    bindgen
        .input_path(module)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .generate(directory)
        .context("wasm-bindgen failed")?;
    // Leptos loads the module without wasm-bindgen's suffix, and wasm-bindgen takes what follows a dot in a name for its ending.
    fs::rename(directory.join(format!("{NAME}_bg.wasm")), directory.join(format!("{name}.wasm")))?;
    Ok(fs::rename(directory.join(format!("{NAME}.js")), directory.join(format!("{name}.js")))?)
}
