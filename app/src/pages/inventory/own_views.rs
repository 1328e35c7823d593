//! Views of one's own: searches, filters and orders under a name, which this browser remembers. They hold no secrets.

use leptos::prelude::*;
use token_core::inventory::InventoryQuery;

use crate::browser::{store, stored};

/// The name of the stored views: a line each, the name and the query of its URL with a tab between them.
const KEY: &str = "token-inventory.views";

/// A view of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnView {
    /// Its name; unique.
    pub name: String,
    /// Its query, as in the URL.
    pub query: String,
}

/// All of them; provided as context.
#[derive(Debug, Clone, Copy)]
pub struct OwnViews(RwSignal<Vec<OwnView>>);

impl OwnViews {
    /// The remembered views. Read after hydration, because the server does not know them.
    pub fn remembered() -> Self {
        let views = RwSignal::new(Vec::new());
        Effect::new(move |_| {
            if let Some(stored) = stored(KEY) {
                views.set(parse(&stored));
            }
        });
        Self(views)
    }

    /// All views, by name. Reactive.
    pub fn all(self) -> Vec<OwnView> {
        self.0.get()
    }

    /// The view with this query. Reactive.
    pub fn of(self, query: &InventoryQuery) -> Option<String> {
        let query = query.to_query_string();
        self.0.with(|views| views.iter().find(|view| view.query == query).map(|view| view.name.clone()))
    }

    /// The query of the view with this name.
    pub fn query(self, name: &str) -> Option<InventoryQuery> {
        self.0.with_untracked(|views| {
            let view = views.iter().find(|view| view.name == name)?;
            Some(parse_query(&view.query))
        })
    }

    /// Saves a query under a name, in place of the view that had it; not under an empty name.
    pub fn save(self, name: &str, query: &InventoryQuery) -> bool {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return false;
        }
        self.change(|views| {
            views.retain(|view| view.name != name);
            views.push(OwnView { name, query: query.to_query_string() });
            views.sort_by_key(|view| view.name.to_lowercase());
        });
        true
    }

    /// Forgets a view.
    pub fn remove(self, name: &str) {
        self.change(|views| views.retain(|view| view.name != name));
    }

    fn change(self, change: impl FnOnce(&mut Vec<OwnView>)) {
        self.0.update(|views| {
            // Another tab may have saved views meanwhile.
            if let Some(stored) = stored(KEY) {
                *views = parse(&stored);
            }
            change(views);
        });
        store(KEY, &self.0.with_untracked(|views| to_text(views)));
    }
}

fn to_text(views: &[OwnView]) -> String {
    views.iter().map(|view| format!("{}\t{}\n", view.name, view.query)).collect()
}

fn parse(text: &str) -> Vec<OwnView> {
    let views = text.lines().filter_map(|line| line.split_once('\t'));
    views.map(|(name, query)| OwnView { name: name.to_owned(), query: query.to_owned() }).collect()
}

/// A query as it stands in the URL.
fn parse_query(query: &str) -> InventoryQuery {
    let decoded =
        |text: &str| js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), String::from);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    InventoryQuery::from_pairs(pairs.map(|(key, value)| (key, decoded(value))))
}

#[cfg(test)]
mod tests {
    use super::{OwnView, parse, to_text};

    #[test]
    fn what_was_stored_is_read_again() {
        let view = |name: &str, query: &str| OwnView { name: name.to_owned(), query: query.to_owned() };
        let views = [view("Lab", "q=C202"), view("Everything", "")];
        assert_eq!(parse(&to_text(&views)), views);
        assert_eq!(parse("no tab in this line"), []);
    }
}
