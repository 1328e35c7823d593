//! Activates assigned tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{Activation, Outcome},
};

use crate::api::AppError;

/// Activates assigned tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/activate")]
pub async fn activate_tokens(
    activations: Vec<Activation>,
    run: Option<RunRows>,
) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{admin_services_for_run, with_status};
    let services = admin_services_for_run(run)?;
    with_status(services.session.check_code_limit(activations.len()))?;
    with_status(services.directory.activate(activations).await)
}
