//! The way into sign-in, and back to where one was.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Location};
use token_core::error::ServiceError;

use crate::{
    base::{at, below},
    browser::{address, encoded},
    pages::import::ImportState,
    work::use_work,
};

/// Where the person who signs in beside their work arrives.
const BESIDE: &str = "/signed-in";

/// The address at which signing in begins. `back` is a path below the base with its query; with `choose` the person is asked who
/// they are.
pub fn sign_in_address(back: &str, choose: bool) -> String {
    let choose = if choose { "&choose=true" } else { "" };
    at(&format!("/auth/sign-in?return={}{choose}", encoded(back)))
}

/// This page as a place to come back to: its path below the base with its query.
pub fn page_here() -> Signal<String> {
    let Location { pathname, search, .. } = use_location();
    Signal::derive(move || match search.get() {
        query if query.is_empty() => below(&pathname.get()).to_owned(),
        // The router keeps the query without its question mark.
        query => format!("{}?{query}", below(&pathname.get())),
    })
}

/// Whether signing in again is the remedy.
pub fn asks_to_sign_in(error: &ServiceError) -> bool {
    matches!(error, ServiceError::SignedOut | ServiceError::StepUp)
}

/// Signing in again. Where a file or other work is at hand it happens in another tab, so that nothing is lost.
#[component]
pub fn SignInLink() -> impl IntoView {
    let here = page_here();
    let import = expect_context::<ImportState>();
    let work = use_work();
    let has_work = move || import.file.with(Option::is_some) || work.is_at_hand();
    let back = move |here: String| if has_work() { BESIDE.to_owned() } else { here };
    let href = move || sign_in_address(&back(here.get()), false);
    // Search and filters change the address without the router: what counts is the address of the click.
    let refresh = move |link: web_sys::HtmlAnchorElement| {
        link.set_href(&sign_in_address(&back(below(&address()).to_owned()), false))
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
