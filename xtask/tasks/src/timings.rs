//! `cargo xtask timings`: measures on this machine the time from a clone to the first page, and to the end of the tests.
//!
//! Each is measured in a fresh clone of the last commit, with an empty target directory and an empty registry. Node.js, npm's
//! cache, the browser and the WebAssembly target are those of this machine.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use xtask::{cargo::cargo, process, stages::shown, workspace::root};

use crate::running;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// From a clone to the first page, and the same once more with everything built
    Run,
    /// Every check of a clone, and the same once more with everything built
    Test,
}

/// Measures these, or both.
pub fn take(subjects: &[Subject]) -> Result<()> {
    let subjects = if subjects.is_empty() { &[Subject::Run, Subject::Test] } else { subjects };
    let mut rows = Vec::new();
    for subject in subjects {
        let clone = FreshClone::make()?;
        for state in ["cold", "warm"] {
            let (name, times) = match subject {
                Subject::Run => ("run", clone.run()?),
                Subject::Test => ("test", clone.test()?),
            };
            rows.extend(
                times.into_iter().map(|(stage, time)| format!("| {name}, {state} | {stage} | {time} |")),
            );
        }
    }
    println!("\n| command | stage | time |\n|---|---|---|\n{}", rows.join("\n"));
    Ok(())
}

/// The titles and durations of stages.
type Times = Vec<(String, String)>;

/// A clone in a temporary folder; removed on drop.
struct FreshClone {
    folder: PathBuf,
}

impl FreshClone {
    fn make() -> Result<Self> {
        let clone =
            Self { folder: std::env::temp_dir().join(format!("token-inventory-{}", std::process::id())) };
        fs::create_dir_all(&clone.folder)?;
        process::run(Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(clone.checkout()))?;
        Ok(clone)
    }

    fn checkout(&self) -> PathBuf {
        self.folder.join("clone")
    }

    /// `cargo xtask run`, until the first page is served.
    fn run(&self) -> Result<Times> {
        let began = Instant::now();
        let mut running = KillOnDrop(self.xtask(&["run", "--", "--listen-addr", "127.0.0.1:0"]).spawn()?);
        let stdout = running.0.stdout.take().context("it has no standard output")?;
        let mut times = Vec::new();
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            times.extend(stage_of(&line));
            if let Some((_, port)) = line.split_once("is ready: http://localhost:") {
                running::request(port.trim().parse()?, "GET / HTTP/1.1\r\n", "")?;
                times.push(("the whole, to the first page".to_owned(), shown(began.elapsed())));
                return Ok(times);
            }
        }
        anyhow::bail!("`cargo xtask run` ended before the server was ready")
    }

    /// `cargo xtask test`, to its end.
    fn test(&self) -> Result<Times> {
        let began = Instant::now();
        let mut times = Vec::new();
        process::run_streaming(&mut self.xtask(&["test"]), |line| {
            println!("{line}");
            times.extend(stage_of(line));
        })?;
        times.push(("the whole".to_owned(), shown(began.elapsed())));
        Ok(times)
    }

    fn xtask(&self, arguments: &[&str]) -> Command {
        let mut xtask = cargo();
        xtask.arg("xtask").args(arguments).current_dir(self.checkout());
        // Cargo's settings of this process, such as a target directory, must not apply to the clone.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_")) {
            xtask.env_remove(name);
        }
        xtask.env("CARGO_HOME", self.folder.join("registry"));
        xtask.stdin(Stdio::null()).stdout(Stdio::piped());
        xtask
    }
}

impl Drop for FreshClone {
    fn drop(&mut self) {
        // Leftovers are in the temporary folder.
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// A process that is killed on drop: the server, which has replaced the tool that built it.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Parses a line of `xtask::stages`: `    The server: 2 min 3 s`.
fn stage_of(line: &str) -> Option<(String, String)> {
    let (stage, time) = line.strip_prefix("    ")?.rsplit_once(": ")?;
    let is_time = time.ends_with(" s") && time.starts_with(|first: char| first.is_ascii_digit());
    is_time.then(|| (stage.to_owned(), time.to_owned()))
}
