//! Checks the connection to the tenant.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::checkup::Checkup;

use crate::api::AppError;

/// Checks the connection to the tenant: network, clock, credentials, permissions, policy.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/check")]
pub async fn check() -> Result<Checkup, AppError> {
    use crate::api::{
        access::Access,
        services::{settings_service, with_status},
    };
    with_status(settings_service(Access::Administrator)?.check().await)
}
