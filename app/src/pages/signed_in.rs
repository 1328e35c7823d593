//! Shown in the second tab in which a user signed in again, while the first tab kept its state.

use leptos::prelude::*;
use leptos_meta::Title;

/// Sends the user back to the first tab.
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
