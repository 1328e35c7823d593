//! One row of the inventory.

#[cfg(feature = "ssr")]
use std::collections::BTreeSet;

use leptos::{ev, prelude::*};
use token_core::{
    inventory::{AssignedUserInfo, Inventory},
    token::{Token, TokenId},
    user::UserId,
};

use super::selection::{SelectionState, row_checkbox};
use crate::{
    browser::local_time,
    components::{
        grid_keys::{GridActions, GridFocus},
        panel_link::is_plain,
        status_badge::{StatusBadge, Tone, token_tone},
        virtual_table::two_lines,
    },
    paths,
    state::{
        inventory::InventoryStore,
        panels::{OpenPanel, Panels},
        token_actions::use_token_actions,
    },
};

/// Renders the rows.
#[derive(Clone, Copy)]
pub struct TokenRows {
    /// The tokens.
    pub store: InventoryStore,
    /// The indexes of the shown ones.
    pub shown: Memo<Vec<u32>>,
    /// The selection.
    pub selected: SelectionState,
    /// Opens the panels.
    panels: Panels,
    /// What the keys do with a row.
    pub grid: GridActions,
}

impl TokenRows {
    /// Rows of the tokens at these places. The Tab stop is at first on a serial number.
    pub fn new(
        store: InventoryStore,
        shown: Memo<Vec<u32>>,
        selected: SelectionState,
        panels: Panels,
    ) -> Self {
        let id = move |index| token_id(store, shown, index);
        let choose = move |(index, is_range)| {
            if let Some(id) = untrack(|| id(index)) {
                selected.click(&id, is_range);
            }
        };
        let open = move |index| {
            if let Some(id) = untrack(|| id(index)) {
                panels.open_token(id);
            }
        };
        let grid = GridActions {
            focus: GridFocus::new(1),
            open: Callback::new(open),
            choose: Callback::new(choose),
            is_chosen: Callback::new(move |index| id(index).is_some_and(|id| selected.contains(&id))),
        };
        Self { store, shown, selected, panels, grid }
    }

    /// Who holds the first tokens.
    #[cfg(feature = "ssr")]
    pub fn users(self, count: usize) -> Vec<UserId> {
        let of_row = |list: &Inventory, row: &u32| Some(list.get(*row)?.assigned_to.as_ref()?.id.clone());
        let ids = self.store.with(|list| {
            self.shown.with(|shown| {
                shown.iter().take(count).filter_map(|row| of_row(list, row)).collect::<BTreeSet<_>>()
            })
        });
        ids.into_iter().collect()
    }

    /// The rows of the first tokens alone.
    #[cfg(feature = "ssr")]
    pub fn first(self, count: usize) -> Self {
        let shown = self.shown;
        let first = Memo::new(move |_| shown.with(|shown| shown.iter().copied().take(count).collect()));
        Self::new(self.store, first, self.selected, self.panels)
    }

    /// Opens the token after, or before, a token in the table, and moves the Tab stop to its row; whether there is one.
    pub fn open_neighbour(self, id: &TokenId, goes_on: bool, grid: GridFocus) -> bool {
        let place = self.shown.with_untracked(|shown| {
            self.store.with(|list| {
                let is_it = |position: &u32| list.get(*position).is_some_and(|token| token.id == *id);
                shown.iter().position(is_it)
            })
        });
        let next = place.and_then(|place| if goes_on { Some(place + 1) } else { place.checked_sub(1) });
        let Some((row, id)) =
            next.and_then(|row| Some((row, untrack(|| token_id(self.store, self.shown, row))?)))
        else {
            return false;
        };
        grid.set_row(row);
        self.panels.open_token(id);
        true
    }

    /// The cells of the shown row at `index`.
    pub fn row(self, index: usize) -> impl IntoView {
        // A user's name may be loaded without a change of the shown rows.
        self.store.track();
        let cells = self.shown.with(|shown| {
            let position = *shown.get(index)?;
            self.store.with(|list| list.get(position).map(|token| self.cells(list, token)))
        });
        cells.into_any()
    }

    fn cells(self, list: &Inventory, token: &Token) -> impl IntoView + use<> {
        let hash = token.hash.map_or_else(|| "Unknown".to_owned(), |hash| hash.to_string());
        let settings = format!("{hash}, {} s", token.interval_seconds);
        view! {
            <td class="cell cell--pick">{row_checkbox(self.selected, token)}</td>
            <td class="cell cell--serial">{self.serial(token)}</td>
            <td class="cell cell--model" tabindex="-1">
                {two_lines(token.model.clone(), token.manufacturer.clone())}
                // Where there is no room for a column of its own.
                <span class="cell__settings">{format!(" · {settings}")}</span>
            </td>
            <td class="cell cell--settings" tabindex="-1">{settings}</td>
            {self.holder(list, token)}
            <td class="cell cell--status" tabindex="-1">{status(token)}</td>
            <td class="cell cell--used" tabindex="-1">
                {token.last_used.as_deref().map(local_time).filter(|time| !time.is_empty())}
            </td>
        }
    }

    /// The serial number, which opens the token's panel.
    fn serial(self, token: &Token) -> impl IntoView + use<> {
        let (panels, id) = (self.panels, token.id.clone());
        let shown = OpenPanel::Token(id.clone());
        let is_shown = move || (panels.current() == shown).then_some("true");
        let open = move |event: ev::MouseEvent| {
            if is_plain(&event) {
                event.prevent_default();
                panels.open_token(id.clone());
            }
        };
        view! {
            <a
                class="cell__link"
                tabindex="-1"
                href=paths::token(token.id.as_str())
                aria-current=is_shown
                on:click=open
            >
                <bdi>{token.serial.to_string()}</bdi>
            </a>
        }
    }

    /// The person's cell, whose name opens their panel.
    fn holder(self, list: &Inventory, token: &Token) -> AnyView {
        let text = |cell: AnyView| view! { <td class="cell cell--user" tabindex="-1">{cell}</td> }.into_any();
        let Some(assigned_to) = &token.assigned_to else { return text(().into_any()) };
        let inventory_name = assigned_to.name.clone().unwrap_or_default();
        let (name, upn) = match list.user(&assigned_to.id) {
            AssignedUserInfo::Known(user) => (user.name.clone(), user.upn.clone()),
            AssignedUserInfo::Deleted => {
                return text(two_lines(inventory_name, "No longer in the directory".to_owned()).into_any());
            }
            AssignedUserInfo::Pending => (inventory_name, String::new()),
        };
        // Without a name, the user principal name is shown.
        let (main, more) = if name.is_empty() { (upn, String::new()) } else { (name, upn) };
        let (panels, id): (Panels, UserId) = (self.panels, assigned_to.id.clone());
        let href = paths::person(id.as_str());
        let open = move |event: ev::MouseEvent| {
            if is_plain(&event) {
                event.prevent_default();
                panels.open_person(id.clone());
            }
        };
        view! {
            <td class="cell cell--user">
                <span class="cell__main">
                    <a class="cell__link" tabindex="-1" href=href on:click=open>
                        <bdi>{main}</bdi>
                    </a>
                </span>
                " "
                <span class="cell__more">
                    <bdi>{more}</bdi>
                </span>
            </td>
        }
        .into_any()
    }
}

/// The token in a row. Reactive.
fn token_id(store: InventoryStore, shown: Memo<Vec<u32>>, index: usize) -> Option<TokenId> {
    store.track();
    let position = shown.with(|shown| shown.get(index).copied())?;
    store.with(|list| list.get(position).map(|token| token.id.clone()))
}

fn status(token: &Token) -> impl IntoView + use<> {
    let (id, tone, text) = (token.id.clone(), token_tone(&token.status), token.status.to_string());
    let actions = use_token_actions();
    move || {
        if actions.is_propagating(&id) {
            view! { <StatusBadge tone=Tone::Warning text="Waiting for Microsoft" /> }.into_any()
        } else {
            view! { <StatusBadge tone text=text.clone() /> }.into_any()
        }
    }
}
