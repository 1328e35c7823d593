//! Creates tokens.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{
    ports::{NewToken, Outcome},
    token::Token,
};

use crate::api::AppError;

/// Creates tokens.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "tokens/create")]
pub async fn create_tokens(tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, AppError> {
    use crate::api::services::{administrator, answer};
    use token_core::fault::Fault;

    let services = administrator()?;
    if let Some(message) = tokens.iter().find_map(|token| token.mistake()) {
        return answer(Err(Fault::Invalid { message }));
    }
    answer(services.directory.create(tokens).await)
}
