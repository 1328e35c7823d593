//! The JavaScript that loads the module and lends it the browser, by wasm-bindgen.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// The stem of the files that the page asks for.
pub const NAME: &str = "token-inventory";

/// Puts the module and its bindings into a directory, with the names of functions, for people who look for faults.
pub fn generate(compiled: &Path, directory: &Path) -> Result<()> {
    write(Bindgen::new().demangle(true), compiled, directory)
}

/// The same for a module that was split, without anything that only a debugger reads.
#[cfg(feature = "release")]
pub fn generate_for_parts(main: &Path, directory: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    // The parts name what they need of the module by the linker's names.
    bindgen.keep_lld_exports(true).demangle(false).remove_name_section(true).remove_producers_section(true);
    write(&mut bindgen, main, directory)
}

fn write(bindgen: &mut Bindgen, module: &Path, directory: &Path) -> Result<()> {
    bindgen
        .input_path(module)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .generate(directory)
        .context("wasm-bindgen failed")?;
    // Leptos' page asks for the module without wasm-bindgen's suffix.
    fs::rename(directory.join(format!("{NAME}_bg.wasm")), directory.join(format!("{NAME}.wasm")))?;
    Ok(())
}
