//! Activates a token of the current user.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{otp::Code, self_service::ActivationOutcome, token::TokenId};

use crate::api::AppError;

/// Activates a token that is assigned to the current user.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "my/activate")]
pub async fn activate_own(token: TokenId, code: Code) -> Result<ActivationOutcome, AppError> {
    use crate::api::services::{my_tokens, with_status};
    with_status(my_tokens()?.activate(token, code).await)
}
