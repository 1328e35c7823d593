//! The tasks of `cargo xtask`, one module each; this module parses the command line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool prints to the terminal")]

mod bench;
mod budget;
mod changed;
mod chromium;
mod circles;
mod citations;
mod deny;
mod dist;
mod documentation;
mod footprint;
mod links;
mod mask;
mod messages;
mod pictures;
mod reference;
mod running;
mod sizes;
mod sources;
mod tally;
mod test;
mod timings;
mod wine;
mod words;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use xtask::{app, run, watch};

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
        /// Build what people are given: takes longer, is smaller and faster
        #[arg(long)]
        release: bool,
        /// Arguments for the server
        #[arg(last = true)]
        server_args: Vec<OsString>,
    },
    /// The same, and bring what is edited to the page
    Watch {
        /// Arguments for the server
        #[arg(last = true)]
        server_args: Vec<OsString>,
    },
    /// Build the release of the app and the server
    Build {
        /// Build what `run` serves: sooner ready, larger and slower
        #[arg(long)]
        debug: bool,
    },
    /// Check and test everything
    Test(test::TestOptions),
    /// Measure the release build: speed in the browser, and the size of the first load
    Bench {
        /// Arguments for Playwright, such as the name of one measurement
        #[arg(last = true)]
        playwright_args: Vec<OsString>,
    },
    /// Make what people are given, in target/dist: programs, licences, list of parts, checksums
    Dist(dist::DistOptions),
    /// Measure the release program: its size, its start, its memory
    Footprint {
        /// A program that is there already, such as one of target/dist
        program: Option<PathBuf>,
    },
    /// Measure how long a clone takes to the first page, and to the end of the tests
    Timings {
        /// What to measure; without any, both
        #[arg(value_enum)]
        subjects: Vec<timings::Subject>,
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

/// Performs the task that the command line names.
pub fn main() -> ExitCode {
    let outcome = documentation::as_rustdoc().unwrap_or_else(|| perform(CommandLine::parse().task));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Run { release, server_args } => Ok(run::run(release, &server_args)?),
        Task::Watch { server_args } => Ok(watch::watch(&server_args)?),
        Task::Build { debug } => {
            let app = if debug { app::debug()? } else { app::release()? };
            println!("Site: {}", app.site.display());
            println!("Server: {}", app.server.display());
            Ok(())
        }
        Task::Test(options) => test::test(&options),
        Task::Bench { playwright_args } => bench::bench(&playwright_args),
        Task::Dist(options) => dist::dist(&options),
        Task::Footprint { program: Some(program) } => footprint::measure(&std::path::absolute(program)?),
        Task::Footprint { program: None } => footprint::measure(&app::release()?.server),
        Task::Timings { subjects } => timings::take(&subjects),
        Task::Budget => budget::check(),
        Task::Links => links::check().and_then(|()| messages::check()).and_then(|()| words::check()),
        Task::Pictures => pictures::take(),
        Task::Reference { program: Some(program) } => reference::write(&program),
        Task::Reference { program: None } => reference::write(&app::debug_server()?),
    }
}
