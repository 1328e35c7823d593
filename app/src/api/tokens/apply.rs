//! The one server function for writes.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{Applied, Change},
    user::UserId,
};

use crate::api::AppError;

/// Applies changes of one kind; `run` has the row of each in the audit log. `confirmed` names the users who hold a directory
/// role and whose tokens are to be changed nevertheless, as the administrator has confirmed.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/apply")]
pub async fn apply_changes(
    changes: Vec<Change>,
    run: Option<RunRows>,
    #[server(default)] confirmed: Vec<UserId>,
) -> Result<Applied, AppError> {
    use crate::api::{
        access::is_sensitive,
        services::{admin_services_for, with_status},
    };
    use token_core::error::ServiceError;

    let services = admin_services_for(changes.iter().map(Change::kind))?;
    // Before the validation, so that refused calls count, too.
    let codes = changes.iter().filter(|change| change.has_code()).count();
    with_status(services.session.check_code_limit(codes))?;
    if let Some(message) = Change::validate_call(&changes) {
        return with_status(Err(ServiceError::Invalid { message }));
    }
    let sensitive = changes.iter().filter(|change| is_sensitive(change.kind())).count();
    with_status(services.session.check_sensitive(sensitive, run.as_ref().map(|run| &run.id)).await)?;
    with_status(services.session.check_targets(&changes, &confirmed).await)?;
    if let Some(run) = &run {
        with_status(services.session.check_run(&run.id).await)?;
    }
    with_status(services.directory.apply(changes, run).await)
}
