//! The current user's own tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::self_service;

use crate::api::AppError;

/// The current user's own tokens, and once what they had entered before a step-up.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "my/tokens")]
pub async fn own_tokens() -> Result<self_service::MyTokenList, AppError> {
    use crate::api::services;
    services::with_status(services::my_tokens()?.tokens().await)
}
