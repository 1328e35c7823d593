//! The latest trial.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::trial::TrialState;

use crate::api::AppError;

/// The latest trial of the tenant, if there was one.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "trial/read")]
pub async fn read_trial() -> Result<Option<TrialState>, AppError> {
    use crate::api::services::{trial_service, with_status};
    with_status(trial_service()?.read().await)
}
