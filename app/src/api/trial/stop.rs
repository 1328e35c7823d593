//! Stops a trial.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Asks the trial to stop, and to remove what it made.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "trial/stop")]
pub async fn stop_trial() -> Result<(), AppError> {
    use crate::api::services::{trial_service, with_status};
    with_status(trial_service()?.stop().await)
}
