//! The logout endpoint (MICROSOFT_GRAPH.md 7.3). It ends neither the app's session nor its refresh tokens.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::{app, context::EndpointContext, form::FormParams, page, redirect};
use crate::state::Tenant;

/// Ends the browser's session; redirects to the app if the URI is registered, otherwise shows a page.
pub fn answer(tenant: &Tenant, context: &EndpointContext<'_>, form: &FormParams) -> Response {
    if let Err(refusal) = app::check_tenant(tenant, context.named) {
        return page::error(&refusal, context.now_ms);
    }
    tenant.entra().sessions.end(context.cookie);
    let back = form.get("post_logout_redirect_uri").and_then(|uri| app::registered(tenant, uri));
    let mut response = match back {
        Some(mut uri) => {
            if let Some(state) = form.get("state") {
                uri.query_pairs_mut().append_pair("state", state);
            }
            redirect::to(&uri)
        }
        None => {
            let body = "<h1>You signed out</h1><p>You may close this window.</p>";
            page::answer(StatusCode::OK, "You signed out", body)
        }
    };
    let cookie = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", context.cookie_name);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
