//! Begins a trial.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::trial::TrialStart;

use crate::api::AppError;

/// Begins a trial with the user of this name, unless there is something against it.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "trial/start")]
pub async fn start_trial(upn: String, collide: bool) -> Result<TrialStart, AppError> {
    use crate::api::services::{trial_service, with_status};
    with_status(trial_service()?.start(upn, collide).await)
}
