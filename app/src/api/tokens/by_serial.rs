//! The tokens with these serials.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{ports::SerialLookup, token::SerialNumber};

use crate::api::AppError;

/// The tokens with these serials.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/by_serial")]
pub async fn tokens_by_serial(serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.tokens_by_serial(serials).await)
}
