//! A page of the audit log.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::{AuditLogPage, AuditQuery};

use crate::api::AppError;

/// A page of lines of the audit log, newest first.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/list")]
pub async fn list_entries(ask: AuditQuery) -> Result<AuditLogPage, AppError> {
    use crate::api::services::{audit_service, with_status};
    with_status(audit_service()?.list(ask).await)
}
