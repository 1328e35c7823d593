//! One run as a line.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::{RunId, RunSummary};

use crate::api::AppError;

/// One run as a line; `None` when the audit log has no such run. Its entries come from the list, filtered by run.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/run")]
pub async fn read_run(id: RunId) -> Result<Option<RunSummary>, AppError> {
    use crate::api::services::{audit_service, with_status};
    with_status(audit_service()?.run(id).await)
}
