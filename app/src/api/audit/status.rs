//! How the audit trail is kept, and how it stands.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::AuditLogStatus;

use crate::api::AppError;

/// How the audit trail is kept, and how it stands.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/status")]
pub async fn read_trail_status() -> Result<AuditLogStatus, AppError> {
    use crate::api::services::{audit_service, with_status};
    with_status(audit_service()?.status().await)
}
