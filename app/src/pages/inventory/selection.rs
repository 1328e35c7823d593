//! The selection of tokens: checkboxes in the rows and in the header.

use std::time::Duration;

use leptos::{ev, prelude::*};
use token_core::{
    manage::selection::Selection,
    token::{Token, TokenId},
};
use web_sys::HtmlInputElement;

use crate::{
    format::{grouped, tokens},
    state::{
        announcer::use_announcer,
        inventory::{InventoryStore, Loading},
        token_selection::TokenSelection,
    },
};

/// Pause before the number of selected tokens is announced, so that quick clicks are announced once.
const ANNOUNCE_PAUSE: Duration = Duration::from_millis(400);

/// The numbers of selected and shown tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Selected.
    pub chosen: usize,
    /// Selected and shown.
    pub of_shown: usize,
    /// Shown.
    pub shown: usize,
}

impl Counts {
    /// Whether all shown tokens are selected.
    pub fn is_all(self) -> bool {
        self.shown > 0 && self.of_shown == self.shown
    }

    /// Whether some of the shown tokens are selected, but not all.
    pub fn is_mixed(self) -> bool {
        self.of_shown > 0 && self.of_shown < self.shown
    }

    /// The text of the toolbar.
    pub fn label(self) -> String {
        match self.chosen - self.of_shown.min(self.chosen) {
            0 => format!("{} selected", grouped(self.chosen)),
            hidden => format!("{} selected, {} not shown", grouped(self.chosen), grouped(hidden)),
        }
    }
}

/// The selected tokens, shared by the components of the page.
#[derive(Debug, Clone, Copy)]
pub struct SelectionState {
    chosen: RwSignal<Selection>,
    store: InventoryStore,
    shown: Memo<Vec<u32>>,
    /// Their numbers.
    pub counts: Memo<Counts>,
}

impl SelectionState {
    /// The selection as it was left. Changes of its size are announced.
    pub fn new(store: InventoryStore, shown: Memo<Vec<u32>>) -> Self {
        let TokenSelection(chosen) = expect_context();
        let counts = Memo::new(move |_| {
            let shown_count = shown.with(Vec::len);
            chosen.with(|chosen| Counts {
                chosen: chosen.len(),
                of_shown: store.with(|list| shown.with(|view| chosen.count_in_view(list, view))),
                shown: shown_count,
            })
        });
        let selected = Self { chosen, store, shown, counts };
        selected.drop_missing();
        selected.announce();
        selected
    }

    /// Removes tokens from the selection that no longer exist, once everything is loaded.
    fn drop_missing(self) {
        Effect::new(move |_| {
            self.store.track();
            if self.store.loading() == Loading::Complete && !self.chosen.with_untracked(Selection::is_empty) {
                let forget = |chosen: &mut Selection| self.store.with(|list| chosen.forget_missing(list));
                self.chosen.maybe_update(forget);
            }
        });
    }

    fn announce(self) {
        let announcer = use_announcer();
        let mut say = leptos::leptos_dom::helpers::debounce(ANNOUNCE_PAUSE, move |count: usize| {
            announcer.announce(match count {
                0 => "Nothing selected".to_owned(),
                count => format!("{} selected", tokens(count)),
            });
        });
        let count = Memo::new(move |_| self.counts.with(|counts| counts.chosen));
        Effect::watch(move || count.get(), move |count, _, _| say(*count), false);
    }

    /// Whether a token is selected.
    pub fn contains(self, id: &TokenId) -> bool {
        self.chosen.with(|chosen| chosen.contains(id))
    }

    /// Selects or deselects a token; with Shift, a range.
    pub fn click(self, id: &TokenId, is_range: bool) {
        self.chosen.update(|chosen| {
            if is_range {
                self.store.with(|list| {
                    self.shown.with_untracked(|view| chosen.shift_click(id, list, view));
                });
            } else {
                chosen.click(id);
            }
        });
    }

    /// Selects all shown tokens, or deselects them when all are selected.
    pub fn toggle_all(self) {
        let drop = self.counts.get_untracked().is_all();
        self.chosen.update(|chosen| {
            self.store.with(|list| {
                self.shown.with_untracked(|view| {
                    if drop {
                        chosen
                            .remove(view.iter().filter_map(|place| list.get(*place)).map(|token| &token.id));
                    } else {
                        chosen.add_view(list, view);
                    }
                });
            });
        });
    }

    /// Adds tokens.
    pub fn add(self, ids: Vec<TokenId>) {
        self.chosen.update(|chosen| chosen.add(ids));
    }

    /// Clears the selection.
    pub fn clear(self) {
        self.chosen.update(Selection::clear);
    }

    /// The selected tokens, ordered by serial number.
    pub fn tokens(self) -> Vec<Token> {
        self.chosen.with_untracked(|chosen| {
            self.store.with(|list| chosen.tokens(list).into_iter().cloned().collect())
        })
    }

    /// Calls `visit` with each selected token, in no particular order. Reactive.
    pub fn each(self, mut visit: impl FnMut(&Token)) {
        self.store.track();
        self.chosen.with(|chosen| {
            self.store.with(|list| chosen.tokens(list).into_iter().for_each(&mut visit));
        });
    }

    /// The shown tokens, in their order.
    pub fn shown_tokens(self) -> Vec<Token> {
        self.store.with(|list| {
            self.shown
                .with_untracked(|view| view.iter().filter_map(|place| list.get(*place)).cloned().collect())
        })
    }
}

/// The checkbox of a row.
pub fn row_checkbox(selected: SelectionState, token: &Token) -> impl IntoView + use<> {
    let label = format!("Select {}", token.serial);
    let (id, clicked) = (token.id.clone(), token.id.clone());
    let click = move |event: ev::MouseEvent| {
        selected.click(&clicked, event.shift_key());
        // The browser has toggled the checkbox already; a range may set it differently.
        let input: HtmlInputElement = event_target(&event);
        input.set_checked(untrack(|| selected.contains(&clicked)));
    };
    view! {
        <label class="pick">
            <input
                type="checkbox"
                tabindex="-1"
                autocomplete="off"
                aria-label=label
                prop:checked=move || selected.contains(&id)
                on:click=click
            />
        </label>
    }
}

/// The checkbox for all tokens that match the search and the filters. Its place, a grid or a toolbar, gives it a Tab stop.
#[component]
pub fn SelectAllBox(
    selected: SelectionState,
    /// Whether the label is visible; otherwise it is there for screen readers only.
    #[prop(optional)]
    with_label: bool,
) -> impl IntoView {
    let counts = selected.counts;
    let name = move || format!("Select all {} shown", grouped(counts.with(|counts| counts.shown)));
    let toggle = move |event: ev::MouseEvent| {
        selected.toggle_all();
        let input: HtmlInputElement = event_target(&event);
        input.set_checked(counts.get_untracked().is_all());
        input.set_indeterminate(counts.get_untracked().is_mixed());
    };
    view! {
        <label class="pick">
            <input
                type="checkbox"
                tabindex="-1"
                autocomplete="off"
                prop:checked=move || counts.get().is_all()
                prop:indeterminate=move || counts.get().is_mixed()
                on:click=toggle
            />
            <span class=if with_label { "pick__label" } else { "visually-hidden" }>{name}</span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_header_is_mixed_between_none_and_all() {
        let counts = |chosen, of_shown, shown| Counts { chosen, of_shown, shown };
        assert!(counts(3, 3, 3).is_all() && !counts(3, 3, 3).is_mixed());
        assert!(counts(5, 2, 3).is_mixed() && !counts(5, 2, 3).is_all());
        assert!(!counts(5, 0, 3).is_mixed() && !counts(0, 0, 0).is_all());
    }

    #[test]
    fn the_toolbar_counts_the_selected_tokens_that_are_hidden() {
        assert_eq!(Counts { chosen: 1_200, of_shown: 1_200, shown: 1_500 }.label(), "1,200 selected");
        assert_eq!(Counts { chosen: 7, of_shown: 2, shown: 3 }.label(), "7 selected, 5 not shown");
    }
}
