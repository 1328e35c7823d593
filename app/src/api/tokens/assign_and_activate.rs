//! Assigns and activates tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{Activation, Outcome},
};

use crate::api::AppError;

/// Assigns and activates tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/assign_and_activate")]
pub async fn assign_and_activate_tokens(
    activations: Vec<Activation>,
    run: Option<RunRows>,
) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{administrator_of, answer};
    let services = administrator_of(run)?;
    answer(services.session.check_code_limit(activations.len()))?;
    answer(services.directory.assign_and_activate(activations).await)
}
