//! Forgets the connected tenant.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Forgets the connected tenant, its credentials and tokens; the practice tenant takes its place.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/disconnect")]
pub async fn disconnect() -> Result<(), AppError> {
    use crate::api::services::{services, with_status};
    with_status(services()?.settings.disconnect().await)
}
