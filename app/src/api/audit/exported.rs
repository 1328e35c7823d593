//! Records that the inventory is being saved as a file.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::ExportKind;

use crate::api::AppError;

/// Records that so many tokens of the inventory are being saved as a file. The page hands the file out afterwards.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/exported")]
pub async fn record_export(kind: ExportKind, count: u32) -> Result<(), AppError> {
    use crate::api::services::{administrator, answer};
    answer(administrator()?.audit.exported(kind, count).await)
}
