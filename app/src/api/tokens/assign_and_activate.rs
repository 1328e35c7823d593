//! Assigns and activates tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::ports::{Activation, Outcome};

use crate::api::AppError;

/// Assigns and activates tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/assign_and_activate")]
pub async fn assign_and_activate_tokens(activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{administrator, answer};
    let services = administrator()?;
    answer(services.desk.admit_codes(activations.len()))?;
    answer(services.directory.assign_and_activate(activations).await)
}
