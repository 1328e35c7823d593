//! What was added to the audit log.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::{AuditLogPage, AuditQuery};

use crate::api::AppError;

/// The same as [`list_entries`](super::list_entries), for a page that asks again and again by itself: it does not keep
/// the session alive.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/newer")]
pub async fn poll_entries(ask: AuditQuery) -> Result<AuditLogPage, AppError> {
    use crate::api::services::{audit_service, with_status};
    with_status(audit_service()?.list(ask).await)
}
