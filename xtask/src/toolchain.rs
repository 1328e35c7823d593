//! The compiler's WebAssembly target: there, or added.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{process, workspace::root};

/// The target that the browser's part is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

const NO_RUSTUP: &str = "the Rust target wasm32-unknown-unknown is missing, and rustup, which would add it, was not found. \
    Install Rust from https://rustup.rs, or add the target the way your Rust was installed, then try again";

/// Adds the WebAssembly target to the active toolchain, if it is missing.
pub fn ensure_wasm_target() -> Result<()> {
    if has_wasm_target()? {
        return Ok(());
    }
    if !process::exists("rustup") {
        bail!(NO_RUSTUP);
    }
    println!("Adding the Rust target {WASM}");
    process::run(Command::new("rustup").args(["target", "add", WASM]).current_dir(root()))
}

/// Asks the compiler, not rustup: a Rust from elsewhere may have the target too.
fn has_wasm_target() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = ["--print", "target-libdir", "--target", WASM];
    let libraries = process::output(Command::new(rustc).args(libraries).current_dir(root()))?;
    Ok(Path::new(libraries.trim()).is_dir())
}
