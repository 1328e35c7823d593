//! A seed file goes in, activated tokens come out: choose, look at the plan, run, report.

mod choose;
mod downloads;
mod leave_guard;
mod mode;
mod outcome;
mod plan_view;
mod run_view;
mod state;
mod steps;

use leptos::prelude::*;
use leptos_meta::Title;

pub use leave_guard::LeaveGuard;
pub use state::provide_import;

use self::{
    choose::Choose,
    mode::ModeChoice,
    plan_view::PlanView,
    run_view::RunView,
    state::{ImportState, Phase},
};
use crate::components::fault_note::FaultNote;

/// The import page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let state = expect_context::<ImportState>();
    let has_plan = move || matches!(state.phase.get(), Phase::Planned | Phase::Running | Phase::Ended(_));
    view! {
        <Title text="Import" />
        <div class="page page--fill">
            <div class="page__head">
                <h1>"Import"</h1>
                <Show when=move || matches!(state.phase.get(), Phase::Planned | Phase::Ended(_))>
                    <button class="button" on:click=move |_| state.forget()>
                        "Choose another file"
                    </button>
                </Show>
            </div>
            <ModeChoice state />
            {move || match state.phase.get() {
                Phase::Choosing(problem) => view! { <Choose state problem /> }.into_any(),
                Phase::Reading => view! { <Reading state /> }.into_any(),
                Phase::Unread(fault) => {
                    view! {
                        <FaultNote
                            what="The tenant could not be read, so there is no plan yet"
                            fault
                            retry=Callback::new(move |()| steps::survey(state))
                        />
                    }
                        .into_any()
                }
                _ => ().into_any(),
            }}
            <Show when=has_plan>
                <RunView state />
                <PlanView state />
            </Show>
        </div>
    }
}

/// What is being read, while it is.
#[component]
fn Reading(state: ImportState) -> impl IntoView {
    view! {
        <div class="reading" role="status">
            <p>{move || state.doing.get()}</p>
            <progress class="progress" max="1" prop:value=move || state.share.get()></progress>
        </div>
    }
}
