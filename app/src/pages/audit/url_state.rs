//! What is asked of the trail, in the URL.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsValue;

use super::view::AuditView;
use crate::base::strip_base;

/// Pause after the last key before the URL and the list follow.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// Takes the view from the URL, and lets the URL follow it from then on. `asked` runs when another one is asked for.
pub fn from_url(asked: impl Fn() + Clone + 'static) -> RwSignal<AuditView> {
    let url = use_query_map();
    let read = move || {
        url.with(|map| {
            AuditView::from_pairs(map.clone().into_iter().map(|(key, value)| (key.into_owned(), value)))
        })
    };
    let view = RwSignal::new(untrack(read));
    // A link to this page with another query.
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
        asked();
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

/// Replaces the query in the address bar; no history entry for each key.
fn write_url(view: &AuditView) {
    let path = window().location().pathname().unwrap_or_default();
    // The page may have been left within the pause.
    if strip_base(&path) != "/audit" {
        return;
    }
    let query = view.to_query();
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    if let Ok(history) = window().history() {
        // A refused URL leaves the address bar as it was: harmless.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}
