//! Which columns the table shows, and how high its rows are. This browser remembers the choice.

use leptos::prelude::*;
use token_core::inventory::Column;

use crate::browser::{store, stored};

/// The name of the stored choice.
const KEY: &str = "token-inventory.table";
/// The word for low rows.
const COMPACT: &str = "compact";

/// The columns that can be left out; a row without its serial number could not be told from others.
pub const OPTIONAL: [Column; 5] =
    [Column::Model, Column::Settings, Column::User, Column::Status, Column::LastUsed];

/// The choice, as words in the document's attribute `data-table`, which the style sheet reads: `compact`, and `no-` before a
/// column that is left out. Provided as context.
#[derive(Debug, Clone, Copy)]
pub struct TableChoice(RwSignal<Vec<String>>);

/// The script that sets the attribute before the first rows are painted. A browser that stores nothing has no choice.
#[cfg(feature = "ssr")]
pub fn script() -> impl IntoView {
    let script =
        format!("try {{ document.documentElement.dataset.table = localStorage['{KEY}'] ?? '' }} catch {{}}");
    view! { <script nonce=leptos::nonce::use_nonce() inner_html=script></script> }
}

impl TableChoice {
    /// The remembered choice. Read after hydration, because the server does not know it.
    pub fn remembered() -> Self {
        let words = RwSignal::new(Vec::new());
        Effect::new(move |_| {
            if let Some(stored) = stored(KEY) {
                words.set(known_words(&stored));
            }
        });
        let choice = Self(words);
        Effect::new(move |_| {
            if let Some(root) = document().document_element() {
                // Fails for a name with a blank alone.
                _ = root.set_attribute("data-table", &choice.words());
            }
        });
        choice
    }

    /// All words. Reactive.
    pub fn words(self) -> String {
        self.0.with(|words| words.join(" "))
    }

    /// Whether the rows are low. Reactive.
    pub fn is_compact(self) -> bool {
        self.has(COMPACT)
    }

    /// Makes the rows low or high.
    pub fn set_compact(self, is_compact: bool) {
        self.set(COMPACT.to_owned(), is_compact);
    }

    /// Whether a column is shown. Reactive.
    pub fn shows(self, column: Column) -> bool {
        !self.has(&word_without(column))
    }

    /// Shows a column, or leaves it out.
    pub fn show(self, column: Column, is_shown: bool) {
        self.set(word_without(column), !is_shown);
    }

    fn has(self, word: &str) -> bool {
        self.0.with(|words| words.iter().any(|known| known == word))
    }

    fn set(self, word: String, is_set: bool) {
        self.0.update(|words| {
            words.retain(|known| *known != word);
            if is_set {
                words.push(word);
            }
        });
        store(KEY, &untrack(|| self.words()));
    }
}

fn word_without(column: Column) -> String {
    format!("no-{}", column.as_str())
}

/// Those words of a stored choice that this version knows.
fn known_words(stored: &str) -> Vec<String> {
    let is_known =
        |word: &&str| *word == COMPACT || OPTIONAL.iter().any(|column| word_without(*column) == **word);
    stored.split_whitespace().filter(is_known).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::known_words;

    #[test]
    fn words_of_another_version_are_ignored() {
        assert_eq!(known_words("compact no-hash no-serial no-colour"), ["compact", "no-hash"]);
    }
}
