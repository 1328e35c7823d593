//! Cargo, called by the tool that cargo itself started.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace::root};

/// Cargo tells in JSON what it builds, and people what goes wrong.
pub const FORMAT: [&str; 2] = ["--message-format", "json-render-diagnostics"];

/// The cargo that started this program, at the root of the workspace.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Builds with these arguments, and with those of the compiler for `target` alone. Answers the file that came out of it
/// with the extension (`""` for a program), as cargo itself tells: no guess at directories.
pub fn build(args: &[&str], compiler_args: &[&str], target: &str, extension: &str) -> Result<PathBuf> {
    let mut build = cargo();
    if compiler_args.is_empty() {
        build.arg("build").args(args).args(FORMAT);
    } else {
        build.arg("rustc").args(args).args(FORMAT).arg("--").args(compiler_args);
    }
    outcome(&mut build, target, extension)
}

/// The program that the tests of the workspace were run with: what they share was compiled with the features of all
/// of them, and a build of the program alone would compile it once more.
pub fn tested(program: &str) -> Result<PathBuf> {
    outcome(cargo().args(["test", "--workspace", "--no-run"]).args(FORMAT), program, "")
}

/// The file that came out of this command of cargo's, which has the [`FORMAT`].
pub fn outcome(command: &mut Command, target: &str, extension: &str) -> Result<PathBuf> {
    let mut found = None;
    process::watched(command, |message| {
        found = artifact(message, target, extension).or_else(|| found.take());
    })?;
    found.with_context(|| format!("cargo built no file of {target}"))
}

/// The file in one of cargo's JSON messages, if the message tells of this target.
fn artifact(message: &str, target: &str, extension: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let its_tests = message.pointer("/profile/test").and_then(Value::as_bool).unwrap_or_default();
    if its_tests || message.pointer("/target/name")?.as_str()? != target {
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
        let tests =
            r#"{"profile":{"test":true},"target":{"name":"token-inventory"},"executable":"/t/deps/x-1"}"#;
        assert_eq!(artifact(tests, "token-inventory", ""), None);
        assert_eq!(artifact(lib, "app", "wasm"), Some("/t/app.wasm".into()));
        assert_eq!(artifact(lib, "token-inventory", ""), None);
        assert_eq!(artifact(bin, "token-inventory", ""), Some("/t/x".into()));
    }
}
