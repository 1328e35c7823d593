//! Calls cargo, and locates its build output.

use std::{
    env::consts::EXE_SUFFIX,
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::{
    error::{Context as _, Result},
    process,
    workspace::root,
};

/// The cargo that started this program, at the root of the workspace.
///
/// Without the package variables that cargo has set for this program: crates that depend on them (ring, and all that need it)
/// would be rebuilt each time another program or a person calls cargo.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| PACKAGE_VARIABLES.iter().any(|prefix| name.starts_with(prefix))) {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root());
    cargo
}

/// Prefixes of the package variables that cargo sets for a program that it runs.
const PACKAGE_VARIABLES: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// Downloads missing packages.
///
/// # Errors
/// When they cannot be downloaded.
pub fn ensure_packages() -> Result<()> {
    let fetched = cargo().args(["fetch", "--locked", "--quiet"]).stdin(Stdio::null()).output()?;
    if fetched.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&fetched.stderr);
    let cause = told.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("cargo fetch failed");
    Err(format!(
        "packages could not be downloaded ({cause}). Check the network and your proxy's settings, then run it again"
    )
    .into())
}

/// Cargo's target directory, wherever cargo's settings place it. This works without the registry.
///
/// # Errors
/// When cargo does not name it.
pub fn target() -> Result<PathBuf> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(known) = TARGET.get() {
        return Ok(known.clone());
    }
    let metadata =
        process::output(cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
    let named = target_directory(&metadata).context(|| "cargo names no target directory")?;
    Ok(TARGET.get_or_init(|| named).clone())
}

/// Reads one member of cargo's JSON. Only backslashes, which Windows' paths have, are escaped in it.
fn target_directory(metadata: &str) -> Option<PathBuf> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    let (quoted, _) = rest.split_once('"')?;
    Some(quoted.replace(r"\\", r"\").into())
}

/// The path of a program built for a target, or for this system, with a profile.
///
/// # Errors
/// When it does not exist.
pub fn program(for_target: Option<&str>, profile: &str, name: &str) -> Result<PathBuf> {
    let suffix =
        if for_target.is_some_and(|target| target.contains("windows")) { ".exe" } else { EXE_SUFFIX };
    built(for_target, profile, &format!("{name}{suffix}"))
}

/// The path of a file built for a target, or for this system, with a profile.
///
/// # Errors
/// When it does not exist.
pub fn built(for_target: Option<&str>, profile: &str, file: &str) -> Result<PathBuf> {
    let directory = if profile == "dev" { "debug" } else { profile };
    let built =
        for_target.iter().fold(target()?, |path, target| path.join(target)).join(directory).join(file);
    if built.is_file() {
        return Ok(built);
    }
    Err(format!(
        "cargo built no {}. Does a setting of yours, such as build.target, send it elsewhere?",
        built.display()
    )
    .into())
}

/// Arguments for the tests of the workspace, including the bundler's release feature.
pub const TESTED: [&str; 3] = ["--workspace", "--features", "bundler/release"];

/// Cargo with clippy as the compiler of the workspace's crates, so that one pass lints and builds. Warnings are errors.
///
/// `cargo clippy` works the same way, but with `cargo check`; checking and then building would compile everything twice.
pub fn linted() -> Command {
    let mut cargo = cargo();
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings");
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_target_directory_of_any_system() {
        let directory = |json| target_directory(json).unwrap().to_str().unwrap().to_owned();
        assert_eq!(directory(r#"{"a":1,"target_directory":"/home/ann/target","b":2}"#), "/home/ann/target");
        assert_eq!(directory(r#"{"target_directory":"C:\\src\\target"}"#), r"C:\src\target");
        assert_eq!(target_directory("{}"), None);
    }
}
