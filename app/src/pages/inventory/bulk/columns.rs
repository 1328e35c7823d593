//! The dialog that chooses the columns of the table and the height of its rows.

use leptos::prelude::*;

use super::{DialogCloseButton, TOOLBAR};
use crate::{
    components::dialog::Dialog,
    pages::inventory::{
        filters::column_label,
        table_choice::{OPTIONAL, TableChoice},
    },
};

/// The dialog; each choice takes effect at once.
#[component]
pub fn ColumnsDialog(open: RwSignal<bool>) -> impl IntoView {
    let choice = expect_context::<TableChoice>();
    let columns = OPTIONAL.map(|column| {
        view! {
            <label class="option">
                <input
                    type="checkbox"
                    autocomplete="off"
                    prop:checked=move || choice.shows(column)
                    on:change:target=move |event| choice.show(column, event.target().checked())
                />
                {column_label(column)}
            </label>
        }
    });
    view! {
        <Dialog open fallback=TOOLBAR title="Columns and views">
            <fieldset class="options">
                <legend>"Columns beside the serial number"</legend>
                {columns}
            </fieldset>
            <fieldset class="options options--rows">
                <legend>"Rows"</legend>
                <label class="option">
                    <input
                        type="checkbox"
                        autocomplete="off"
                        prop:checked=move || choice.is_compact()
                        on:change:target=move |event| choice.set_compact(event.target().checked())
                    />
                    "Compact: one line a row"
                </label>
            </fieldset>
            <p class="hint">"This browser remembers the choice."</p>
            <DialogCloseButton open label="Close" />
        </Dialog>
    }
}
