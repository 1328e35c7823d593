//! Ends the user's session.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Ends the user's session; returns the logout URL of Microsoft Entra.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/sign_out")]
pub async fn sign_out() -> Result<String, AppError> {
    use crate::api::services::{append_cookie, services, with_status};
    let response = services()?.session.sign_out().await;
    if let Ok(response) = &response {
        append_cookie(&response.cookie);
    }
    with_status(response.map(|response| response.redirect_to))
}
