//! Keeps the filters of the audit page in the URL.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsValue;

use super::view::AuditView;
use crate::{base::strip_base, paths};

/// Pause after the last keystroke before the URL and the list are updated.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// Reads the view from the URL, then keeps the URL in sync with it. `on_change` runs after each change.
pub fn from_url(on_change: impl Fn() + Clone + 'static) -> RwSignal<AuditView> {
    let url = use_query_map();
    let read = move || {
        url.with(|map| {
            AuditView::from_pairs(map.clone().into_iter().map(|(key, value)| (key.into_owned(), value)))
        })
    };
    let view = RwSignal::new(untrack(read));
    // A link to this page with another query was followed.
    Effect::watch(
        read,
        move |next, before, _| {
            if before.is_some_and(|before| before != next) {
                view.set(next.clone());
            }
        },
        false,
    );
    let mut follow = leptos::leptos_dom::helpers::debounce(DEBOUNCE, move |view: AuditView| {
        write_url(&view);
        on_change();
    });
    Effect::watch(
        move || view.get(),
        move |view, before, _| {
            if before.is_some_and(|before| before != view) {
                follow(view.clone());
            }
        },
        false,
    );
    view
}

/// Replaces the query in the address bar, without a history entry per keystroke.
fn write_url(view: &AuditView) {
    let path = window().location().pathname().unwrap_or_default();
    // The page may have been left during the pause.
    if strip_base(&path) != paths::AUDIT {
        return;
    }
    let query = view.to_query();
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    if let Ok(history) = window().history() {
        // On failure the address bar keeps the old URL, which is harmless.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}
