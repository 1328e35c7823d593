//! Claims and activates a token.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{otp::Code, self_service::ActivationOutcome, token::SerialNumber};

use crate::api::AppError;

/// Assigns the unassigned token with this serial number to the current user, and activates it.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "my/claim")]
pub async fn claim_token(serial: SerialNumber, code: Code) -> Result<ActivationOutcome, AppError> {
    use crate::api::services::{my_tokens, with_status};
    with_status(my_tokens()?.claim(serial, code).await)
}
