//! The routes of signing in and out, and of the forms.

use std::sync::Arc;

use app::api::my_form::PATH as MY_PAGE;
use axum::{
    Router,
    routing::{get, post},
};

use super::{AuthState, my_form, sign_in, sign_out};

/// The routes, behind the middleware [`super::authenticate`].
pub fn routes(auth: Arc<AuthState>) -> Router {
    Router::new()
        .route("/auth/sign-in", get(sign_in::begin))
        .route("/auth/callback", get(sign_in::callback))
        .route("/auth/front-channel-logout", get(sign_in::front_channel_logout))
        .route("/auth/operator", get(sign_in::operator))
        .route("/auth/sign-out", post(sign_out::sign_out))
        .route(MY_PAGE, post(my_form::send))
        .with_state(auth)
}
