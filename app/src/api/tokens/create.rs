//! Creates tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    audit::RunRows,
    ports::{NewToken, Outcome},
    token::Token,
};

use crate::api::AppError;

/// Creates tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/create")]
pub async fn create_tokens(
    tokens: Vec<NewToken>,
    run: Option<RunRows>,
) -> Result<Vec<Outcome<Token>>, AppError> {
    use crate::api::services::{administrator_of, answer};
    use token_core::error::ServiceError;

    let services = administrator_of(run)?;
    if let Some(message) = tokens.iter().find_map(|token| token.validate()) {
        return answer(Err(ServiceError::Invalid { message }));
    }
    answer(services.directory.create(tokens).await)
}
