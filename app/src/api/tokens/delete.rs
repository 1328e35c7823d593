//! Deletes tokens from the inventory.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{ports::Outcome, token::TokenId};

use crate::api::AppError;

/// Deletes tokens from the inventory.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/delete")]
pub async fn delete_tokens(tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{administrator, answer};
    answer(administrator()?.directory.delete(tokens).await)
}
