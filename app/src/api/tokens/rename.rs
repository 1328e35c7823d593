//! Renames tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{Outcome, Rename},
};

use crate::api::AppError;

/// Renames tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/rename")]
pub async fn rename_tokens(renames: Vec<Rename>, run: Option<RunRows>) -> Result<Vec<Outcome<()>>, AppError> {
    use crate::api::services::{admin_services_for_run, with_status};
    use token_core::error::ServiceError;

    let services = admin_services_for_run(run)?;
    if let Some(message) = renames.iter().find_map(|rename| rename.validate()) {
        return with_status(Err(ServiceError::Invalid { message }));
    }
    with_status(services.directory.rename(renames).await)
}
