//! Gives the rows their people: a list, and the pairs that it makes, to be seen and changed before the plan.

use leptos::prelude::*;
use token_core::{
    manage::people::{Pairing, read_people},
    seed_file::{Field, FileIssue},
};

use super::{changes, steps};
use crate::{
    components::{
        file_drop::{FileDrop, FileRead},
        virtual_table::{VirtualTable, two_lines},
    },
    format::grouped,
    state::import::{ImportState, PeopleDraft},
};

/// The list, the pairs, and the way back.
#[component]
pub fn PeopleView(state: ImportState) -> impl IntoView {
    let problem = RwSignal::new(None::<FileIssue>);
    let take = Callback::new(move |taken: FileRead| {
        let list = taken.and_then(|(_, bytes)| read_people(bytes));
        match list {
            Ok(list) => {
                problem.set(None);
                let draft =
                    state.file.with_untracked(|file| Some(PeopleDraft::new(list, &file.as_ref()?.table)));
                state.people.set(draft);
            }
            Err(issue) => problem.set(Some(issue)),
        }
    });
    let has_pairs = Memo::new(move |_| state.people.with(Option::is_some));
    view! {
        <section class="form page--fill">
            <h2>"Users for the rows"</h2>
            {move || {
                problem
                    .get()
                    .map(|problem| {
                        view! {
                            <div class="note note--danger" role="alert">
                                <p>{problem.to_string()}</p>
                            </div>
                        }
                    })
            }}
            <Show
                when=move || has_pairs.get()
                fallback=move || {
                    view! {
                        <FileDrop
                            title="Drop the list of users here"
                            hint="One user principal name a line, in the order of the tokens, or with the serial number in a second column."
                            paste="User principal names, one a line"
                            take
                        />
                        <div class="actions">
                            <button class="button" on:click=move |_| steps::back_to_plan(state)>
                                "Back to the plan"
                            </button>
                        </div>
                    }
                }
            >
                <PairsView state />
            </Show>
        </section>
    }
}

/// The pairs.
#[component]
fn PairsView(state: ImportState) -> impl IntoView {
    let total = Memo::new(move |_| {
        state.people.with(|draft| draft.as_ref().map_or(0, |draft| draft.pairs.rows.len()))
    });
    let heading = move || state.people.with(|draft| draft.as_ref().map(summary));
    let is_back = state.tenant.with_value(Option::is_some);
    view! {
        <p role="status">{heading}</p>
        <PairingChoice state />
        <div class="actions">
            <button class="button button--primary" on:click=move |_| changes::give_people(state)>
                "Use these pairs"
            </button>
            <button class="button" on:click=move |_| state.people.set(None)>
                "Another list"
            </button>
            <button class="button" on:click=move |_| steps::back_to_plan(state)>
                {if is_back { "Back to the plan" } else { "Go on without users" }}
            </button>
        </div>
        {move || state.people.with(|draft| draft.as_ref().and_then(left_over))}
        <VirtualTable
            label="Users for the rows"
            class="table--people"
            head=view! {
                <th scope="col">"Line"</th>
                <th scope="col">"Serial number"</th>
                <th scope="col">"User now"</th>
                <th scope="col">"User from the list"</th>
            }
            total
            subject=Signal::stored(String::new())
            row=move |index| cells(state, index)
        />
    }
}

/// In order, or by serial where the list names serials.
#[component]
fn PairingChoice(state: ImportState) -> impl IntoView {
    let pairing =
        Memo::new(move |_| state.people.with(|draft| draft.as_ref().map(|draft| draft.pairs.pairing)));
    let has_serials = state.people.with_untracked(|draft| {
        draft.as_ref().is_some_and(|draft| draft.list.people.iter().any(|person| person.serial.is_some()))
    });
    let choose = move |pairing| {
        let draft = state.people.with_untracked(|draft| Some(draft.as_ref()?.list.clone()));
        let file = state.file.get_untracked();
        if let (Some(list), Some(file)) = (draft, file) {
            state.people.set(Some(PeopleDraft::paired(list, &file.table, pairing)));
        }
    };
    let options = [(Pairing::BySerial, "By serial number"), (Pairing::InOrder, "In the order of the list")];
    let options = options.map(|(value, label)| {
        view! {
            <label class="file-choice__option">
                <input
                    type="radio"
                    name="pairing"
                    prop:checked=move || pairing.get() == Some(value)
                    on:change=move |_| choose(value)
                />
                {label}
            </label>
        }
    });
    has_serials.then(|| {
        view! {
            <fieldset class="file-choice">
                <legend>"Pair users and rows"</legend>
                {options.into_iter().collect_view()}
            </fieldset>
        }
    })
}

/// "412 people in the list, for 400 of 500 rows".
fn summary(draft: &PeopleDraft) -> String {
    let people = match draft.list.people.len() {
        1 => "1 user in the list".to_owned(),
        people => format!("{} users in the list", grouped(people)),
    };
    let how = match draft.pairs.pairing {
        Pairing::BySerial => "paired by serial number",
        Pairing::InOrder => "paired in order with the rows that have nobody",
    };
    format!(
        "{people}, {how}: {} of {} rows have a user. Change them here where they are wrong.",
        grouped(draft.pairs.given()),
        grouped(draft.pairs.rows.len())
    )
}

/// The people whom no row takes.
fn left_over(draft: &PeopleDraft) -> Option<AnyView> {
    let names: Vec<&str> = draft.pairs.unused.iter().take(5).map(|person| person.upn.as_str()).collect();
    let more = draft.pairs.unused.len() - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {} more", grouped(more)) };
    (!names.is_empty()).then(|| {
        view! {
            <div class="note note--warning">
                <p>{format!("No row for {}{more}.", names.join(", "))}</p>
            </div>
        }
        .into_any()
    })
}

/// The cells of a row.
fn cells(state: ImportState, index: usize) -> Option<AnyView> {
    // Not the whole draft: the field keeps the focus while another one changes.
    let row = Memo::new(move |_| {
        state.people.with(|draft| draft.as_ref()?.pairs.rows.get(index).map(|pair| pair.row))
    });
    let row = row.get()?;
    let upn = Memo::new(move |_| {
        state.people.with(|draft| {
            draft
                .as_ref()
                .and_then(|draft| Some(draft.pairs.rows.get(index)?.upn.clone()))
                .unwrap_or_default()
        })
    });
    let file = state.file.get()?;
    let entry = file.table.rows().get(row)?;
    let set = move |text: String| {
        state.people.update(|draft| {
            if let Some(pair) = draft.as_mut().and_then(|draft| draft.pairs.rows.get_mut(index)) {
                pair.upn = text;
            }
        });
    };
    let label = format!("User for serial number {}", entry.serial);
    let now = file.table.value(row, Field::Upn).to_owned();
    let view = view! {
        <td class="cell cell--line">{entry.line}</td>
        <td class="cell cell--serial">
            <bdi>{entry.serial.clone()}</bdi>
        </td>
        <td class="cell cell--user">{two_lines(now, String::new())}</td>
        <td class="cell cell--given">
            <input
                class="input input--text"
                aria-label=label
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || upn.get()
                on:change:target=move |event| set(event.target().value())
            />
        </td>
    };
    Some(view.into_any())
}
