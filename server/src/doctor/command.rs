//! `token-inventory doctor`: the examination from a terminal.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use clap::Args;
use token_core::checkup::Checkup;

use super::{CheckupTarget, GraphAccess, report::Report, run_checkup};
use crate::{
    config::{Access, ConfigErrors, Organisation, TenantArgs},
    start::print_error,
};

/// A problem stands in the way.
const PROBLEM: u8 = 1;
/// There is nothing to examine.
const NOT_CONFIGURED: u8 = 2;
const NO_TENANT: &str = "\
No tenant is configured, so there is nothing to examine. Set these variables, or the flags of the same names:
  ENTRA_TENANT_ID            directory (tenant) id
  ENTRA_CLIENT_ID            application (client) id
  ENTRA_CLIENT_SECRET_FILE   file with the client secret (or ENTRA_CLIENT_SECRET, the secret itself)";

/// What `token-inventory doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// Examines the configured tenant and prints what was found on standard output.
///
/// Ends with 0 when nothing stands in the way, with 1 when something does, with 2 when there is no usable configuration.
pub async fn run(args: DoctorArgs) -> ExitCode {
    let Organisation { settings, access } = match args.tenant.organisation() {
        Ok(Some(organisation)) => organisation,
        Ok(None) => {
            print_error(NO_TENANT);
            return NOT_CONFIGURED.into();
        }
        Err(problems) => {
            print_error(&misconfigured(&problems));
            return NOT_CONFIGURED.into();
        }
    };
    let access = match access {
        Access::Application => GraphAccess::AppOnly,
        Access::Delegated => GraphAccess::SignedOut,
    };
    let checkup = run_checkup(CheckupTarget { settings: &settings, redirect_uri: None, access }).await;
    // Nobody reads any more: the exit code still tells.
    _ = print(&checkup, args.json);
    if checkup.has_problem() { PROBLEM.into() } else { ExitCode::SUCCESS }
}

fn print(checkup: &Checkup, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, checkup)?;
        return writeln!(out);
    }
    let colours = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    write!(out, "{}", Report { checkup, colours })
}

fn misconfigured(problems: &ConfigErrors) -> String {
    let lines = problems.0.iter().map(|problem| format!("\n  - {problem}"));
    format!("The configuration cannot be used:{}", lines.collect::<String>())
}
