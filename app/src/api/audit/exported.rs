//! Records an export of the inventory.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::ExportKind;

use crate::api::AppError;

/// Records the export of this many tokens of the inventory. The page makes the file afterwards.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/exported")]
pub async fn record_export(kind: ExportKind, count: u32) -> Result<(), AppError> {
    use crate::api::services::{admin_services, with_status};
    let services = admin_services()?;
    with_status(services.session.check_sensitive(count.try_into().unwrap_or(usize::MAX), None).await)?;
    with_status(services.audit.record_export(kind, count).await)
}
