//! `token-inventory import`, `activate`, `assign`, `unassign`, `delete`, `list` and `export`: the browser's work, for people
//! who script.
//!
//! Parsers, plans, engine and reports are those of the browser (`token_core`); here is only what a terminal needs: `files`
//! read and written, `output` in words or JSON lines, a `confirm`ation, a bar (`screen`), an `exit` code. Every write goes
//! through the audit trail first (`recorded`), in the name of whoever runs the command (`tenant`).

mod activate;
mod assign;
mod confirm;
mod delete;
mod exit;
mod export;
mod files;
mod filter;
mod import;
mod list;
mod manner;
mod output;
mod plan;
mod reading;
mod recorded;
mod rows;
mod screen;
mod serials;
mod table;
mod tasks;
mod tenant;
mod unassign;

use std::process::ExitCode;

use clap::Subcommand;

pub use self::exit::Exit;
use self::{exit::Problem, output::Output};
use crate::start::complain;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Headless {
    /// Import a seed file, and assign and activate its tokens.
    Import(Box<import::ImportArgs>),
    /// Activate tokens that their users hold already, with the seeds of a file.
    Activate(Box<activate::ActivateArgs>),
    /// Assign tokens of the inventory to users.
    Assign(Box<assign::AssignArgs>),
    /// Take tokens from their users.
    Unassign(Box<unassign::UnassignArgs>),
    /// Delete tokens from the inventory.
    Delete(Box<delete::DeleteArgs>),
    /// List the inventory.
    List(Box<list::ListArgs>),
    /// Save the inventory as CSV or JSON.
    Export(Box<export::ExportArgs>),
}

/// Does what is asked; how it ends tells the exit code ([`Exit`]).
pub async fn run(command: Headless) -> ExitCode {
    let (output, done) = match command {
        Headless::Import(args) => (args.output(), import::run(*args).await),
        Headless::Activate(args) => (args.output(), activate::run(*args).await),
        Headless::Assign(args) => (args.output(), assign::run(*args).await),
        Headless::Unassign(args) => (args.output(), unassign::run(*args).await),
        Headless::Delete(args) => (args.output(), delete::run(*args).await),
        Headless::List(args) => (args.output(), list::run(*args).await),
        Headless::Export(args) => (Output::new(false), export::run(*args).await),
    };
    let exit = done.unwrap_or_else(|Problem { exit, message }| {
        output.problem(exit, &message);
        complain(message.trim_end());
        exit
    });
    exit.into()
}
