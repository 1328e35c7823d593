//! The import page: choose a seed file, review the plan, run it, read the report.

mod changes;
mod choose;
mod downloads;
mod file_edits;
mod file_head;
mod file_option;
mod find_replace;
mod hash_repair;
mod key_readings;
mod leave_guard;
mod mend_row;
mod mode;
mod people_view;
mod permissions;
mod plan_dialogs;
mod plan_text;
mod plan_view;
mod prove;
mod run_view;
mod steps;

use leptos::prelude::*;
use leptos_meta::Title;

pub use leave_guard::{LeaveGuard, provide_leave_guard};

use self::{
    choose::{ChooseFile, accept_files},
    mode::ModeChoice,
    people_view::PeopleView,
    permissions::Permissions,
    plan_view::PlanView,
    prove::ProvePart,
    run_view::RunView,
};
use crate::{
    browser::{CONTENT, restore_focus},
    components::{error_note::ErrorNote, seed_question::SeedQuestion},
    seed_file::Question,
    state::import::{ImportPhase, ImportState},
};

/// The selector of a run's result.
const RESULT: &str = "#run-result";

/// The import page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let state = expect_context::<ImportState>();
    let permissions = Permissions::load();
    Effect::new(move |_| {
        if let Some(files) = state.arrived.get() {
            state.arrived.set(None);
            state.reset();
            accept_files(state, files.take());
        }
    });
    // The focused element may be removed with the phase that it belonged to.
    Effect::new(move |before: Option<()>| {
        let has_ended = state.phase.with(|phase| matches!(phase, ImportPhase::Ended(_)));
        if before.is_some() {
            restore_focus(if has_ended { RESULT } else { CONTENT });
        }
    });
    let has_plan = move || {
        matches!(state.phase.get(), ImportPhase::Planned | ImportPhase::Running | ImportPhase::Ended(_))
    };
    view! {
        <Title text="Import" />
        <div class="page page--fill">
            <div class="page__head">
                <h1>"Import"</h1>
                <Show when=move || !matches!(state.phase.get(), ImportPhase::Choosing(_) | ImportPhase::Running)>
                    <button class="button" on:click=move |_| state.reset()>
                        "Choose another file"
                    </button>
                </Show>
            </div>
            <ModeChoice state permissions />
            {move || match state.phase.get() {
                ImportPhase::Choosing(problem) => view! { <ChooseFile state problem /> }.into_any(),
                ImportPhase::Asking(question) => {
                    view! { <AskForFile state question /> }.into_any()
                }
                ImportPhase::Pairing => view! { <PeopleView state /> }.into_any(),
                ImportPhase::Reading => view! { <ReadingProgress state /> }.into_any(),
                ImportPhase::ReadFailed(error) => {
                    view! {
                        <ErrorNote
                            what="The tenant could not be read, so there is no plan yet"
                            error
                            retry=Callback::new(move |()| steps::load_tenant(state))
                        />
                    }
                        .into_any()
                }
                _ => ().into_any(),
            }}
            <Show when=has_plan>
                <RunView state permissions />
                <ProvePart state />
                <PlanView state />
            </Show>
        </div>
    }
}

/// What the file needs before it can be read.
#[component]
fn AskForFile(state: ImportState, question: Question) -> impl IntoView {
    let name = state.chosen.with_value(|file| file.as_ref().map(|file| file.name.clone()));
    let answer = Callback::new(move |answer| steps::answer(state, answer));
    // A mapping that was begun is there again when one comes back.
    let back = state.file.with_untracked(Option::is_some).then(|| {
        Callback::new(move |draft| {
            state.chosen.update_value(|chosen| {
                if let Some(chosen) = chosen {
                    chosen.draft = Some(draft);
                }
            });
            steps::back_to_plan(state);
        })
    });
    view! {
        <section class="form">
            <h2>{name}</h2>
            <SeedQuestion question answer back />
        </section>
    }
}

/// The progress of reading the file or the tenant.
#[component]
fn ReadingProgress(state: ImportState) -> impl IntoView {
    view! {
        <div class="reading" role="status">
            <p>{move || state.activity.get()}</p>
            <progress class="progress" max="1" prop:value=move || state.fraction.get()></progress>
        </div>
    }
}
