//! The confirmation of commands that take something away: a question on the terminal, or `--yes`.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use token_core::plan::ActionKind;

use super::{
    exit::{CommandError, Exit},
    output::plain,
};

/// Flags of the commands that take something away.
#[derive(Debug, Args)]
pub struct Confirmation {
    /// Do it without asking; needed where there is no terminal to ask at.
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Confirmation {
    /// Checks before anything is read that a confirmation is possible. `is_listed`: standard input is the list.
    ///
    /// # Errors
    /// When there is no terminal to ask at.
    pub fn check(&self, kind: ActionKind, is_listed: bool) -> Result<(), CommandError> {
        if self.yes || (!is_listed && is_at_terminal()) {
            return Ok(());
        }
        Err(CommandError::unusable(format!(
            "{} asks first, and here is no terminal to answer at. Look at the plan with --dry-run, then add --yes. \
             Nothing was changed.",
            kind.label()
        )))
    }

    /// Checks before anything is read that a trial can be confirmed.
    ///
    /// # Errors
    /// When there is no terminal to ask at.
    pub fn check_trial(&self) -> Result<(), CommandError> {
        if self.yes || is_at_terminal() {
            return Ok(());
        }
        let why =
            "The trial asks first, and here is no terminal to answer at. Add --yes. Nothing was changed.";
        Err(CommandError::unusable(why))
    }

    /// Asks whether to begin the trial that was described.
    ///
    /// # Errors
    /// When the user does not confirm.
    pub fn ask_trial(&self) -> Result<(), CommandError> {
        let is_yes = |answer: String| matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        if self.yes || answer("Begin the trial? [y/N] ").is_ok_and(is_yes) {
            return Ok(());
        }
        Err(CommandError { exit: Exit::Stopped, message: "Nothing was changed.".to_owned() })
    }

    /// Asks for confirmation, unless `--yes` was given. `what` names the tokens.
    ///
    /// # Errors
    /// When the user does not confirm.
    pub fn ask(&self, kind: ActionKind, tokens: usize, what: &str) -> Result<(), CommandError> {
        if self.yes || tokens == 0 {
            return Ok(());
        }
        let number = tokens.to_string();
        let wanted = if kind.asks_for_count(tokens) { number.as_str() } else { "yes" };
        let question = format!("{}? Type {wanted} to go on: ", kind.label_with(what));
        let answer = answer(&plain(&question)).unwrap_or_default();
        if answer.trim().eq_ignore_ascii_case(wanted) {
            return Ok(());
        }
        Err(CommandError { exit: Exit::Stopped, message: "Nothing was changed.".to_owned() })
    }
}

/// Whether somebody can be asked.
pub(super) fn is_at_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal.
pub(super) fn answer(question: &str) -> io::Result<String> {
    let mut err = io::stderr().lock();
    err.write_all(question.as_bytes())?;
    err.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}
