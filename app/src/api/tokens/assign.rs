//! Assigns tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::ports::{Assignment, Outcome};

use crate::api::AppError;

/// Assigns tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/assign")]
pub async fn assign_tokens(assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{administrator, answer};
    answer(administrator()?.directory.assign(assignments).await)
}
