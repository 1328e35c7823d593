//! `cargo xtask …`: runs and watches the app itself, and delegates every other task to `tasks`, which takes longer to build.
#![expect(clippy::print_stderr, reason = "a command-line tool prints to the terminal")]

use std::{ffi::OsString, process::ExitCode};

use xtask::{
    cargo::{cargo, ensure_packages},
    error::Result,
    run, watch,
};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match perform(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\ncargo xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &[OsString]) -> Result<ExitCode> {
    let (xtask_args, server_args) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (arguments.get(..at).unwrap_or_default(), arguments.get(at + 1..).unwrap_or_default()),
        None => (arguments, &[][..]),
    };
    let words: Vec<&str> = xtask_args.iter().filter_map(|word| word.to_str()).collect();
    match words.as_slice() {
        ["run"] => run::run(false, server_args)?,
        ["run", "--release"] => run::run(true, server_args)?,
        ["watch"] => watch::watch(server_args)?,
        _ => return delegate(arguments),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs `tasks`, also for unknown tasks, which it reports.
fn delegate(arguments: &[OsString]) -> Result<ExitCode> {
    ensure_packages()?;
    let mut tasks = cargo();
    tasks.args(["run", "--locked", "--quiet", "--package", "tasks", "--"]).args(arguments);
    let code = tasks.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
