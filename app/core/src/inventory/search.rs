//! Which tokens a query shows: its words, model and saved view in one pass over all tokens, then the status and the order.
//!
//! A query that only narrows the last one, as the next letter of a word does, looks only at the tokens that were found.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Entry, Inventory, InventoryQuery, InventoryView,
    filter_words::{Details, FilterWords},
    saved_views::SavedViewFilter,
};
use crate::token::Token;

/// What a query asks for beside the status and the order.
#[derive(Debug, PartialEq, Eq)]
struct Search {
    words: FilterWords,
    model: Option<(String, String)>,
    saved_view: Option<SavedViewFilter>,
}

impl Search {
    /// Whether everything that this finds was found by another one.
    fn narrows(&self, before: &Self) -> bool {
        (&self.model, &self.saved_view) == (&before.model, &before.saved_view)
            && self.words.narrow(&before.words)
    }
}

/// The last search, with whether it found the token at each index; empty after a change of the list.
#[derive(Debug, Default)]
pub(super) struct LastSearch(Mutex<Option<(Search, Arc<[bool]>)>>);

impl LastSearch {
    /// Forgets it, after a change of what is searched.
    pub fn clear(&mut self) {
        *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What it found, if a search narrows it.
    fn narrowed_by(&self, search: &Search) -> Option<Arc<[bool]>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(before, _)| search.narrows(before)).map(|(_, found)| found.clone())
    }

    fn set(&self, search: Search, found: Arc<[bool]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((search, found));
    }
}

impl Inventory {
    /// The tokens that match a query, and the totals beside it.
    pub fn view_with_totals(&self, query: &InventoryQuery) -> InventoryView {
        let found = self.found(query);
        let has_status: Vec<bool> =
            self.kinds.all().iter().map(|kind| query.has_status(&kind.status)).collect();
        let mut counts = vec![0; has_status.len()];
        // In the order of the memory; the order of the query looks only at whether a token is shown.
        let is_shown = self.entries.iter().zip(found.iter()).map(|(entry, is_found)| {
            let kind = entry.kind as usize;
            if *is_found && let Some(count) = counts.get_mut(kind) {
                *count += 1;
            }
            *is_found && has_status.get(kind) == Some(&true)
        });
        let is_shown: Vec<bool> = is_shown.collect();
        let order = self.order(query.sort);
        let rows = order.iter().copied().filter(|index| is_shown.get(*index as usize) == Some(&true));
        let mut view = InventoryView { rows: rows.collect(), ..InventoryView::default() };
        for (kind, count) in self.kinds.all().iter().zip(counts) {
            view.totals.count(&kind.status, count);
        }
        view
    }

    /// Whether each token matches all that a query asks for beside the status.
    fn found(&self, query: &InventoryQuery) -> Arc<[bool]> {
        let search = Search {
            words: FilterWords::parse(&query.text, self.now_ms()),
            model: query.model.clone(),
            saved_view: query.saved_view.map(|saved_view| self.filter(saved_view)),
        };
        let before = self.last_search.narrowed_by(&search);
        let kinds = self.kinds.all().iter();
        let of_kinds: Vec<_> =
            kinds.map(|kind| search.words.left_for(kind).filter(|_| query.has_model(kind))).collect();
        let matches = |(index, (token, entry)): (usize, (&Token, &Entry))| {
            let was_found = before.as_ref().is_none_or(|before| before.get(index) == Some(&true));
            let words = of_kinds.get(entry.kind as usize).and_then(Option::as_ref).filter(|_| was_found);
            words.is_some_and(|words| {
                let user = entry.user.map_or("", |user| self.users.text(user));
                let details = Details { token, text: self.texts.at(index), user, listed: &self.listed };
                words.iter().all(|word| word.matches(details))
                    && search.saved_view.as_ref().is_none_or(|filter| filter.passes(token, entry))
            })
        };
        let found: Arc<[bool]> = self.tokens.iter().zip(&self.entries).enumerate().map(matches).collect();
        self.last_search.set(search, found.clone());
        found
    }
}
