//! Deletes tokens from the inventory.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{audit::RunRows, ports::Outcome, token::TokenId};

use crate::api::AppError;

/// Deletes tokens from the inventory.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/delete")]
pub async fn delete_tokens(tokens: Vec<TokenId>, run: Option<RunRows>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{admin_services_for_run, with_status};
    with_status(admin_services_for_run(run)?.directory.delete(tokens).await)
}
