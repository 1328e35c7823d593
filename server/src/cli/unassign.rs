//! `token-inventory unassign SERIAL…`.

use clap::Args;
use token_core::plan::TokenAction;

use super::{
    change_args::ChangeArgs,
    confirm::Confirmation,
    exit::{CommandError, Exit},
    output::Output,
    serials::{self, SerialArgs},
    tenant::TargetArgs,
};

/// What `token-inventory unassign` takes.
#[derive(Debug, Args)]
pub struct UnassignArgs {
    #[command(flatten)]
    serials: SerialArgs,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    target: TargetArgs,
}

impl UnassignArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        self.change.output()
    }
}

/// Takes the tokens from their users.
///
/// # Errors
/// As [`serials::run`].
pub async fn run(args: UnassignArgs) -> Result<Exit, CommandError> {
    serials::run(&args.serials, &TokenAction::Unassign, &args.confirmation, &args.change, args.target).await
}
