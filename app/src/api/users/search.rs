//! One page of the users whose name or address begins with a text.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    ports::{Cursor, Page},
    user::User,
};

use crate::api::AppError;

/// One page of the users whose name or address begins with a text.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/search")]
pub async fn search_users(text: String, after: Option<Cursor>) -> Result<Page<User>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.search_users(text, after).await)
}
