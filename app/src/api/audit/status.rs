//! The status of the audit log.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::AuditLogStatus;

use crate::api::AppError;

/// The configuration and the status of the audit log.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/status")]
pub async fn read_trail_status() -> Result<AuditLogStatus, AppError> {
    use crate::api::services::{audit_service, with_status};
    with_status(audit_service()?.status().await)
}
