//! The directory roles of users.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::user::{DirectoryRoles, UserId};

use crate::api::AppError;

/// The directory roles of each user, at most [`token_core::ports::MAX_ITEMS`].
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/roles")]
pub async fn roles_of_users(users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.directory_roles(users).await)
}
