//! One page of the inventory.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    ports::{Cursor, Page},
    token::Token,
};

use crate::api::AppError;

/// One page of the inventory.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/list")]
pub async fn list_tokens(after: Option<Cursor>) -> Result<Page<Token>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.tokens(after).await)
}
