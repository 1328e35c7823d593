//! Deletes tokens from the inventory.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{audit::RunRows, ports::Outcome, token::TokenId};

use crate::api::AppError;

/// Deletes tokens from the inventory.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/delete")]
pub async fn delete_tokens(tokens: Vec<TokenId>, run: Option<RunRows>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{administrator_of, answer};
    answer(administrator_of(run)?.directory.delete(tokens).await)
}
