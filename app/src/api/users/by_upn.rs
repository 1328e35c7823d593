//! The users with these user principal names that exist.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::user::User;

use crate::api::AppError;

/// The users with these user principal names that exist.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/by_upn")]
pub async fn users_by_upn(upns: Vec<String>) -> Result<Vec<User>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.users_by_upn(upns).await)
}
