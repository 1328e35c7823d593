//! Makes a token that is nobody's the person's own, and activates it.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{otp::Code, self_service::ActivationOutcome, token::SerialNumber};

use crate::api::AppError;

/// Makes the token with this serial number the person's own, and activates it.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "my/claim")]
pub async fn claim_token(serial: SerialNumber, code: Code) -> Result<ActivationOutcome, AppError> {
    use crate::api::services::{my_tokens, with_status};
    with_status(my_tokens()?.claim(serial, code).await)
}
