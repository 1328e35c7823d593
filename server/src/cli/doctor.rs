//! `token-inventory doctor`: the examination of the tenant, or its trial.

use std::process::ExitCode;

use clap::Args;

use super::{
    exit::CommandError,
    output::Output,
    trial::{self, TrialArgs},
};
use crate::{
    doctor::command::{self, DoctorArgs},
    terminal::print_error,
};

/// What `token-inventory doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorCommand {
    #[command(flatten)]
    doctor: DoctorArgs,
    #[command(flatten)]
    trial: TrialArgs,
}

/// Examines the tenant, or tries it; [`super::Exit`] lists the exit codes of the trial.
pub async fn run(command: DoctorCommand) -> ExitCode {
    let DoctorCommand { doctor, trial } = command;
    if !trial.is_wanted() {
        return command::run(doctor).await;
    }
    let output = Output::new(doctor.json);
    let exit =
        trial::run(trial, doctor.tenant, output).await.unwrap_or_else(|CommandError { exit, message }| {
            output.print_problem(exit, &message);
            print_error(message.trim_end());
            exit
        });
    exit.into()
}
