//! One row of the inventory.

use leptos::prelude::*;
use token_core::{
    inventory::{HolderInfo, Inventory},
    token::{Token, TokenStatus},
};

use super::store::InventoryStore;
use crate::{
    browser::local_time,
    components::{
        status_badge::{StatusBadge, Tone},
        virtual_table::two_lines,
    },
};

/// The cells of the row at `index` of what is shown.
pub fn row(store: InventoryStore, shown: Memo<Vec<u32>>, index: usize) -> impl IntoView {
    // A name may arrive without changing which rows are shown.
    store.track();
    let cells = shown.with(|shown| {
        let position = *shown.get(index)?;
        store.with(|list| list.get(position).map(|token| cells(list, token)))
    });
    cells.into_any()
}

fn cells(list: &Inventory, token: &Token) -> impl IntoView + use<> {
    let (name, upn) = holder(list, token);
    let hash = token.hash.map_or_else(|| "Unknown".to_owned(), |hash| hash.to_string());
    view! {
        <td class="cell cell--serial">{token.serial.to_string()}</td>
        <td class="cell cell--model">{two_lines(token.model.clone(), token.manufacturer.clone())}</td>
        <td class="cell cell--hash">{hash}</td>
        <td class="cell cell--interval">{format!("{} s", token.interval_seconds)}</td>
        <td class="cell cell--user">{two_lines(name, upn)}</td>
        <td class="cell cell--status">
            <StatusBadge tone=tone(&token.status) text=token.status.to_string() />
        </td>
        <td class="cell cell--used">{token.last_used.as_deref().map(local_time).unwrap_or_default()}</td>
    }
}

fn holder(list: &Inventory, token: &Token) -> (String, String) {
    let Some(holder) = &token.holder else { return (String::new(), String::new()) };
    let name = holder.name.clone().unwrap_or_default();
    match list.user(&holder.id) {
        HolderInfo::Known(user) => (user.name.clone(), user.upn.clone()),
        HolderInfo::Deleted => (name, "No longer in the directory".to_owned()),
        HolderInfo::Pending => (name, String::new()),
    }
}

/// The colour of a status.
pub fn tone(status: &TokenStatus) -> Tone {
    match status {
        TokenStatus::Available => Tone::Neutral,
        TokenStatus::Assigned => Tone::Info,
        TokenStatus::Activated => Tone::Good,
        TokenStatus::FailedActivation => Tone::Danger,
        TokenStatus::Other(_) => Tone::Warning,
    }
}
