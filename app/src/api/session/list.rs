//! The user's own sessions.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::{AppError, session_view::SessionView};

/// The current user's own sessions in all browsers, the latest sign-in first.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/list")]
pub async fn list_own_sessions() -> Result<Vec<SessionView>, AppError> {
    use crate::api::services::{services, with_status};
    with_status(services()?.session.own_sessions().await)
}
