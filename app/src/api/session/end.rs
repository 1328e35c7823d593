//! Ends the user's own sessions.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Ends one of the current user's own sessions, or without `key` all of them. Returns how many ended.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/end")]
pub async fn end_own_sessions(key: Option<String>) -> Result<usize, AppError> {
    use crate::api::services::{services, with_status};
    with_status(services()?.session.end_own(key).await)
}
