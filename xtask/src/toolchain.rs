//! The targets of the Rust toolchain, and the C compiler.

use std::{ffi::OsStr, path::Path, process::Command};

use crate::{
    error::{Context as _, Result},
    process,
    workspace::root,
};

/// The target of the WebAssembly app.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Adds the WebAssembly target to the active toolchain, if it is missing.
///
/// # Errors
/// When it cannot be added.
pub fn ensure_wasm_target() -> Result<()> {
    ensure_target(WASM)
}

/// Adds a target to the active toolchain, if it is missing.
pub fn ensure_target(target: &str) -> Result<()> {
    if has(target)? {
        return Ok(());
    }
    if !process::exists("rustup") {
        return Err(format!(
            "the Rust target {target} is missing, and rustup, which would add it, was not found. \
             Install Rust from https://rustup.rs, or add the target the way your Rust was installed, then try again"
        )
        .into());
    }
    println!("Adding the Rust target {target}");
    process::run(Command::new("rustup").args(["target", "add", target]).current_dir(root())).context(|| {
        format!(
            "the Rust target {target} is missing, and rustup could not add it. Check the network, \
                 then run: rustup target add {target}"
        )
    })
}

/// Checks for the C compiler that SQLite and ring are built with. On Windows the build itself finds it, and on Linux rustc links
/// with `cc`, without which this program would not run.
///
/// # Errors
/// When there is none.
pub fn ensure_c_compiler() -> Result<()> {
    if let Some(named) = std::env::var_os("CC") {
        return check_named_c_compiler(&named);
    }
    if cfg!(windows) || process::on_path(&["cc", "gcc", "clang"]).is_some() {
        return Ok(());
    }
    let remedy = match std::env::consts::OS {
        "macos" => "run: xcode-select --install",
        _ => "install it from your system's packages: build-essential on Debian and Ubuntu, gcc on Fedora",
    };
    Err(format!("a C compiler is missing; {remedy}").into())
}

/// Checks that the first word of `CC` is a program; others are a wrapper's or flags.
fn check_named_c_compiler(named: &OsStr) -> Result<()> {
    let words = named.to_string_lossy();
    match words.split_whitespace().next() {
        Some(program) if !Path::new(named).is_file() && !process::exists(program) => Err(format!(
            "the variable CC names the C compiler {program}, which was not found. Unset CC, or set it to one that is there"
        )
        .into()),
        _ => Ok(()),
    }
}

/// The host's target.
pub fn host() -> Result<String> {
    let version = process::output(rustc().arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(ToOwned::to_owned).context(|| "rustc names no host")
}

/// Asks the compiler, not rustup: Rust may have been installed without rustup.
fn has(target: &str) -> Result<bool> {
    let libraries = process::output(rustc().args(["--print", "target-libdir", "--target", target]))?;
    Ok(Path::new(libraries.trim()).is_dir())
}

fn rustc() -> Command {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(root());
    rustc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_c_compiler_that_is_named_must_be_there() {
        let cargo = std::env::var("CARGO").unwrap();
        for there in ["", "cargo", "cargo -O2", &cargo] {
            assert!(check_named_c_compiler(OsStr::new(there)).is_ok(), "{there}");
        }
        let error = check_named_c_compiler(OsStr::new("no-such-compiler -O2")).unwrap_err().to_string();
        assert!(error.contains("no-such-compiler, which was not found"), "{error}");
    }
}
