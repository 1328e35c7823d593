//! Tells results to people who do not see the screen.

use leptos::prelude::*;

/// What was announced last; lent to all pages as context.
#[derive(Debug, Clone, Copy)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    /// Nothing announced yet.
    pub fn new() -> Self {
        Self(RwSignal::new(String::new()))
    }

    /// Announces a result politely. The same words twice are told apart by a blank, or the second would not be heard.
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

/// The region that screen readers listen to.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let Announcer(text) = use_announcer();
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">
            {move || text.get()}
        </p>
    }
}
