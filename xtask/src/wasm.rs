//! The browser's part: the app as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    cargo, lockfile, toolchain, wasm_opt,
    workspace::{self, Build, NAME},
};

/// Builds the app; answers the directory with `NAME.js` and `NAME.wasm`.
pub fn build(build: Build) -> Result<PathBuf> {
    lockfile::check_wasm_bindgen()?;
    toolchain::ensure_wasm_target()?;
    let app = ["--package", "app", "--lib", "--features", "hydrate", "--target", toolchain::WASM];
    let profile = ["--profile", build.wasm_profile()];
    let compiled = cargo::build(&[app.as_slice(), profile.as_slice()].concat(), "app", "wasm")?;
    let bindings = workspace::target()?.join(build.bindings());
    let optimiser = wasm_opt::find().filter(|_| build == Build::Release);
    let made_from = made_from(&compiled, optimiser.as_deref())?;
    let stamp = bindings.join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|before| before == made_from) {
        return Ok(bindings);
    }
    generate(&compiled, &bindings, build)?;
    match optimiser {
        Some(optimiser) => wasm_opt::optimise(&optimiser, &bindings.join(format!("{NAME}.wasm")))?,
        None if build == Build::Release => println!("{}", wasm_opt::NOT_THERE),
        None => {}
    }
    fs::write(stamp, made_from).context("cannot write the stamp of the bindings")?;
    Ok(bindings)
}

/// Names the input of the bindings, so that the same input is not worked on twice.
fn made_from(compiled: &Path, optimiser: Option<&Path>) -> Result<String> {
    let written = |file: &Path| -> Result<u128> {
        Ok(fs::metadata(file)?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?.as_nanos())
    };
    let tool = std::env::current_exe()?;
    Ok(format!("app {} tool {} optimiser {optimiser:?}", written(compiled)?, written(&tool)?))
}

fn generate(compiled: &Path, bindings: &Path, build: Build) -> Result<()> {
    if bindings.exists() {
        fs::remove_dir_all(bindings)?;
    }
    let release = build == Build::Release;
    Bindgen::new()
        .input_path(compiled)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(bindings)
        .context("wasm-bindgen failed")?;
    // Leptos' page asks for the module without wasm-bindgen's suffix.
    fs::rename(bindings.join(format!("{NAME}_bg.wasm")), bindings.join(format!("{NAME}.wasm")))?;
    Ok(())
}
