//! Corrects a row of the file where it stands in the plan.

use leptos::prelude::*;
use token_core::{
    plan::{Mode, Verdict},
    seed_file::{Field, RowEdit, SeedTable},
    user::User,
};

use super::changes;
use crate::{components::user_picker::UserPicker, format::grouped, state::import::ImportState};

/// The fields that can be corrected beside the user.
const FIELDS: [(Field, &str); 4] = [
    (Field::Serial, "Serial number"),
    (Field::Interval, "Time interval, in seconds"),
    (Field::Manufacturer, "Manufacturer"),
    (Field::Model, "Model"),
];

/// The values of the row, and what is wrong with it.
#[component]
pub fn MendRow(
    state: ImportState,
    /// Its place in the file.
    row: usize,
    open: RwSignal<bool>,
) -> impl IntoView {
    let value = move |field| {
        state.file.with_untracked(|file| {
            file.as_ref().map(|file| file.table.value(row, field).to_owned()).unwrap_or_default()
        })
    };
    let (line, is_changed, same) = state
        .file
        .with_untracked(|file| {
            let table = &file.as_ref()?.table;
            let entry = table.rows().get(row)?;
            Some((entry.line, entry.raw.changes.is_some(), same_user(table, row)))
        })
        .unwrap_or_default();
    let upn = RwSignal::new(value(Field::Upn));
    let is_for_all = RwSignal::new(false);
    let fields = FIELDS.map(|(field, label)| (field, label, RwSignal::new(value(field))));
    let others = same.clone();
    let save = move |_| {
        let new = |field, text: String| (text.trim() != value(field)).then(|| text.trim().to_owned());
        let own = fields.into_iter().filter_map(|(field, _, text)| {
            new(field, text.get_untracked()).map(|value| RowEdit { row, field, value })
        });
        let mut edits: Vec<RowEdit> = own.collect();
        if let Some(value) = new(Field::Upn, upn.get_untracked()) {
            let rows = if is_for_all.get_untracked() { others.clone() } else { vec![row] };
            edits.extend(rows.into_iter().map(|row| RowEdit {
                row,
                field: Field::Upn,
                value: value.clone(),
            }));
        }
        open.set(false);
        changes::change(state, edits);
    };
    let restore = move |_| {
        open.set(false);
        changes::restore(state, row);
    };
    let has_people = state.mode.get_untracked() != Mode::Import;
    let inputs = fields.map(|(_, label, value)| view! { <LineField label value /> });
    view! {
        <div class="form">
            <p>{format!("Line {line} of the file. The file itself stays as it is.")}</p>
            {issues(state, row)}
            {has_people
                .then(|| {
                    let chosen = Callback::new(move |user: User| upn.set(user.upn));
                    view! { <UserPicker chosen /> }
                })} <LineField label="User principal name" value=upn />
            {(same.len() > 1)
                .then(|| {
                    let label = format!("For all {} rows that name this user", grouped(same.len()));
                    view! {
                        <label class="file-choice__option">
                            <input type="checkbox" prop:checked=is_for_all on:change:target=move |event| is_for_all.set(event.target().checked()) />
                            {label}
                        </label>
                    }
                })} {inputs.into_iter().collect_view()}
        </div>
        <div class="dialog__buttons">
            <button class="button button--primary" on:click=save>
                "Change the row"
            </button>
            {is_changed
                .then(|| {
                    view! {
                        <button class="button" on:click=restore>
                            "As in the file"
                        </button>
                    }
                })}
            <button class="button" on:click=move |_| open.set(false)>
                "Cancel"
            </button>
        </div>
    }
}

/// The rows that name the same user as this one; this one alone when it names nobody.
fn same_user(table: &SeedTable, row: usize) -> Vec<usize> {
    match table.value(row, Field::Upn) {
        "" => vec![row],
        upn => table.rows_with(Field::Upn, upn),
    }
}

/// Why the row cannot go.
fn issues(state: ImportState, row: usize) -> Option<AnyView> {
    let plan = state.run.plan.get_untracked();
    let issues = match &plan.get(row)?.verdict {
        Verdict::Cannot(issues) => issues.clone(),
        Verdict::Conflict(issue) => vec![issue.clone()],
        _ => return None,
    };
    let items = issues.into_iter().map(|issue| {
        let end = if issue.message.ends_with('.') { "" } else { "." };
        view! { <li>{format!("{}{end} {}", issue.message, issue.remedy)}</li> }
    });
    Some(view! { <ul class="note note--warning">{items.collect_view()}</ul> }.into_any())
}

/// A labelled line of text.
#[component]
pub fn LineField(label: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field__name">{label}</span>
            <input
                class="input input--text"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
        </label>
    }
}
