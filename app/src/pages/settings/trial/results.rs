//! The results of a trial, and its report.

use leptos::prelude::*;
use token_core::trial::{TrialPhase, TrialState, TrialStepResult, TrialVerdict, markdown};

use crate::{
    browser::download,
    components::status_badge::{StatusBadge, Tone},
};

/// The progress, or the result with the steps and the report.
#[component]
pub fn TrialResults(
    /// The trial.
    state: TrialState,
) -> impl IntoView {
    let (done, all) = (state.results.len(), state.steps().count());
    let doing = match state.phase {
        TrialPhase::Trying => {
            state.current_step().map_or_else(String::new, |step| format!("{} …", step.title()))
        }
        TrialPhase::Removing => "Removing what it made …".to_owned(),
        TrialPhase::Ended => state.summary(),
    };
    let problem = state.problem.clone().map(|problem| view! { <p class="note note--warning">{problem}</p> });
    let left = (!state.left_over.is_empty()).then(|| {
        let serials = state.left_over.join(", ");
        view! {
            <p class="note note--danger">
                "These tokens could not be removed: "
                {serials}
                ". The server tries again; you can delete them in the inventory, where their manufacturer is “Token Inventory trial”."
            </p>
        }
    });
    let report = (state.phase == TrialPhase::Ended).then(|| {
        let state = state.clone();
        let save = move |_| {
            let text = markdown(&state, env!("CARGO_PKG_VERSION"));
            download("trial-report.md", "text/markdown;charset=utf-8", &text);
        };
        view! {
            <p class="downloads">
                <button type="button" class="link" on:click=save>
                    "Download the report (Markdown)"
                </button>
            </p>
        }
    });
    let items = state.results.into_iter().map(|result| view! { <ResultItem result /> }).collect_view();
    view! {
        <p>
            <strong>{doing}</strong>
        </p>
        {(state.phase != TrialPhase::Ended)
            .then(|| view! { <progress class="progress" aria-label="Steps tried" max=all.to_string() value=done.to_string()></progress> })}
        {problem}
        {left}
        {report}
        <ul class="findings">{items}</ul>
    }
}

#[component]
fn ResultItem(result: TrialStepResult) -> impl IntoView {
    let step = result.step;
    let tone = match result.verdict {
        TrialVerdict::AsAssumed => Tone::Good,
        TrialVerdict::Differs => Tone::Warning,
        TrialVerdict::NotTried => Tone::Neutral,
    };
    let differs = result.verdict == TrialVerdict::Differs;
    view! {
        <li class="finding">
            <div class="finding__head">
                <StatusBadge tone text=result.verdict.label() />
                <strong>{step.title()}</strong>
            </div>
            <p>{result.observed}</p>
            {differs
                .then(|| {
                    view! {
                        <p class="finding__remedy">
                            {format!("Assumed: {}. Affects: {}.", step.assumes(), step.affects())}
                        </p>
                    }
                })}
        </li>
    }
}
