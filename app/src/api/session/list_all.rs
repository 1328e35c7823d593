//! All sessions.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::{AppError, session_view::SessionView};

/// The sessions of all users, the latest sign-in first.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/list_all")]
pub async fn list_sessions() -> Result<Vec<SessionView>, AppError> {
    use crate::api::services::{admin_session_service, with_status};
    with_status(admin_session_service()?.all_sessions().await)
}
