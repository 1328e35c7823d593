//! The program `token-inventory`: serves the app or the practice tenant, and runs the command line's subcommands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use practice::PracticeSettings;
use server::{
    cli::{
        self, CliCommand,
        audit::{self, AuditCommand},
        doctor::{self, DoctorCommand},
    },
    config::{Config, ServeArgs},
    health::{self, HealthArgs},
    start, terminal,
};

/// Import, assign and activate hardware OATH tokens of Microsoft Entra ID, in the browser or from a terminal.
#[derive(Parser)]
#[command(name = "token-inventory", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app (the default).
    Serve(Box<ServeArgs>),
    /// Examine the tenant: connection, clock, credentials, permissions, policy. Changes nothing, except with --trial.
    Doctor(Box<DoctorCommand>),
    /// The browser's work, from a terminal.
    #[command(flatten)]
    Cli(CliCommand),
    /// Ask the server on this machine whether it is well: for containers.
    Healthcheck(HealthArgs),
    /// Verify, export or sign the audit trail.
    Audit(AuditCommand),
    /// Serve the practice tenant alone, for another program to talk to.
    PracticeTenant {
        /// Port on 127.0.0.1; 0 takes any free one.
        #[arg(long, default_value_t = 9100)]
        port: u16,
        #[command(flatten)]
        settings: PracticeSettings,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    start::log_to_stderr();
    start::forbid_core_dumps();
    let cli = Cli::parse();
    let by_double_click = std::env::args_os().len() == 1;
    let result = match cli.command.unwrap_or_else(|| Command::Serve(Box::new(cli.serve))) {
        Command::Serve(args) => match Config::check(*args) {
            Ok(config) => start::serve(config, by_double_click).await,
            Err(problems) => Err(problems.to_string()),
        },
        Command::Cli(command) => return cli::run(command).await,
        Command::Healthcheck(args) => health::command(&args).await,
        Command::Audit(command) => return audit::run(command).await,
        Command::Doctor(args) => return doctor::run(*args).await,
        Command::PracticeTenant { port, settings } => start::practice_tenant(settings, port).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            terminal::print_error(&message);
            if by_double_click {
                start::single_instance::wait_for_enter();
            }
            ExitCode::FAILURE
        }
    }
}
