//! Ends the visitor's session.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::AppError;

/// Ends the visitor's session; answers where to go to end the one with Microsoft, too.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "session/sign_out")]
pub async fn sign_out() -> Result<String, AppError> {
    use crate::api::services::{answer, append_cookie, services};
    let farewell = services()?.desk.sign_out().await;
    if let Ok(farewell) = &farewell {
        append_cookie(&farewell.cookie);
    }
    answer(farewell.map(|farewell| farewell.go_to))
}
