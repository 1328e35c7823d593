//! Ends sessions of any user.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Ends the session with this key; with `all_of_person` also every other session of its user. Returns how many ended.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/end_any")]
pub async fn end_session(key: String, all_of_person: bool) -> Result<usize, AppError> {
    use crate::api::services::{admin_session_service, with_status};
    with_status(admin_session_service()?.end_any(key, all_of_person).await)
}
