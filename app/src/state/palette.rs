//! Whether the command palette is open.

use leptos::prelude::*;

/// The palette; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Whether it is open.
    pub open: RwSignal<bool>,
    /// What is searched for when it opens.
    pub text: RwSignal<String>,
}

/// Provides it as context, closed.
pub fn provide_palette() {
    provide_context(Palette { open: RwSignal::new(false), text: RwSignal::new(String::new()) });
}

/// The palette of this app.
pub fn use_palette() -> Palette {
    expect_context()
}

impl Palette {
    /// Opens it, with a text to search for.
    pub fn open_with(self, text: String) {
        self.text.set(text);
        self.open.set(true);
    }
}
