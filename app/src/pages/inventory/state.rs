//! Search, filters and sort order of the inventory, kept in the URL.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use token_core::inventory::{InventoryQuery, split_filter_words};
use wasm_bindgen::JsValue;

use crate::{
    paths::{PERSON_PARAM, TOKEN_PARAM},
    state::panels::Panels,
};

/// Pause after the last keystroke before the URL is updated, so that typing stays smooth.
const URL_DEBOUNCE: Duration = Duration::from_millis(200);

/// The query, shared by the components of the page.
#[derive(Debug, Clone, Copy)]
pub struct ViewState {
    /// Search, filters and sort.
    pub query: RwSignal<InventoryQuery>,
}

impl ViewState {
    /// Reads the query from the URL, then keeps the URL in sync with it.
    pub fn from_url(panels: Panels) -> Self {
        let url = use_query_map();
        let read = move || {
            url.with(|map| {
                let pairs = map.clone().into_iter();
                let query = InventoryQuery::from_pairs(pairs.map(|(key, value)| (key.into_owned(), value)));
                InventoryQuery { text: with_last_word_ended(query.text), ..query }
            })
        };
        let query = RwSignal::new(untrack(read));
        // A link to this page with another query was followed.
        Effect::watch(
            read,
            move |next, before, _| {
                // The history entry below a closed panel has an older query than the page.
                if before.is_some_and(|before| before != next) && !panels.is_leaving() {
                    query.set(next.clone());
                }
            },
            false,
        );
        let mut write = leptos::leptos_dom::helpers::debounce(URL_DEBOUNCE, write_url);
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

    /// Writes the query into the URL without a pause.
    pub fn write_url_now(self) {
        write_url(self.query.get_untracked());
    }

    /// Sets what stands in the field of the search, beside the filter words, which stay.
    pub fn set_text(self, typed: &str) {
        self.query.update(|query| {
            let (filters, _) = split_filter_words(&query.text);
            query.text = with_filters(&filters, typed);
        });
    }

    /// Removes the filter word at a place.
    pub fn remove_filter(self, place: usize) {
        self.query.update(|query| {
            let (mut filters, rest) = split_filter_words(&query.text);
            if place < filters.len() {
                filters.remove(place);
            }
            query.text = with_filters(&filters, &rest);
        });
    }

    /// Puts the last filter word back into the field, to be changed.
    pub fn edit_last_filter(self) {
        self.query.update(|query| {
            let (mut filters, _) = split_filter_words(&query.text);
            if let Some(last) = filters.pop() {
                query.text = with_filters(&filters, &last);
            }
        });
    }

    /// Clears search and filters, keeps the sort order.
    pub fn clear(self) {
        self.query.update(|query| *query = InventoryQuery { sort: query.sort, ..InventoryQuery::default() });
    }
}

/// The text of the search: filter words, each ended by a blank, and what stands in the field.
fn with_filters(filters: &[String], typed: &str) -> String {
    let filters = filters.iter().flat_map(|filter| [filter.as_str(), " "]);
    filters.chain([typed]).collect()
}

/// A URL's text without the blank at its end, which ends a filter word: without it the word would stand in the field.
fn with_last_word_ended(text: String) -> String {
    let ended = format!("{text} ");
    let is_filter = split_filter_words(&ended).0.len() > split_filter_words(&text).0.len();
    if is_filter { ended } else { text }
}

/// Replaces the query in the address bar, without a history entry per keystroke.
fn write_url(query: InventoryQuery) {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let text = with_panel(query.to_query_string(), &location.search().unwrap_or_default());
    let url = if text.is_empty() { path } else { format!("{path}?{text}") };
    if let Ok(history) = window().history() {
        // On failure the address bar keeps the old URL, which is harmless.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}

/// Adds the panel of the current URL to a query of the list. `search` is the URL's query, with the question mark.
fn with_panel(query: String, search: &str) -> String {
    let names_panel =
        |pair: &&str| pair.split('=').next().is_some_and(|key| [TOKEN_PARAM, PERSON_PARAM].contains(&key));
    let panel = search.trim_start_matches('?').split('&').filter(names_panel);
    let pairs: Vec<&str> =
        Some(query.as_str()).filter(|query| !query.is_empty()).into_iter().chain(panel).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::{with_last_word_ended, with_panel};

    #[test]
    fn a_filter_word_at_the_end_of_a_url_is_a_filter() {
        for (text, ended) in
            [("list:import", "list:import "), ("status:assigned ann", "status:assigned ann"), ("", "")]
        {
            assert_eq!(with_last_word_ended(text.to_owned()), ended);
        }
    }

    #[test]
    fn the_panel_stays_in_the_url_when_the_query_changes() {
        assert_eq!(with_panel("q=b".into(), "?q=a&token=1-2&sort=user"), "q=b&token=1-2");
        assert_eq!(with_panel(String::new(), "?person=3"), "person=3");
        assert_eq!(with_panel("q=b".into(), ""), "q=b");
        assert_eq!(with_panel(String::new(), "?q=token"), "");
    }
}
