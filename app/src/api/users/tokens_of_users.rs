//! All tokens of each user.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{token::Token, user::UserId};

use crate::api::AppError;

/// All tokens of each user.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/holdings")]
pub async fn tokens_of_users(users: Vec<UserId>) -> Result<Vec<Vec<Token>>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.tokens_of_users(users).await)
}
