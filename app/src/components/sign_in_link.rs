//! Links to the sign-in that return to the current page.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Location};
use token_core::error::ServiceError;

use crate::{
    base::strip_base,
    browser::current_path,
    paths::{self, start_sign_in},
    state::{import::ImportState, token_actions::use_token_actions},
};

/// The current path below the base path, with its query.
pub fn use_current_path() -> Signal<String> {
    let Location { pathname, search, .. } = use_location();
    Signal::derive(move || match search.get() {
        query if query.is_empty() => strip_base(&pathname.get()).to_owned(),
        // The router's query lacks the question mark.
        query => format!("{}?{query}", strip_base(&pathname.get())),
    })
}

/// Whether the user must sign in again.
pub fn needs_sign_in(error: &ServiceError) -> bool {
    matches!(error, ServiceError::SignedOut | ServiceError::StepUp | ServiceError::SecondFactor)
}

/// The link to sign in again. With an open file or batch it opens another tab, so that nothing is lost.
#[component]
pub fn SignInLink() -> impl IntoView {
    let here = use_current_path();
    let import = expect_context::<ImportState>();
    let actions = use_token_actions();
    let has_work = move || import.file.with(Option::is_some) || actions.has_batch();
    let back = move |here: String| if has_work() { paths::SIGNED_IN.to_owned() } else { here };
    let href = move || start_sign_in(&back(here.get()), false);
    // Search and filters change the URL without the router, so the URL is read at the click.
    let refresh = move |link: web_sys::HtmlAnchorElement| {
        link.set_href(&start_sign_in(&back(strip_base(&current_path()).to_owned()), false))
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
