//! Redirects to the app: parameters in the query, in the fragment, or in a form (MICROSOFT_GRAPH.md 7.3).

use axum::response::{Html, IntoResponse as _, Response};
use http::{StatusCode, header};
use url::{Url, form_urlencoded};

use super::{
    app,
    form::FormParams,
    page::{self, escape},
};
use crate::{
    oauth::aadsts::{AadstsError, refuse},
    state::Tenant,
};

/// The response mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// A validated redirect URI with its response mode and state.
pub struct RedirectTarget {
    uri: Url,
    mode: Mode,
    state: Option<String>,
}

impl RedirectTarget {
    /// Validates the redirect URI. An error of it is shown to the user and never sent to the URI.
    pub fn read(tenant: &Tenant, named: &str, form: &FormParams) -> Result<Self, AadstsError> {
        app::check_tenant(tenant, named)?;
        app::check_client_id(tenant, form)?;
        let uri = app::redirect_uri(tenant, form)?;
        Ok(Self { uri, mode: Mode::Query, state: form.get("state").map(str::to_owned) })
    }

    /// Sets the requested `response_mode`; 70007 for an unsupported one, sent in the query.
    pub fn set_mode(&mut self, form: &FormParams) -> Result<(), AadstsError> {
        self.mode = match form.get("response_mode") {
            None | Some("query") => Mode::Query,
            Some("fragment") => Mode::Fragment,
            Some("form_post") => Mode::FormPost,
            Some(_) => {
                let message =
                    "The app returned an unsupported value of response_mode when requesting a token.";
                return refuse(400, "invalid_request", 70007, message);
            }
        };
        Ok(())
    }

    /// Redirects with parameters and the app's state.
    pub fn send(&self, parameters: &[(&str, &str)]) -> Response {
        let state = self.state.as_deref().map(|state| ("state", state));
        let all: Vec<_> = parameters.iter().copied().chain(state).collect();
        let mut uri = self.uri.clone();
        match self.mode {
            Mode::Query => _ = uri.query_pairs_mut().extend_pairs(&all),
            Mode::Fragment => {
                let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&all).finish();
                uri.set_fragment(Some(&text));
            }
            Mode::FormPost => return auto_submit_page(&uri, &all),
        }
        to(&uri)
    }

    /// Redirects with an error.
    pub fn refuse(&self, refusal: &AadstsError, now_ms: u64) -> Response {
        let (description, uri) = (refusal.description(now_ms), refusal.uri());
        self.send(&[("error", refusal.error), ("error_description", &description), ("error_uri", &uri)])
    }
}

/// 302.
pub fn to(uri: &Url) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, uri.as_str()), (header::CACHE_CONTROL, "no-store")])
        .into_response()
}

/// A page that submits itself, with a button for browsers without scripts, like Entra's.
fn auto_submit_page(uri: &Url, parameters: &[(&str, &str)]) -> Response {
    let fields: String = parameters
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    let body = format!(
        "<h1>One moment</h1><form method=\"post\" action=\"{}\">{fields}<noscript><p>Your browser runs no scripts, so this step needs you.</p><button class=\"plain\">Continue to the app</button></noscript></form><script>document.forms[0].submit()</script>",
        escape(uri.as_str())
    );
    ([(header::CACHE_CONTROL, "no-store")], Html(page::document("Back to the app", &body))).into_response()
}
