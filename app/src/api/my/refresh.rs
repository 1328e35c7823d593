//! Refreshes a token of the current user, whose codes are refused.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{otp::Code, self_service::ActivationOutcome, token::TokenId};

use crate::api::AppError;

/// Deactivates a token that is activated for the current user, and activates it again with this code.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "my/refresh")]
pub async fn refresh_own(token: TokenId, code: Code) -> Result<ActivationOutcome, AppError> {
    use crate::api::services::{my_tokens, with_status};
    with_status(my_tokens()?.refresh(token, code).await)
}
