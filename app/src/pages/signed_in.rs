//! Where a person arrives who signed in again beside a page with work at hand.

use leptos::prelude::*;
use leptos_meta::Title;

/// Sends the person back to the tab that waits.
#[component]
pub fn SignedInPage() -> impl IntoView {
    view! {
        <Title text="Signed in" />
        <div class="page page--text">
            <h1>"You are signed in"</h1>
            <p>"Close this tab. In the other one, go on where you were."</p>
        </div>
    }
}
