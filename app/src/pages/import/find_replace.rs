//! Replaces a text in one column of all rows: a wrong domain in 400 user principal names is one change.

use leptos::prelude::*;
use token_core::seed_file::{Field, RowEdit};

use super::{changes, mend_row::LineField};
use crate::{format::grouped, state::import::ImportState};

/// The columns in which a text can be replaced.
const COLUMNS: [(Field, &str); 5] = [
    (Field::Upn, "User principal name"),
    (Field::Serial, "Serial number"),
    (Field::Interval, "Time interval"),
    (Field::Manufacturer, "Manufacturer"),
    (Field::Model, "Model"),
];
/// How many changes are shown.
const EXAMPLES: usize = 3;

/// The column, what is replaced in it, and what changes.
#[component]
pub fn FindReplace(state: ImportState, open: RwSignal<bool>) -> impl IntoView {
    let (column, find, with) =
        (RwSignal::new(Field::Upn), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let edits = Memo::new(move |_| {
        let (column, find, with) = (column.get(), find.get(), with.get());
        state.file.with(|file| {
            file.as_ref().map(|file| file.table.replacements(column, &find, &with)).unwrap_or_default()
        })
    });
    let count = move || edits.with(Vec::len);
    let replace = move |_| {
        if count() > 0 {
            let edits = edits.get_untracked();
            open.set(false);
            changes::change(state, edits);
        }
    };
    let choose = move |name: String| {
        if let Some((field, _)) = COLUMNS.into_iter().find(|(_, label)| *label == name) {
            column.set(field);
        }
    };
    let label = move || match count() {
        0 => "Nothing to replace".to_owned(),
        1 => "Replace in 1 row".to_owned(),
        rows => format!("Replace in {} rows", grouped(rows)),
    };
    view! {
        <div class="form">
            <label class="field">
                <span class="field__name">"Column"</span>
                <select class="input" autocomplete="off" on:change:target=move |event| choose(event.target().value())>
                    {COLUMNS.map(|(_, label)| view! { <option value=label>{label}</option> }).collect_view()}
                </select>
            </label>
            <LineField label="Find" value=find />
            <LineField label="Replace with" value=with />
            <ul class="examples" aria-label="What changes">
                {move || edits.with(|edits| edits.iter().take(EXAMPLES).map(|edit| example(state, edit)).collect_view())}
            </ul>
        </div>
        <div class="dialog__buttons">
            <button class="button button--primary" aria-disabled=move || (count() == 0).to_string() on:click=replace>
                {label}
            </button>
            <button class="button" on:click=move |_| open.set(false)>
                "Cancel"
            </button>
        </div>
    }
}

/// What changes in a row.
fn example(state: ImportState, edit: &RowEdit) -> impl IntoView + use<> {
    let before = state.file.with_untracked(|file| {
        file.as_ref().map(|file| file.table.value(edit.row, edit.field).to_owned()).unwrap_or_default()
    });
    view! {
        <li>
            <bdi>{before}</bdi>
            " becomes "
            <bdi>{edit.value.clone()}</bdi>
        </li>
    }
}
