//! Totals by status: filter buttons, or a list on phones.

use leptos::prelude::*;
use token_core::{inventory::StatusTotals, token::TokenStatus};

use super::state::ViewState;
use crate::{
    components::{stat_bar::Stat, stat_filters::StatFilters, status_badge::Tone},
    format::grouped,
    state::inventory::{InventoryStore, Loading},
};

/// Statuses that this version does not know: shown only if there are any.
const OTHER: &str = "Other";
/// The statuses with a total, its label and its colour.
static STATES: [(&str, TokenStatus, Tone); 5] = [
    ("Activated", TokenStatus::Activated, Tone::Good),
    ("Assigned", TokenStatus::Assigned, Tone::Info),
    ("Activation failed", TokenStatus::FailedActivation, Tone::Danger),
    ("In stock", TokenStatus::Available, Tone::Neutral),
    (OTHER, TokenStatus::Other(String::new()), Tone::Warning),
];

/// The totals of what matches the search and the other filters; a click on one filters by its status.
#[component]
pub fn Totals(state: ViewState, totals: Memo<StatusTotals>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let chosen = Signal::derive(move || {
        let status = state.query.with(|query| query.status.clone())?;
        STATES.iter().find(|(_, known, _)| *known == status).map(|(label, ..)| *label)
    });
    let parts = Signal::derive(move || {
        let (totals, chosen) = (totals.get(), chosen.get());
        let is_shown = |label: &str, count| count > 0 || label != OTHER || chosen == Some(OTHER);
        let stats = STATES.iter().zip(counts(&totals)).filter(|((label, ..), count)| is_shown(label, *count));
        stats.map(|((label, _, tone), count)| Stat { label, count, tone: *tone }).collect::<Vec<_>>()
    });
    let is_known = Signal::derive(move || store.len() > 0 || store.loading() == Loading::Complete);
    let choose = Callback::new(move |label: Option<&'static str>| {
        let status = label.and_then(|label| STATES.iter().find(|(known, ..)| *known == label));
        state.query.update(|query| query.status = status.map(|(_, status, _)| status.clone()));
    });
    view! { <StatFilters label="Tokens by status" parts is_known chosen choose /> }
}

/// The same choice as a list, on a phone, where the buttons have no room.
#[component]
pub fn StatusSelect(state: ViewState, totals: Memo<StatusTotals>) -> impl IntoView {
    let wanted = Memo::new(move |_| state.query.with(|query| query.status.clone()));
    let choose = move |event| {
        let label = event_target_value(&event);
        let status = STATES.iter().find(|(known, ..)| *known == label).map(|(_, status, _)| status.clone());
        state.query.update(|query| query.status = status);
    };
    let options = STATES.iter().enumerate().map(move |(place, (label, status, _))| {
        let count = move || totals.with(|totals| counts(totals).get(place).copied().unwrap_or_default());
        view! {
            <option value=*label prop:selected=move || wanted.with(|wanted| wanted.as_ref() == Some(status))>
                {move || format!("{label} ({})", grouped(count()))}
            </option>
        }
    });
    view! {
        <label class="field field--status">
            <span class="field__label">"Status"</span>
            <select class="input" autocomplete="off" on:change=choose>
                <option value="" prop:selected=move || wanted.with(Option::is_none)>
                    "Any status"
                </option>
                {options.collect_view()}
            </select>
        </label>
    }
}

/// The number of tokens in each of [`STATES`].
fn counts(totals: &StatusTotals) -> [usize; 5] {
    [totals.activated, totals.assigned, totals.failed, totals.available, totals.other]
}
