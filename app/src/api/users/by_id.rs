//! The users with these ids that exist.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::user::{User, UserId};

use crate::api::AppError;

/// The users with these ids that exist.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/by_id")]
pub async fn users_by_id(ids: Vec<UserId>) -> Result<Vec<User>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.users_by_id(ids).await)
}
