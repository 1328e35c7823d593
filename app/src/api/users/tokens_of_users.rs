//! All tokens of each user.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{ports::UserTokensLookup, user::UserId};

use crate::api::AppError;

/// All tokens of each user; or Graph's refusal to show those of one.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "users/holdings")]
pub async fn tokens_of_users(users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, AppError> {
    use crate::api::services::{admin_services, with_status};
    with_status(admin_services()?.directory.tokens_of_users(users).await)
}
