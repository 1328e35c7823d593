//! More tokens are chosen than slips can be made of at once.

use leptos::prelude::*;

use super::{CloseButton, LINE};
use crate::{
    components::dialog::Dialog,
    format::tokens,
    pages::{inventory::selection::Selected, slips::MOST},
};

/// Says how many there may be, and how to get there.
#[component]
pub fn TooManySlips(selected: Selected, open: RwSignal<bool>) -> impl IntoView {
    let chosen = selected.counts.get_untracked().chosen;
    view! {
        <Dialog open fallback=LINE title="Too many slips at once">
            <p>
                {format!(
                    "You chose {}. At most {MOST} slips are made at once: narrow the selection, for example by a filter or a list of serial numbers.",
                    tokens(chosen),
                )}
            </p>
            <CloseButton open label="Close" />
        </Dialog>
    }
}
