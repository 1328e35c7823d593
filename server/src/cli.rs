//! The commands `token-inventory import`, `activate`, `find`, `assign`, `unassign`, `delete`, `list` and `export`, for scripts, `token-inventory audit`,
//! and `token-inventory doctor`, whose trial changes something.
//!
//! Parsers, plans, engine and reports are those of the browser (`token_core`). This module adds what a terminal needs: input
//! and output `files`, `output` as text or JSON lines, a `confirm`ation, a `progress` bar, an `exit` code. Every write is
//! recorded in the audit trail first (`run_directory`), under the name of the operating system's user (`tenant`).

mod activate;
mod assign;
pub mod audit;
mod change_args;
mod confirm;
mod delete;
pub mod doctor;
mod exit;
mod export;
mod files;
mod filter;
mod find;
mod import;
mod list;
mod output;
mod plan;
mod privileged;
mod progress;
mod prove;
mod rows;
mod seed_args;
mod seeds;
mod serials;
mod table;
mod tasks;
mod tenant;
mod tenant_data;
mod trial;
mod unassign;

use std::process::ExitCode;

use clap::Subcommand;

pub use self::exit::Exit;
use self::{exit::CommandError, output::Output};
use crate::terminal::print_error;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Import a seed file, and assign and activate its tokens.
    Import(Box<import::ImportArgs>),
    /// Activate tokens that their users hold already, with the secret keys of a file.
    Activate(Box<activate::ActivateArgs>),
    /// Assign tokens of the inventory to users.
    Assign(Box<assign::AssignArgs>),
    /// Say which token shows the codes on standard input: one whose serial number is worn off.
    Find(Box<find::FindArgs>),
    /// Take tokens from their users.
    Unassign(Box<unassign::UnassignArgs>),
    /// Delete tokens from the inventory.
    Delete(Box<delete::DeleteArgs>),
    /// List the inventory.
    List(Box<list::ListArgs>),
    /// Save the inventory as CSV or JSON.
    Export(Box<export::InventoryExportArgs>),
}

/// Runs a command; [`Exit`] lists the exit codes.
pub async fn run(command: CliCommand) -> ExitCode {
    let (output, done) = match command {
        CliCommand::Import(args) => (args.output(), import::run(*args).await),
        CliCommand::Activate(args) => (args.output(), activate::run(*args).await),
        CliCommand::Assign(args) => (args.output(), assign::run(*args).await),
        CliCommand::Find(args) => (args.output(), find::run(*args).await),
        CliCommand::Unassign(args) => (args.output(), unassign::run(*args).await),
        CliCommand::Delete(args) => (args.output(), delete::run(*args).await),
        CliCommand::List(args) => (args.output(), list::run(*args).await),
        CliCommand::Export(args) => (Output::new(false), export::run(*args).await),
    };
    let exit = done.unwrap_or_else(|CommandError { exit, message }| {
        output.print_problem(exit, &message);
        print_error(message.trim_end());
        exit
    });
    exit.into()
}
