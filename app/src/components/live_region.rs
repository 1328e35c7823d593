//! The live region, through which screen readers hear the announcements.

use leptos::prelude::*;

use crate::state::announcer::use_announcer;

/// The live region with the last announcement.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let announcer = use_announcer();
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">
            {move || announcer.text()}
        </p>
    }
}
