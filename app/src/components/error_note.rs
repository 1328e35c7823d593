//! An error in place of what could not be loaded.

use leptos::prelude::*;
use token_core::error::ServiceError;

use super::sign_in_link::{SignInLink, needs_sign_in};

/// Says what failed, with a button to retry.
#[component]
pub fn ErrorNote(
    /// What failed, as a sentence without full stop: "The inventory could not be read".
    #[prop(into)]
    what: Signal<String>,
    /// The error.
    #[prop(into)]
    error: Signal<ServiceError>,
    /// Retries.
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
