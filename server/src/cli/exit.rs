//! Exit codes, and the errors that end a command.

use std::process::ExitCode;

use token_core::{error::ServiceError, run::engine::RunResult, seed_file::FileIssue};

use crate::config::ConfigErrors;

/// The exit code of a command. The numbers are documented and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything is done, or was done before.
    Done = 0,
    /// Some rows failed or are not possible; the others are done.
    Rows = 1,
    /// Wrong use, wrong configuration, or a file that cannot be read or written. Nothing was changed.
    Unusable = 2,
    /// The tenant cannot be used: no connection, credentials that are not accepted, or a missing permission.
    Tenant = 3,
    /// The audit trail cannot be written, so no further change was made.
    AuditLog = 4,
    /// Stopped, or not confirmed: the remaining rows are unchanged.
    Stopped = 5,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The exit code of a run; `open` rows failed or are not possible.
    pub fn of(ended: &RunResult, open: usize) -> Self {
        match ended {
            RunResult::Halted(error) => Self::of_fault(error),
            RunResult::Stopped => Self::Stopped,
            RunResult::Complete | RunResult::FirstEnded if open > 0 => Self::Rows,
            RunResult::Complete | RunResult::FirstEnded => Self::Done,
        }
    }

    fn of_fault(error: &ServiceError) -> Self {
        if matches!(error, ServiceError::AuditUnavailable { .. }) { Self::AuditLog } else { Self::Tenant }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// The error that ends a command, with its exit code.
#[derive(Debug)]
pub struct CommandError {
    /// The exit code.
    pub exit: Exit,
    /// The reason, and the remedy. Never holds a secret.
    pub message: String,
}

impl CommandError {
    /// Wrong use, configuration or file.
    pub fn unusable(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unusable, message: message.into() }
    }

    /// The tenant cannot be used.
    pub fn tenant(message: impl Into<String>) -> Self {
        Self { exit: Exit::Tenant, message: message.into() }
    }
}

impl From<ServiceError> for CommandError {
    fn from(error: ServiceError) -> Self {
        Self { exit: Exit::of_fault(&error), message: error.to_string() }
    }
}

impl From<FileIssue> for CommandError {
    fn from(problem: FileIssue) -> Self {
        Self::unusable(problem.to_string())
    }
}

impl From<ConfigErrors> for CommandError {
    fn from(problems: ConfigErrors) -> Self {
        let lines = problems.0.iter().map(|problem| format!("\n  - {problem}"));
        Self::unusable(format!("The configuration cannot be used:{}", lines.collect::<String>()))
    }
}
