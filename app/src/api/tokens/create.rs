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
    use crate::api::services::{admin_services_for_run, with_status};
    use token_core::error::ServiceError;

    let services = admin_services_for_run(run)?;
    if let Some(message) = tokens.iter().find_map(|token| token.validate()) {
        return with_status(Err(ServiceError::Invalid { message }));
    }
    with_status(services.directory.create(tokens).await)
}
