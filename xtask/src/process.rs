//! Runs other programs, and reports which one failed and how.

use std::{
    io::{BufRead, BufReader, ErrorKind},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use crate::error::{Context as _, Result};

/// Runs a program to its end, with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status();
    succeeded(status.context(|| cannot_start(command))?, command)
}

/// Runs a program; returns its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.context(|| cannot_start(command))?;
    succeeded(output.status, command)?;
    String::from_utf8(output.stdout).context(|| format!("`{}` did not write UTF-8", line(command)))
}

/// Runs a program; passes each line of its standard output to `on_line`.
pub fn run_streaming(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<()> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context(|| cannot_start(command))?;
    if let Some(stdout) = child.stdout.take() {
        for bytes in BufReader::new(stdout).split(b'\n') {
            on_line(String::from_utf8_lossy(&bytes?).trim_end());
        }
    }
    succeeded(child.wait()?, command)
}

/// Whether a program can be started.
pub fn exists(program: &str) -> bool {
    let started = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    !matches!(started, Err(error) if error.kind() == ErrorKind::NotFound)
}

/// The first of these programs that is on `PATH`.
pub fn on_path(programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let in_directories =
        |program: &&str| directories.iter().map(|d| d.join(program)).find(|file| file.is_file());
    programs.iter().find_map(in_directories)
}

fn succeeded(status: ExitStatus, command: &Command) -> Result<()> {
    if !status.success() {
        return Err(format!("`{}` failed ({status})", line(command)).into());
    }
    Ok(())
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` cannot be started", Path::new(command.get_program()).display())
}

/// The command line, with the program's bare name.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
