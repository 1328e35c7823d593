//! Connects a tenant, for the local operator.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;
use crate::api::connection::Credentials;

/// Checks the credentials with Microsoft Entra, and connects that tenant.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/connect")]
pub async fn connect(credentials: Credentials) -> Result<(), AppError> {
    use crate::api::{
        access::Access,
        services::{settings_service, with_status},
    };
    with_status(settings_service(Access::Operator)?.connect(credentials).await)
}
