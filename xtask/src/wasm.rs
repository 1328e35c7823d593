//! Builds the app as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use crate::{
    cargo::{self, cargo},
    error::{Context as _, Result},
    files, lockfile, process, toolchain, wasm_opt,
    workspace::Build,
};

/// Linker arguments for a module that can be split.
const RELOCATIONS: [&str; 2] = ["-C", "link-args=--emit-relocs"];

/// The crates that render the first page, which takes twice as long unoptimised. Optimising the other dependencies is not worth
/// the compile time.
const OPTIMISED: [&str; 7] =
    ["app", "leptos", "leptos_meta", "leptos_router", "reactive_graph", "tachys", "token-core"];

/// Compiles the app; returns the module without bindings. That of a release can be split.
///
/// # Errors
/// When the build fails.
pub fn compile(build: Build) -> Result<PathBuf> {
    compile_by(cargo(), build)
}

/// The same with another cargo command, such as [`cargo::linted`].
///
/// # Errors
/// When the build fails.
pub fn compile_by(mut compile: Command, build: Build) -> Result<PathBuf> {
    lockfile::check_wasm_bindgen()?;
    toolchain::ensure_wasm_target()?;
    compile.arg("rustc");
    match build {
        Build::Watch => _ = compile.args(app(build, "watch")),
        Build::Debug => {
            compile.args(app(build, "hydrate"));
            let optimise =
                |package| ["--config".to_owned(), format!("profile.dev.package.{package}.opt-level=1")];
            compile.args(OPTIMISED.into_iter().flat_map(optimise));
        }
        Build::Release => _ = compile.args(app(build, "hydrate,split")).arg("--").args(RELOCATIONS),
    }
    process::run(&mut compile)?;
    cargo::built(Some(toolchain::WASM), build.wasm_profile(), "app.wasm")
}

/// Arguments of `cargo rustc` for the app with these features, as a module: the server links it as a library, so that its
/// manifest names no other kind.
fn app(build: Build, features: &'static str) -> impl Iterator<Item = &'static str> {
    let app =
        ["--locked", "--package", "app", "--lib", "--crate-type", "cdylib", "--target", toolchain::WASM];
    app.into_iter().chain(["--features", features, "--profile", build.wasm_profile()])
}

/// Generates the module's bindings with the [bundler](crate::bundler); returns the directory with `NAME.js` and `NAME.wasm`.
pub fn bind(build: Build, compiled: &Path, bundler: &Path) -> Result<PathBuf> {
    let bindings = cargo::target()?.join(build.bindings());
    let optimiser = wasm_opt::find().filter(|_| build == Build::Release);
    let made_from = made_from(compiled, bundler, optimiser.as_deref())?;
    let stamp = bindings.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|before| before == made_from) {
        return Ok(bindings);
    }
    if bindings.exists() {
        fs::remove_dir_all(&bindings)?;
    }
    fs::create_dir_all(&bindings)?;
    let task = if build == Build::Release { "parts" } else { "bindings" };
    process::run(Command::new(bundler).arg(task).arg(compiled).arg(&bindings))?;
    match optimiser {
        Some(optimiser) => {
            modules(&bindings)?.iter().try_for_each(|module| wasm_opt::optimise(&optimiser, module))?
        }
        None if build == Build::Release => println!("{}", wasm_opt::NOT_THERE),
        None => {}
    }
    if build == Build::Release {
        process::run(Command::new(bundler).arg("join").arg(&bindings))?;
    }
    fs::write(stamp, made_from).context(|| "cannot write the stamp of the bindings")?;
    Ok(bindings)
}

/// The file beside the bindings that identifies their input. It is not served.
pub const STAMP: &str = "made-from";

/// Identifies the input of the bindings, so that unchanged bindings are not regenerated.
fn made_from(compiled: &Path, bundler: &Path, optimiser: Option<&Path>) -> Result<String> {
    let written = |file: &Path| -> Result<u128> {
        let modified = fs::metadata(file)?.modified()?.duration_since(SystemTime::UNIX_EPOCH);
        Ok(modified.unwrap_or_default().as_nanos())
    };
    Ok(format!("app {} bundler {} optimiser {optimiser:?}", written(compiled)?, written(bundler)?))
}

fn modules(bindings: &Path) -> Result<Vec<PathBuf>> {
    Ok(files::list(bindings)?.into_iter().filter(|file| files::has_extension(file, &["wasm"])).collect())
}
