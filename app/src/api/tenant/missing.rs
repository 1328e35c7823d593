//! What cannot be done for want of a permission.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::checkup;

use crate::api::AppError;

/// What cannot be done for want of a permission, as far as that is known.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tenant/missing")]
pub async fn missing_permissions() -> Result<checkup::MissingPermissions, AppError> {
    use crate::api::services::{services, with_status};
    with_status(services()?.settings.missing().await)
}
