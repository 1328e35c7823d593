//! `token-inventory delete SERIAL…`.

use clap::Args;
use token_core::manage::TokenAction;

use super::{
    confirm::Confirmation,
    exit::{Exit, Problem},
    manner::Manner,
    output::Output,
    serials::{self, Serials},
    tenant::Place,
};

/// What `token-inventory delete` takes.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    serials: Serials,
    /// Take tokens from their users first; without it a token that somebody holds stays.
    #[arg(long)]
    unassign: bool,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    place: Place,
}

impl DeleteArgs {
    /// Words or JSON.
    pub const fn output(&self) -> Output {
        self.manner.output()
    }
}

/// Deletes the tokens from the inventory.
///
/// # Errors
/// As [`serials::run`].
pub async fn run(args: DeleteArgs) -> Result<Exit, Problem> {
    let action = TokenAction::Delete { unassign_first: args.unassign };
    serials::run(&args.serials, &action, &args.confirmation, &args.manner, args.place).await
}
