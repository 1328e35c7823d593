//! Cargo, called by the tool that cargo itself started.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace::root};

/// The cargo that started this program, at the root of the workspace.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Builds with these arguments, and with those of the compiler for `target` alone. Answers the file that came out of it
/// with the extension (`""` for a program), as cargo itself tells: no guess at directories.
pub fn build(args: &[&str], compiler_args: &[&str], target: &str, extension: &str) -> Result<PathBuf> {
    let mut found = None;
    let format = ["--message-format", "json-render-diagnostics"];
    let mut build = cargo();
    if compiler_args.is_empty() {
        build.arg("build").args(args).args(format);
    } else {
        build.arg("rustc").args(args).args(format).arg("--").args(compiler_args);
    }
    process::watched(&mut build, |message| {
        found = artifact(message, target, extension).or_else(|| found.take());
    })?;
    found.with_context(|| format!("cargo built no file of {target}"))
}

/// The file in one of cargo's JSON messages, if the message tells of this target.
fn artifact(message: &str, target: &str, extension: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message.pointer("/target/name")?.as_str()? != target {
        return None;
    }
    if extension.is_empty() {
        return message.get("executable")?.as_str().map(PathBuf::from);
    }
    let files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.into_iter().find(|file| file.extension().is_some_and(|found| found == extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_wasm_file_and_the_program() {
        let lib = r#"{"reason":"compiler-artifact","target":{"name":"app"},"filenames":["/t/libapp.rlib","/t/app.wasm"],"executable":null}"#;
        let bin = r#"{"reason":"compiler-artifact","target":{"name":"token-inventory"},"filenames":["/t/x"],"executable":"/t/x"}"#;
        assert_eq!(artifact(lib, "app", "wasm"), Some("/t/app.wasm".into()));
        assert_eq!(artifact(lib, "token-inventory", ""), None);
        assert_eq!(artifact(bin, "token-inventory", ""), Some("/t/x".into()));
    }
}
