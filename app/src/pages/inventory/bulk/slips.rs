//! Shown when more tokens are selected than slips can be printed at once.

use leptos::prelude::*;

use super::{DialogCloseButton, TOOLBAR};
use crate::{
    components::dialog::Dialog, format::tokens, pages::inventory::selection::SelectionState,
    state::slip_selection::MAX_SLIPS,
};

/// Names the limit, and how to stay below it.
#[component]
pub fn TooManySlips(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let chosen = selected.counts.get_untracked().chosen;
    view! {
        <Dialog open fallback=TOOLBAR title="Too many slips at once">
            <p>
                {format!(
                    "You chose {}. At most {MAX_SLIPS} slips are made at once: narrow the selection, for example by a filter or a list of serial numbers.",
                    tokens(chosen),
                )}
            </p>
            <DialogCloseButton open label="Close" />
        </Dialog>
    }
}
