//! `cargo xtask …`: builds, runs, tests and measures the project. One module a job; this one reads the command line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

mod bench;
mod budget;
mod cargo;
mod chromium;
mod compress;
mod css;
mod dist;
mod footprint;
mod links;
mod lockfile;
mod messages;
mod npm;
mod pictures;
mod process;
mod reference;
mod running;
mod server;
mod site;
mod sizes;
mod split;
mod stages;
mod tally;
mod test;
mod toolchain;
mod wasm;
mod wasm_opt;
mod wine;
mod workspace;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use workspace::{Build, NAME};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, runs, tests and measures the project"
)]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the app and the server, and serve them with the practice tenant behind
    Run {
        /// Build faster, run slower
        #[arg(long)]
        debug: bool,
        /// Arguments for the server
        #[arg(last = true)]
        server_args: Vec<OsString>,
    },
    /// Build the app and the server
    Build {
        /// Build faster, run slower
        #[arg(long)]
        debug: bool,
    },
    /// Check and test everything
    Test(test::Options),
    /// Measure the release build: speed in the browser, and the size of the first load
    Bench {
        /// Arguments for Playwright, such as the name of one measurement
        #[arg(last = true)]
        playwright_args: Vec<OsString>,
    },
    /// Make what people are given, in target/dist: programs, licences, list of parts, checksums
    Dist(dist::Options),
    /// Measure the release program: its size, its start, its memory
    Footprint {
        /// A program that is there already, such as one of target/dist
        program: Option<PathBuf>,
    },
    /// Check the lengths of files and functions, and that colours have names
    Budget,
    /// Check that the documentation's links lead somewhere, and that the messages it explains are the program's
    Links,
    /// Take the pictures of the documentation anew
    Pictures,
    /// Write the configuration reference from what the program says about its settings
    Reference {
        /// A program that is there already
        program: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match perform(CommandLine::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Run { debug, server_args } => {
            server::ensure_port_is_free(&server_args)?;
            let build = Build::from_debug(debug);
            let site = site::build(build)?;
            server::run(&server::build(build, &site)?, build, &site, &server_args)
        }
        Task::Build { debug } => {
            let build = Build::from_debug(debug);
            let site = site::build(build)?;
            println!("Site: {}", site.display());
            println!("Server: {}", server::build(build, &site)?.display());
            Ok(())
        }
        Task::Test(options) => test::test(&options),
        Task::Bench { playwright_args } => bench::bench(&playwright_args),
        Task::Dist(options) => dist::dist(&options),
        Task::Footprint { program: Some(program) } => footprint::measure(&std::path::absolute(program)?),
        Task::Footprint { program: None } => {
            footprint::measure(&server::build(Build::Release, &site::build(Build::Release)?)?)
        }
        Task::Budget => budget::check(),
        Task::Links => links::check().and_then(|()| messages::check()),
        Task::Pictures => pictures::take(),
        Task::Reference { program: Some(program) } => reference::write(&program),
        Task::Reference { program: None } => reference::write(&cargo::tested(NAME)?),
    }
}
