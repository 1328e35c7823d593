//! Whether keys of a single character are used outside of text fields, which this browser remembers.

use leptos::prelude::*;

use crate::browser::local_storage;

/// The name of the stored choice; it is there when the keys are off.
const KEY: &str = "token-inventory.keys-off";

/// The choice, and whether the list of keys is shown; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct Shortcuts {
    /// Whether the list of keys is shown.
    pub is_listed: RwSignal<bool>,
    /// Whether the inventory is being opened for its search, which gets the focus then.
    pub opens_search: StoredValue<bool>,
    /// Read when it is first needed: the server has no storage.
    is_on: RwSignal<Option<bool>>,
}

/// Provides the choice as context.
pub fn provide_shortcuts() {
    provide_context(Shortcuts {
        is_listed: RwSignal::new(false),
        opens_search: StoredValue::new(false),
        is_on: RwSignal::new(None),
    });
}

/// The choice of this app.
pub fn use_shortcuts() -> Shortcuts {
    expect_context()
}

impl Shortcuts {
    /// Whether the keys are used. Reactive.
    pub fn are_on(self) -> bool {
        self.is_on.get().unwrap_or_else(|| {
            local_storage().is_none_or(|storage| !matches!(storage.get_item(KEY), Ok(Some(_))))
        })
    }

    /// Turns the keys on or off, here and after the page is opened anew.
    pub fn turn(self, is_on: bool) {
        self.is_on.set(Some(is_on));
        if let Some(storage) = local_storage() {
            // A browser that stores nothing forgets the choice with the page.
            _ = if is_on { storage.remove_item(KEY) } else { storage.set_item(KEY, "") };
        }
    }
}
