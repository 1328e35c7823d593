//! Totals by status, as filter buttons and as a bar.

use leptos::prelude::*;
use token_core::{inventory::Inventory, token::TokenStatus};

use super::state::ViewState;
use crate::{
    components::{stat_bar::Stat, stat_filters::StatFilters, status_badge::Tone},
    state::inventory::InventoryStore,
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

/// The totals; a click on one filters by its status.
#[component]
pub fn Totals(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let totals = Memo::new(move |_| {
        store.track();
        store.with(Inventory::totals)
    });
    let parts = Signal::derive(move || {
        let totals = totals.get();
        let counts = [totals.activated, totals.assigned, totals.failed, totals.available, totals.other];
        let stats = STATES.iter().zip(counts).filter(|((label, ..), count)| *count > 0 || *label != OTHER);
        stats.map(|((label, _, tone), count)| Stat { label, count, tone: *tone }).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        let status = state.query.with(|query| query.status.clone())?;
        STATES.iter().find(|(_, known, _)| *known == status).map(|(label, ..)| *label)
    });
    let choose = Callback::new(move |label: Option<&'static str>| {
        let status = label.and_then(|label| STATES.iter().find(|(known, ..)| *known == label));
        state.query.update(|query| query.status = status.map(|(_, status, _)| status.clone()));
    });
    view! { <StatFilters label="Tokens by status" parts chosen choose /> }
}
