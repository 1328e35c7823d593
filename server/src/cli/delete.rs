//! `token-inventory delete SERIAL…`.

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

/// What `token-inventory delete` takes.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    serials: SerialArgs,
    /// Take tokens from their users first; without it a token that somebody holds stays.
    #[arg(long)]
    unassign: bool,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    target: TargetArgs,
}

impl DeleteArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        self.change.output()
    }
}

/// Deletes the tokens from the inventory.
///
/// # Errors
/// As [`serials::run`].
pub async fn run(args: DeleteArgs) -> Result<Exit, CommandError> {
    let action = TokenAction::Delete { unassign_first: args.unassign };
    serials::run(&args.serials, &action, &args.confirmation, &args.change, args.target).await
}
