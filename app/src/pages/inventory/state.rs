//! What is shown of the inventory: search, filters and sort, all in the URL.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use token_core::inventory::Query;
use wasm_bindgen::JsValue;

/// Pause after the last key before the URL follows, so that typing stays smooth.
const URL_PAUSE: Duration = Duration::from_millis(200);

/// The query, shared by the parts of the page.
#[derive(Debug, Clone, Copy)]
pub struct ViewState {
    /// Search, filters and sort.
    pub query: RwSignal<Query>,
}

impl ViewState {
    /// Takes the query from the URL, and lets the URL follow it from then on.
    pub fn from_url() -> Self {
        let url = use_query_map();
        let read = move || {
            url.with(|map| {
                let pairs = map.clone().into_iter();
                Query::from_pairs(pairs.map(|(key, value)| (key.into_owned(), value)))
            })
        };
        let query = RwSignal::new(untrack(read));
        // A link to this page with another query.
        Effect::watch(
            read,
            move |next, before, _| {
                if before.is_some_and(|before| before != next) {
                    query.set(next.clone());
                }
            },
            false,
        );
        let write = leptos::leptos_dom::helpers::debounce(URL_PAUSE, write_url);
        let mut write = write;
        Effect::watch(
            move || query.get(),
            move |query, before, _| {
                if before.is_some_and(|before| before != query) {
                    write(query.clone());
                }
            },
            false,
        );
        Self { query }
    }

    /// Forgets search and filters, keeps the sort.
    pub fn clear(self) {
        self.query.update(|query| *query = Query { sort: query.sort, ..Query::default() });
    }
}

/// Replaces the query in the address bar; no history entry for each key.
fn write_url(query: Query) {
    let text = query.to_query_string();
    let path = window().location().pathname().unwrap_or_default();
    let url = if text.is_empty() { path } else { format!("{path}?{text}") };
    if let Ok(history) = window().history() {
        // A refused URL leaves the address bar as it was: harmless.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}
