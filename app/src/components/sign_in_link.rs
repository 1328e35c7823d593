//! The way into sign-in, and back to where one was.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Location};
use token_core::error::ServiceError;

use crate::{
    base::{href, strip_base},
    browser::{current_path, percent_encode},
    pages::import::ImportState,
    token_actions::use_token_actions,
};

/// Where the person who signs in beside their work arrives.
const SIGNED_IN_PAGE: &str = "/signed-in";

/// The address at which signing in begins. `back` is a path below the base with its query; with `choose` the person is asked who
/// they are.
pub fn sign_in_url(back: &str, choose: bool) -> String {
    let choose = if choose { "&choose=true" } else { "" };
    href(&format!("/auth/sign-in?return={}{choose}", percent_encode(back)))
}

/// This page as a place to come back to: its path below the base with its query.
pub fn use_current_path() -> Signal<String> {
    let Location { pathname, search, .. } = use_location();
    Signal::derive(move || match search.get() {
        query if query.is_empty() => strip_base(&pathname.get()).to_owned(),
        // The router keeps the query without its question mark.
        query => format!("{}?{query}", strip_base(&pathname.get())),
    })
}

/// Whether signing in again is the remedy.
pub fn needs_sign_in(error: &ServiceError) -> bool {
    matches!(error, ServiceError::SignedOut | ServiceError::StepUp)
}

/// Signing in again. Where a file or other work is at hand it happens in another tab, so that nothing is lost.
#[component]
pub fn SignInLink() -> impl IntoView {
    let here = use_current_path();
    let import = expect_context::<ImportState>();
    let actions = use_token_actions();
    let has_work = move || import.file.with(Option::is_some) || actions.has_batch();
    let back = move |here: String| if has_work() { SIGNED_IN_PAGE.to_owned() } else { here };
    let href = move || sign_in_url(&back(here.get()), false);
    // Search and filters change the address without the router: what counts is the address of the click.
    let refresh = move |link: web_sys::HtmlAnchorElement| {
        link.set_href(&sign_in_url(&back(strip_base(&current_path()).to_owned()), false))
    };
    view! {
        <a
            class="button"
            rel="external noopener"
            target=move || has_work().then_some("_blank")
            href=href
            on:click:target=move |event| refresh(event.target())
        >
            {move || if has_work() { "Sign in again in a new tab" } else { "Sign in again" }}
        </a>
    }
}
