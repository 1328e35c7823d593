//! All tokens of each user.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{token::Token, user::UserId};

use crate::api::AppError;

/// All tokens of each user.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/holdings")]
pub async fn holdings(users: Vec<UserId>) -> Result<Vec<Vec<Token>>, AppError> {
    use crate::api::services::{administrator, answer};
    answer(administrator()?.directory.tokens_of_users(users).await)
}
