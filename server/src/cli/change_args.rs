//! The flags that all commands which change something share.

use std::path::PathBuf;

use clap::Args;
use token_core::user::UserId;

use super::{exit::CommandError, files::OutputFile, output::Output};

/// Flags of all commands that change something.
#[derive(Debug, Args)]
#[command(next_help_heading = "Manner")]
pub struct ChangeArgs {
    /// Say what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write the report (with --dry-run: the plan) to this file, as CSV. It holds no secret keys.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print JSON lines, an object a row, and one for the whole.
    #[arg(long)]
    json: bool,
    /// Go on for this user, although they hold a directory role such as Global Administrator (repeat, or separate by
    /// commas); at a terminal the command asks.
    #[arg(long, value_name = "UPN", value_delimiter = ',')]
    confirm_privileged: Vec<String>,
}

impl ChangeArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// Whether a flag confirms this user, by the name that the plan has or by object id.
    pub fn confirms(&self, owner: &str, user: &UserId) -> bool {
        let is_named = |name: &String| {
            let name = name.trim();
            !name.is_empty() && (name.eq_ignore_ascii_case(owner) || name.eq_ignore_ascii_case(user.as_str()))
        };
        self.confirm_privileged.iter().any(is_named)
    }

    /// The report's file, opened before any change, so that an unwritable report is found early.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn report(&self) -> Result<Option<OutputFile>, CommandError> {
        self.report.as_deref().map(OutputFile::open).transpose()
    }
}
