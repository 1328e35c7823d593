//! Documents the crates with warnings denied: links that lead nowhere, or to something private, are errors.
//!
//! `cargo doc` checks every dependency again, though the tests have just built them. `cargo test --doc` calls rustdoc with what is
//! built, to run examples. So this program takes rustdoc's place there, and has the real one document the crate instead.

use std::{env, ffi::OsString, fs, process::Command};

use anyhow::{Context as _, Result, ensure};
use xtask::{
    cargo::{self, cargo},
    process,
    workspace::root,
};

use crate::sources;

/// Names the real rustdoc for this program when cargo calls it as rustdoc.
const RUSTDOC: &str = "TOKEN_INVENTORY_RUSTDOC";
/// What rustdoc understands after the three backticks of a block of Rust.
const OF_RUST: [&str; 5] = ["compile_fail", "ignore", "no_run", "rust", "should_panic"];
/// Programs, whose private items are documented.
const PROGRAMS: [&str; 2] = ["bundler", "tasks"];

/// Documents all crates of the workspace, with the artefacts of its tests.
///
/// # Errors
/// With warnings, and when there is an example, which nothing would run.
pub fn check() -> Result<()> {
    let examples = examples()?;
    ensure!(
        examples.is_empty(),
        "examples in the documentation are not run; write tests instead, or mark the block as text:\n  {}",
        examples.join("\n  ")
    );
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let out = cargo::target()?.join("doc");
    let flags = format!("--deny\u{1f}warnings\u{1f}--out-dir\u{1f}{}", out.display());
    let mut document = cargo::linted();
    document.args(["test", "--locked", "--doc", "--no-fail-fast"]).args(cargo::TESTED);
    // Not the running program's own path, since the tests' build has replaced that file.
    document.env("RUSTDOC", cargo::program(None, "dev", "tasks")?).env(RUSTDOC, rustdoc);
    document.env_remove("RUSTDOCFLAGS").env("CARGO_ENCODED_RUSTDOCFLAGS", flags);
    process::run(&mut document)?;
    let mut xtask = cargo();
    xtask.args(["doc", "--no-deps", "--manifest-path", "xtask/Cargo.toml", "--workspace"]);
    Ok(process::run(xtask.env("RUSTDOCFLAGS", "--deny warnings"))?)
}

/// Documents a crate if cargo calls this program as rustdoc; `None` otherwise.
pub fn as_rustdoc() -> Option<Result<()>> {
    let rustdoc = env::var_os(RUSTDOC)?;
    let arguments = env::args_os().skip(1).collect();
    Some(process::run(Command::new(rustdoc).args(documenting(arguments))).map_err(Into::into))
}

/// Turns rustdoc's arguments for running a crate's examples into those for documenting it.
fn documenting(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut given = arguments.iter();
    let name =
        given.by_ref().find(|argument| *argument == "--crate-name").and_then(|_| given.next()).cloned();
    let of_itself = |value: &OsString| {
        let (Some(name), Some((external, _))) =
            (name.as_ref(), value.to_str().and_then(|value| value.split_once('=')))
        else {
            return false;
        };
        name == external
    };
    let mut kept = Vec::new();
    let mut rest = arguments.iter().cloned().peekable();
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--test") => {}
            Some("--test-args" | "--test-run-directory") => _ = rest.next(),
            Some("--extern") if rest.peek().is_some_and(of_itself) => _ = rest.next(),
            _ => kept.push(argument),
        }
    }
    if name.is_some_and(|name| PROGRAMS.iter().any(|program| name == *program)) {
        kept.push("--document-private-items".into());
    }
    kept
}

/// Where the documentation has a code block that rustdoc would run.
fn examples() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in sources::CRATES {
        for file in sources::of(folder)? {
            let source =
                fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let name = file.strip_prefix(root()).unwrap_or(&file).display();
            found.extend(lines_of_examples(&source).map(|line| format!("{name}:{line}")));
        }
    }
    Ok(found)
}

/// The lines at which a code block of Rust begins in a comment of the documentation.
fn lines_of_examples(source: &str) -> impl Iterator<Item = usize> {
    let mut is_open = false;
    source.lines().enumerate().filter_map(move |(index, line)| {
        let comment = line.trim_start();
        let text = comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!"))?;
        let language = text.trim().strip_prefix("```")?;
        is_open = !is_open;
        let is_rust = language.split([',', ' ']).all(|word| word.is_empty() || OF_RUST.contains(&word));
        (is_open && is_rust).then_some(index + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_of_examples_become_those_of_documentation() {
        let given = "--edition=2024 --crate-name tasks --test src/lib.rs --test-run-directory /w --extern xtask=x.rlib \
                     --extern tasks=t.rlib --test-args --quiet --deny warnings";
        let arguments = given.split(' ').map(Into::into).collect();
        let expected = "--edition=2024 --crate-name tasks src/lib.rs --extern xtask=x.rlib --deny warnings \
                        --document-private-items";
        assert_eq!(documenting(arguments), expected.split(' ').map(OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn finds_examples() {
        let source = "//! ```text\n//! a\n//! ```\n/// ```\n/// f();\n/// ```\n    /// ```no_run\n    /// ```\n// ```\n";
        assert_eq!(lines_of_examples(source).collect::<Vec<_>>(), [4, 7]);
    }
}
