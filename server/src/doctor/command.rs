//! The command `token-inventory doctor`.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use clap::Args;
use token_core::checkup::Checkup;

use super::{CheckupTarget, GraphAccess, report::Report, run_checkup};
use crate::{
    config::{Access, ConfigErrors, Organisation, SelfServiceAccessArgs, TenantArgs},
    terminal::print_error,
};

/// Exit code: there is a problem.
const PROBLEM: u8 = 1;
/// Exit code: no tenant is configured, or not correctly.
const NOT_CONFIGURED: u8 = 2;
const NO_TENANT: &str = "\
No tenant is configured, so there is nothing to examine. Set these variables, or the flags of the same names:
  ENTRA_TENANT_ID            directory (tenant) id
  ENTRA_CLIENT_ID            application (client) id
  ENTRA_CLIENT_SECRET_FILE   file with the client secret (or ENTRA_CLIENT_SECRET, the secret itself)";

/// What `token-inventory doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// With whose permissions users' own tokens are changed.
    #[command(flatten)]
    pub self_service: SelfServiceAccessArgs,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Checks the configured tenant and prints the findings on standard output.
///
/// The exit code is 0 without problems, 1 with a problem, 2 without usable configuration.
pub async fn run(args: DoctorArgs) -> ExitCode {
    let mut problems = Vec::new();
    let Some(privileged_targets) = args.tenant.check_privileged_targets(&mut problems) else {
        print_error(&misconfigured(&ConfigErrors(problems)));
        return NOT_CONFIGURED.into();
    };
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
    let self_service_as_app = match args.self_service.delegated() {
        Ok(delegated) => !delegated,
        Err(problem) => {
            print_error(&misconfigured(&ConfigErrors(vec![problem])));
            return NOT_CONFIGURED.into();
        }
    };
    let target = CheckupTarget {
        settings: &settings,
        redirect_uri: None,
        access,
        self_service_as_app,
        privileged_targets,
    };
    let checkup = run_checkup(target).await;
    // If standard output is closed, the exit code is still right.
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
