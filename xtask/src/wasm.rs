//! The browser's part: the app as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    cargo, lockfile,
    split::{self, Split},
    toolchain, wasm_opt,
    workspace::{self, Build, NAME},
};

/// Builds the app; answers the directory with `NAME.js` and `NAME.wasm`.
pub fn build(build: Build) -> Result<PathBuf> {
    lockfile::check_wasm_bindgen()?;
    toolchain::ensure_wasm_target()?;
    let compiled = compile(build)?;
    let bindings = workspace::target()?.join(build.bindings());
    let optimiser = wasm_opt::find().filter(|_| build == Build::Release);
    let made_from = made_from(&compiled, optimiser.as_deref())?;
    let stamp = bindings.join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|before| before == made_from) {
        return Ok(bindings);
    }
    if bindings.exists() {
        fs::remove_dir_all(&bindings)?;
    }
    let modules = generate(&compiled, &bindings, build)?;
    match optimiser {
        Some(optimiser) => modules.iter().try_for_each(|module| wasm_opt::optimise(&optimiser, module))?,
        None if build == Build::Release => println!("{}", wasm_opt::NOT_THERE),
        None => {}
    }
    fs::write(stamp, made_from).context("cannot write the stamp of the bindings")?;
    Ok(bindings)
}

/// The module as the compiler makes it; a release can be split.
fn compile(build: Build) -> Result<PathBuf> {
    let app = ["--package", "app", "--lib", "--target", toolchain::WASM, "--profile", build.wasm_profile()];
    let how: &[&str] = match build {
        Build::Debug => &["--features", "hydrate"],
        Build::Release => &["--features", "hydrate,split"],
    };
    let linked: &[&str] = if build == Build::Release { &split::LINK_ARGS } else { &[] };
    cargo::build(&[&app, how].concat(), linked, "app", "wasm")
}

/// Names the input of the bindings, so that the same input is not worked on twice.
fn made_from(compiled: &Path, optimiser: Option<&Path>) -> Result<String> {
    let written = |file: &Path| -> Result<u128> {
        Ok(fs::metadata(file)?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?.as_nanos())
    };
    let tool = std::env::current_exe()?;
    Ok(format!("app {} tool {} optimiser {optimiser:?}", written(compiled)?, written(&tool)?))
}

/// Puts the module and its bindings into a directory; answers the module, and the parts if it was split.
fn generate(compiled: &Path, bindings: &Path, build: Build) -> Result<Vec<PathBuf>> {
    let release = build == Build::Release;
    let split = if release {
        split::split(compiled, bindings)?
    } else {
        Split { main: compiled.to_owned(), parts: Vec::new() }
    };
    Bindgen::new()
        .input_path(&split.main)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        // The parts name what they need of the module by the linker's names.
        .keep_lld_exports(release)
        .demangle(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(bindings)
        .context("wasm-bindgen failed")?;
    // Leptos' page asks for the module without wasm-bindgen's suffix.
    let module = bindings.join(format!("{NAME}.wasm"));
    fs::rename(bindings.join(format!("{NAME}_bg.wasm")), &module)?;
    Ok([vec![module], split.parts].concat())
}
