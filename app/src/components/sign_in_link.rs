//! The way into sign-in, and back to where one was.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use token_core::fault::Fault;

use crate::{browser::encoded, pages::import::ImportState, work::use_work};

/// Where the person who signs in beside their work arrives.
const BESIDE: &str = "/signed-in";

/// The address at which signing in begins. `back` is a path with its query; with `choose` the person is asked who
/// they are.
pub fn sign_in_address(back: &str, choose: bool) -> String {
    let choose = if choose { "&choose=true" } else { "" };
    format!("/auth/sign-in?return={}{choose}", encoded(back))
}

/// Whether signing in again is the remedy.
pub fn asks_to_sign_in(fault: &Fault) -> bool {
    matches!(fault, Fault::SignedOut | Fault::StepUp)
}

/// Signing in again. Where a file or other work is at hand it happens in another tab, so that nothing is lost.
#[component]
pub fn SignInLink() -> impl IntoView {
    let location = use_location();
    let import = expect_context::<ImportState>();
    let work = use_work();
    let has_work = move || import.file.with(Option::is_some) || work.is_at_hand();
    let here = move || location.pathname.get() + &location.search.get();
    let address =
        move || sign_in_address(if has_work() { BESIDE.to_owned() } else { here() }.as_str(), false);
    view! {
        <a
            class="button"
            rel="external noopener"
            target=move || has_work().then_some("_blank")
            href=address
        >
            {move || if has_work() { "Sign in again in a new tab" } else { "Sign in again" }}
        </a>
    }
}
