//! `token-inventory unassign SERIAL…`.

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

/// What `token-inventory unassign` takes.
#[derive(Debug, Args)]
pub struct UnassignArgs {
    #[command(flatten)]
    serials: Serials,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    place: Place,
}

impl UnassignArgs {
    /// Words or JSON.
    pub const fn output(&self) -> Output {
        self.manner.output()
    }
}

/// Takes the tokens from their users.
///
/// # Errors
/// As [`serials::run`].
pub async fn run(args: UnassignArgs) -> Result<Exit, Problem> {
    serials::run(&args.serials, &TokenAction::Unassign, &args.confirmation, &args.manner, args.place).await
}
