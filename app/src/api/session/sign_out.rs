//! Ends the visitor's session.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Ends the visitor's session; answers where to go to end the one with Microsoft, too.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/sign_out")]
pub async fn sign_out() -> Result<String, AppError> {
    use crate::api::services::{answer, append_cookie, services};
    let response = services()?.session.sign_out().await;
    if let Ok(response) = &response {
        append_cookie(&response.cookie);
    }
    answer(response.map(|response| response.go_to))
}
