//! Unassigns tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{Assignment, Outcome},
};

use crate::api::AppError;

/// Unassigns tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/unassign")]
pub async fn unassign_tokens(
    assignments: Vec<Assignment>,
    run: Option<RunRows>,
) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{admin_services_for_run, with_status};
    with_status(admin_services_for_run(run)?.directory.unassign(assignments).await)
}
