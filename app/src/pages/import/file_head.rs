//! What was read, and what can be chosen and changed for the whole file as long as nothing was written.

use leptos::prelude::*;
use token_core::{
    plan::{MakerQuestion, Mode, maker_questions},
    seed_file::{Field, FileChoices},
    token::HashFunction,
};

use super::{
    changes, file_option::FileOption, hash_repair::HashRepairs, key_readings::KeyReadings,
    plan_dialogs::PlanDialog, steps,
};
use crate::{
    components::seed_question::SheetChoice,
    format::grouped,
    state::import::{ColumnsOrigin, ImportPhase, ImportState},
};

/// What was read, in a line, and below it the questions about the whole file.
#[component]
pub fn FileHead(
    state: ImportState,
    /// The dialog that is open.
    dialog: RwSignal<Option<PlanDialog>>,
) -> impl IntoView {
    let is_planned = Memo::new(move |_| state.phase.get() == ImportPhase::Planned);
    view! {
        {move || {
            let file = state.file.get()?;
            let changed = match file.table.changed_rows() {
                0 => String::new(),
                1 => " 1 row was changed here.".to_owned(),
                rows => format!(" {} rows were changed here.", grouped(rows)),
            };
            Some(view! { <p class="hint">{file.summary.clone()} {changed} {together(state)}</p> })
        }}
        <Show when=move || is_planned.get()>
            <FileTools state dialog />
            <FileQuestions state />
        </Show>
    }
}

/// What the files are that were dropped together.
fn together(state: ImportState) -> Option<String> {
    let said = state.dropped.with_value(|dropped| {
        let parts = dropped.said.iter().map(|(name, role)| format!("{name}: {role}"));
        parts.collect::<Vec<_>>().join(", ")
    });
    (!said.is_empty()).then(|| format!(" Dropped together: {said}."))
}

/// Whether the file can be read again: until something is written.
fn is_open(state: ImportState) -> bool {
    state.chosen.with_value(Option::is_some)
}

/// What can be changed in many rows at once.
#[component]
fn FileTools(state: ImportState, dialog: RwSignal<Option<PlanDialog>>) -> impl IntoView {
    let columns = move || {
        let origin = state.file.with(|file| file.as_ref()?.columns).filter(|_| is_open(state))?;
        let text = match origin {
            ColumnsOrigin::File => "",
            ColumnsOrigin::Remembered => {
                "The columns are read as you said for an earlier file with the same header. "
            }
        };
        Some(view! {
            <span>
                {text}
                <button class="link" on:click=move |_| steps::ask_columns(state)>
                    {match origin {
                        ColumnsOrigin::File => "Change what the columns hold",
                        ColumnsOrigin::Remembered => "Change",
                    }}
                </button>
            </span>
        })
    };
    let give_people = move || {
        let rows = state.file.with(|file| {
            let table = &file.as_ref()?.table;
            Some((0..table.rows().len()).filter(|row| table.value(*row, Field::Upn).is_empty()).count())
        })?;
        let label = match rows {
            0 => "Give rows other users …".to_owned(),
            1 => "Give 1 row its user …".to_owned(),
            rows => format!("Give {} rows their users …", grouped(rows)),
        };
        (state.mode.get() != Mode::Import).then(|| {
            view! {
                <button class="link" on:click=move |_| state.phase.set(ImportPhase::Pairing)>
                    {label}
                </button>
            }
        })
    };
    view! {
        <p class="downloads">
            {give_people} <button class="link" on:click=move |_| dialog.set(Some(PlanDialog::Replace))>
                "Find and replace …"
            </button> {columns}
        </p>
    }
}

/// The sheet, the hash, the notation of keys, the maker's spelling, and hashes of the tenant.
#[component]
fn FileQuestions(state: ImportState) -> impl IntoView {
    let answer = Callback::new(move |answer| steps::answer(state, answer));
    let sheets = move || {
        let (names, sheet) =
            state.file.with(|file| file.as_ref()?.sheets.clone()).filter(|_| is_open(state))?;
        Some(view! { <SheetChoice names chosen=Some(sheet) answer /> })
    };
    let silent =
        Memo::new(move |_| state.file.with(|file| file.as_ref().map_or(0, |file| file.table.silent_rows())));
    let hash = move || (silent.get() > 0).then(|| view! { <HashChoice state silent=silent.get() /> });
    // Rows with errors may be in question as well, so it stays when they are corrected.
    let makers = Memo::new(move |_| {
        state.run.plan.track();
        let file = state.file.get();
        let others = state.other_makers.get();
        let questions = state.tenant.with_value(|tenant| {
            let (tenant, file) = (tenant.as_ref()?, file.as_ref()?);
            Some(maker_questions(tenant, file.table.rows()))
        });
        let questions = questions.unwrap_or_default().into_iter();
        questions.filter(|question| !others.contains(question)).collect::<Vec<_>>()
    });
    let makers = move || {
        makers.get().into_iter().map(|question| view! { <MakerNote state question /> }).collect_view()
    };
    view! {
        {sheets}
        {hash}
        <KeyReadings state />
        {makers}
        <HashRepairs state />
    }
}

/// The hash of the rows that name none.
#[component]
fn HashChoice(state: ImportState, silent: usize) -> impl IntoView {
    let label = match silent {
        1 => "1 row names no hash".to_owned(),
        silent => format!("{} rows name no hash", grouped(silent)),
    };
    let choices = [
        (None, "By the length of the key"),
        (Some(HashFunction::Sha1), "SHA-1"),
        (Some(HashFunction::Sha256), "SHA-256"),
    ];
    let chosen = changes::choices(state).hash;
    let options = choices.into_iter().map(|(hash, label)| {
        let choose = move |()| changes::choose(state, FileChoices { hash, ..changes::choices(state) });
        view! { <FileOption name="silent-hash" label is_chosen=hash == chosen choose=Callback::new(choose) /> }
    });
    view! {
        <fieldset class="file-choice">
            <legend>{label}</legend>
            {options.collect_view()}
        </fieldset>
    }
}

/// A manufacturer whom the tenant spells otherwise.
#[component]
fn MakerNote(state: ImportState, question: MakerQuestion) -> impl IntoView {
    let MakerQuestion { in_file, in_tenant, rows } = question.clone();
    let rows = match rows {
        1 => "1 serial number of the file is".to_owned(),
        rows => format!("{} serial numbers of the file are", grouped(rows)),
    };
    let text = format!(
        "{rows} in the tenant already. The tenant calls the maker {in_tenant}, the file {in_file}. Are they the same tokens?"
    );
    let other = question.clone();
    let accept = move |_| {
        let edits = state.file.with_untracked(|file| {
            file.as_ref().map(|file| question.edits(file.table.rows())).unwrap_or_default()
        });
        changes::change(state, edits);
    };
    view! {
        <div class="note note--warning" role="group" aria-label="Spelling of the maker">
            <p>{text}</p>
            <div class="actions">
                <button class="button" on:click=accept>
                    {format!("The same: write {in_tenant}")}
                </button>
                <button class="button" on:click=move |_| state.other_makers.update(|others| others.push(other.clone()))>
                    "Other tokens"
                </button>
            </div>
        </div>
    }
}
