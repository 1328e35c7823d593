//! The missing permissions.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::checkup;

use crate::api::AppError;

/// The missing permissions, and what they prevent, as far as known.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tenant/missing")]
pub async fn missing_permissions() -> Result<checkup::MissingPermissions, AppError> {
    use crate::api::{
        access::Access,
        services::{settings_service, with_status},
    };
    with_status(settings_service(Access::Administrator)?.missing().await)
}
