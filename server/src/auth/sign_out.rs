//! The form that signs out: it ends the session here, and goes on to Entra's sign-out page.

use std::sync::Arc;

use app::api::my_form::field;
use axum::{Extension, body::Bytes, extract::State, response::Response};
use token_core::error::ServiceError;

use super::{
    AuthState, RequestContext,
    responses::{error_response, go_on_page},
};

/// Ends the session, or all sessions of the user in all browsers.
pub async fn sign_out(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    body: Bytes,
) -> Response {
    let everywhere = url::form_urlencoded::parse(&body).any(|(name, _)| name == field::EVERYWHERE);
    let session = auth.services(Some(&context)).session;
    if everywhere
        && let Err(error) = session.end_own(None).await
        && error != ServiceError::SignedOut
    {
        return error_response(&error);
    }
    match session.sign_out().await {
        // Not a redirect: the policy of the page allows forms of this origin only, and browsers apply it to redirects, too.
        Ok(response) => {
            go_on_page(&response.redirect_to, "Go on to the sign-out of Microsoft", &[response.cookie])
        }
        Err(error) => error_response(&error),
    }
}
