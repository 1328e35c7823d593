//! Announces results to screen readers.

use leptos::prelude::*;

/// The last announcement; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    /// Nothing announced yet.
    pub fn new() -> Self {
        Self(RwSignal::new(String::new()))
    }

    /// Announces a result politely. A repeated text gets a trailing blank, or screen readers would ignore it.
    pub fn announce(&self, text: impl Into<String>) {
        let text = text.into();
        let again = self.0.with_untracked(|before| *before == text);
        self.0.set(if again { text + "\u{a0}" } else { text });
    }
}

/// The announcer of this app.
pub fn use_announcer() -> Announcer {
    expect_context()
}

/// The live region with the announcements.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let Announcer(text) = use_announcer();
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">
            {move || text.get()}
        </p>
    }
}
