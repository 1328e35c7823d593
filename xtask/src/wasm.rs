//! The browser's part: the app as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use crate::{
    cargo::{self, cargo},
    error::{Context as _, Result},
    lockfile, process, site, toolchain, wasm_opt,
    workspace::Build,
};

/// The arguments that the linker needs for a module that can be split.
const RELOCATIONS: [&str; 2] = ["-C", "link-args=--emit-relocs"];

/// Crates of which the whole first page is made. Unoptimised, the browser needs twice as long for it; the rest of the
/// dependencies is not worth the compiler's time.
const OPTIMISED: [&str; 7] =
    ["app", "leptos", "leptos_meta", "leptos_router", "reactive_graph", "tachys", "token-core"];

/// Compiles the app; answers the module as the compiler makes it. That of a release can be split.
///
/// # Errors
/// When the compiler is not satisfied.
pub fn compile(build: Build) -> Result<PathBuf> {
    compile_by(cargo(), build)
}

/// The same by a cargo that was told more.
///
/// # Errors
/// When the compiler is not satisfied.
pub fn compile_by(mut compile: Command, build: Build) -> Result<PathBuf> {
    lockfile::check_wasm_bindgen()?;
    toolchain::ensure_wasm_target()?;
    match build {
        Build::Watch => _ = compile.arg("build").args(app(build, "watch")),
        Build::Debug => {
            compile.arg("build").args(app(build, "hydrate"));
            let optimise =
                |package| ["--config".to_owned(), format!("profile.dev.package.{package}.opt-level=1")];
            compile.args(OPTIMISED.into_iter().flat_map(optimise));
        }
        Build::Release => {
            compile.arg("rustc").args(app(build, "hydrate,split")).arg("--").args(RELOCATIONS);
        }
    }
    process::run(&mut compile)?;
    cargo::built(Some(toolchain::WASM), build.wasm_profile(), "app.wasm")
}

/// What cargo is told about the app, with these features.
fn app(build: Build, features: &'static str) -> impl Iterator<Item = &'static str> {
    let app = ["--locked", "--package", "app", "--lib", "--target", toolchain::WASM, "--features", features];
    app.into_iter().chain(["--profile", build.wasm_profile()])
}

/// Makes the module's bindings by the [bundler](crate::bundler); answers the directory with `NAME.js` and `NAME.wasm`.
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
    fs::write(stamp, made_from).context(|| "cannot write the stamp of the bindings")?;
    Ok(bindings)
}

/// The file among the bindings that names what they were made from. It is not for the browser.
pub const STAMP: &str = "made-from";

/// Names the input of the bindings, so that the same input is not worked on twice.
fn made_from(compiled: &Path, bundler: &Path, optimiser: Option<&Path>) -> Result<String> {
    let written = |file: &Path| -> Result<u128> {
        let modified = fs::metadata(file)?.modified()?.duration_since(SystemTime::UNIX_EPOCH);
        Ok(modified.unwrap_or_default().as_nanos())
    };
    Ok(format!("app {} bundler {} optimiser {optimiser:?}", written(compiled)?, written(bundler)?))
}

fn modules(bindings: &Path) -> Result<Vec<PathBuf>> {
    Ok(site::files(bindings)?.into_iter().filter(|file| site::has_extension(file, &["wasm"])).collect())
}
