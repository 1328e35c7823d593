//! A fault in place of what could not be loaded.

use leptos::prelude::*;
use token_core::error::ServiceError;

use super::sign_in_link::{SignInLink, needs_sign_in};

/// Says what failed and lets the person try again.
#[component]
pub fn ErrorNote(
    /// What was being done, as the beginning of a sentence: "The inventory could not be read".
    #[prop(into)]
    what: Signal<String>,
    /// Why it failed.
    #[prop(into)]
    error: Signal<ServiceError>,
    /// Tries again.
    retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="note note--danger" role="alert">
            <p>
                <strong>{move || what.get()}". "</strong>
                {move || error.get().to_string()}
            </p>
            {move || error.with(needs_sign_in).then(|| view! { <SignInLink /> })}
            <button class="button" on:click=move |_| retry.run(())>
                "Retry"
            </button>
        </div>
    }
}
