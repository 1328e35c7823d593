//! Whether the tenant lets people use hardware OATH tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::ports::MethodPolicy;

use crate::api::AppError;

/// Whether the tenant lets people use hardware OATH tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tenant/policy")]
pub async fn read_method_policy() -> Result<MethodPolicy, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.method_policy().await)
}
