//! The tokens with these ids.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{ports::IdLookup, token::TokenId};

use crate::api::AppError;

/// The tokens with these ids.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/by_id")]
pub async fn tokens_by_id(ids: Vec<TokenId>) -> Result<Vec<IdLookup>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.tokens_by_id(ids).await)
}
