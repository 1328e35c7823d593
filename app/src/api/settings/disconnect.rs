//! Disconnects the tenant.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Disconnects the tenant and drops its credentials and access tokens; the practice tenant replaces it.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/disconnect")]
pub async fn disconnect() -> Result<(), AppError> {
    use crate::api::{
        access::Access,
        services::{settings_service, with_status},
    };
    with_status(settings_service(Access::Operator)?.disconnect().await)
}
