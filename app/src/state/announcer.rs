//! Announcements to screen readers.

use leptos::prelude::*;

/// The last announcement; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct Announcer(RwSignal<String>);

/// Provides the announcer, which has announced nothing yet, as context.
pub fn provide_announcer() {
    provide_context(Announcer(RwSignal::new(String::new())));
}

/// The announcer of this app.
pub fn use_announcer() -> Announcer {
    expect_context()
}

impl Announcer {
    /// Announces a result politely. A repeated text gets a trailing blank, or screen readers would ignore it.
    pub fn announce(&self, text: impl Into<String>) {
        let text = text.into();
        let again = self.0.with_untracked(|before| *before == text);
        self.0.set(if again { text + "\u{a0}" } else { text });
    }

    /// The text of the last announcement. Reactive.
    pub fn text(self) -> String {
        self.0.get()
    }
}
