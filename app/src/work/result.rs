//! What came of a run: the sum, the report, the way back.

use leptos::prelude::*;
use token_core::rollout::{engine::RunResult, report};

use super::{
    Phase, Work,
    read_back::late_words,
    steps,
    undo::{Undo, undo},
};
use crate::{
    browser::download,
    components::{fault_note::FaultNote, outcome::RowStatus, outcome_figures::Outcomes, run_progress::ran},
    words::tokens,
};

/// How a run over many tokens ended, and what can be done with the rest.
#[component]
pub fn ManyEnded(work: Work, outcomes: Outcomes, ended: RunResult) -> impl IntoView {
    let title = match &ended {
        RunResult::Complete => "Finished",
        RunResult::Stopped => "Stopped",
        RunResult::Halted(_) => "Interrupted",
    };
    let error = match ended {
        RunResult::Halted(error) => Some(error),
        _ => None,
    };
    let impossible = untrack(|| outcomes.count(RowStatus::Conflict) + outcomes.count(RowStatus::Cannot));
    let totals = untrack(|| work.totals());
    view! {
        {error
            .map(|error| {
                view! {
                    <FaultNote
                        what="The work was interrupted. What is done stays done"
                        error
                        retry=Callback::new(move |()| steps::run(work))
                    />
                }
            })}
        <p class="work__question">
            <strong>{title}</strong>
            ": "
            {ran(totals, impossible)}
            "."
        </p>
        <Late work />
        <div class="dialog__buttons work__buttons">
            <UndoButton work />
            {(totals.failed + impossible > 0)
                .then(|| {
                    view! { <button class="button" on:click=move |_| steps::survey(work)>"Check again"</button> }
                })}
            {(totals.left > 0)
                .then(|| {
                    view! { <button class="button" on:click=move |_| steps::run(work)>"Resume"</button> }
                })}
            <button class="button button--primary" autofocus on:click=move |_| steps::close(work)>
                "Close"
            </button>
        </div>
    }
}

/// Where Microsoft has not shown the change yet, or not in time.
#[component]
pub fn Late(work: Work) -> impl IntoView {
    // Not before the first look has shown it: mostly there is nothing to wait for.
    let waiting = Memo::new(move |_| match work.lags.get() {
        true => work.expected.with(std::collections::HashMap::len),
        false => 0,
    });
    move || match (waiting.get(), work.late.get()) {
        (0, 0) => ().into_any(),
        (0, late) => view! { <p class="note note--warning">{late_words(late)}</p> }.into_any(),
        (waiting, _) => {
            let text = format!("Waiting until Microsoft shows the new state of {} …", tokens(waiting));
            view! { <p class="work__waiting">{text}</p> }.into_any()
        }
    }
}

/// Takes the work back, by an offer like any other.
#[component]
pub fn UndoButton(work: Work) -> impl IntoView {
    let found = move || -> Option<Undo> {
        let plan = work.plan.get_untracked();
        let tenant = work.tenant.get_value()?;
        work.progress.with_value(|progress| undo(&plan, progress, |id| tenant.user_by_id(id).cloned()))
    };
    found().map(|undo| {
        let hint = undo.hint();
        let label = match undo.requests.len() {
            1 => "Undo …".to_owned(),
            count => format!("Undo {} …", tokens(count)),
        };
        view! {
            {hint.map(|hint| view! { <p class="work__hint" id="work-undo-hint">{hint}</p> })}
            <button
                class="button"
                aria-describedby=hint.map(|_| "work-undo-hint")
                on:click=move |_| work.offer(undo.requests.clone(), Vec::new())
            >
                {label}
            </button>
        }
    })
}

/// The plan, or the report once something has run.
#[component]
pub fn Downloads(work: Work) -> impl IntoView {
    let label = move || {
        work.phase.with(|phase| match phase {
            Phase::Planned => Some(("Download the plan (CSV)", "plan.csv")),
            Phase::Ended(_) => Some(("Download the report (CSV)", "report.csv")),
            _ => None,
        })
    };
    move || {
        label().map(|(label, name)| {
            view! {
                <p class="downloads">
                    <button class="link" on:click=move |_| save(work, name)>
                        {label}
                    </button>
                </p>
            }
        })
    }
}

/// What failed comes first: it is what the person opens the file for.
fn save(work: Work, name: &str) {
    let plan = work.plan.get_untracked();
    let text = work.progress.with_value(|progress| {
        let mut rows: Vec<_> = plan.iter().zip(progress).collect();
        rows.sort_by_key(|(row, progress)| RowStatus::of(row, progress).rank());
        let (rows, progress): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|(row, progress)| (row.clone(), progress.clone())).unzip();
        report::csv(&rows, &progress)
    });
    download(name, "text/csv;charset=utf-8", &text);
}

/// A line at the foot of the page while work is kept that is not on screen.
#[component]
pub fn Kept(work: Work) -> impl IntoView {
    let is_kept = Memo::new(move |_| {
        let has_work = work.phase.with(|phase| matches!(phase, Phase::Running | Phase::Ended(_)));
        has_work && !work.open.get()
    });
    let sum = move || match work.phase.with(|phase| *phase == Phase::Running) {
        true => "Stopping …".to_owned(),
        false => format!("Last action: {}.", ran(work.totals(), 0)),
    };
    view! {
        <Show when=move || is_kept.get()>
            <aside class="kept" aria-label="Last action">
                <p>{sum}</p>
                <button class="button" on:click=move |_| work.open.set(true)>
                    "Show"
                </button>
                <Show when=move || work.phase.with(|phase| *phase != Phase::Running)>
                    <button class="button" on:click=move |_| work.forget()>
                        "Dismiss"
                    </button>
                </Show>
            </aside>
        </Show>
    }
}
