//! The server function for writes that no lookup shows.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{audit::RunRows, ports::UnseenWrite};

use crate::api::AppError;

/// Tells the audit log of writes that Graph answered well and that no lookup shows; `run` has the row of each.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/report_unseen")]
pub async fn report_unseen(writes: Vec<UnseenWrite>, run: Option<RunRows>) -> Result<(), AppError> {
    use crate::api::services::{admin_services_for, with_status};

    // Whoever may make a change may say that it is not seen.
    let services = admin_services_for(writes.iter().map(|write| write.kind))?;
    if let Some(run) = &run {
        with_status(services.session.check_run(&run.id).await)?;
    }
    with_status(services.directory.report_unseen(writes, run).await)
}
