//! Files for download, created in the browser.

use leptos::prelude::*;
use token_core::{
    plan::PlanTotals,
    run::report,
    seed_file::{FileFormat, Owner, graph_json, rows_to_correct},
};

use crate::{
    browser::download,
    state::import::{ImportPhase, ImportState},
};

/// The plan, and the seed file as JSON for Microsoft Graph.
#[component]
pub fn PlanDownloads(state: ImportState) -> impl IntoView {
    let is_csv = move || {
        state.file.with(|file| {
            file.as_ref().is_some_and(|file| matches!(file.table.format(), FileFormat::Csv { .. }))
        })
    };
    view! {
        <Show when=move || state.phase.get() == ImportPhase::Planned>
            <p class="downloads">
                <button class="link" on:click=move |_| save_report(state, "plan.csv")>
                    "Download the plan (CSV)"
                </button>
                <RowsToCorrect state />
                <Show when=is_csv>
                    <button class="link" on:click=move |_| save_graph_json(state)>
                        "Download as Graph JSON (holds secret keys)"
                    </button>
                </Show>
            </p>
        </Show>
    }
}

/// The rows that failed or are not possible, if there are any, to be corrected and imported again.
#[component]
fn RowsToCorrect(state: ImportState) -> impl IntoView {
    let is_any = Memo::new(move |_| state.run.statuses().iter().any(|status| status.is_open()));
    view! {
        <Show when=move || is_any.get()>
            <button class="link" on:click=move |_| save_rows_to_correct(state)>
                "Download the rows to correct (holds secret keys)"
            </button>
        </Show>
    }
}

/// The report, and the rows to correct.
#[component]
pub fn RunDownloads(state: ImportState) -> impl IntoView {
    view! {
        <p class="downloads">
            <button class="link" on:click=move |_| save_report(state, "import-report.csv")>
                "Download the report (CSV)"
            </button>
            <RowsToCorrect state />
        </p>
    }
}

fn save_report(state: ImportState, name: &str) {
    let plan = state.run.plan.get_untracked();
    let record = state.proof.with_untracked(|proof| proof.record(PlanTotals::of(&plan).activate));
    let proof = record.map(|record| record.text());
    let text = state.run.progress.with_value(|progress| report::csv(&plan, progress, proof.as_deref()));
    download(name, "text/csv;charset=utf-8", &text);
}

fn save_rows_to_correct(state: ImportState) {
    let Some(file) = state.file.get_untracked() else { return };
    let plan = state.run.plan.get_untracked();
    let format = file.table.format();
    let text = state.run.progress.with_value(|progress| {
        let rows = file.table.rows().iter().zip(plan.iter()).zip(progress);
        let open = rows.filter_map(|((entry, row), progress)| report::row_to_correct(entry, row, progress));
        rows_to_correct(&format, open)
    });
    match format {
        FileFormat::Csv { .. } => {
            download("rows-to-correct-with-secrets.csv", "text/csv;charset=utf-8", &text)
        }
        FileFormat::Json => download("rows-to-correct-with-secrets.json", "application/json", &text),
    }
}

fn save_graph_json(state: ImportState) {
    let (Some(file), Some(tenant)) = (state.file.get_untracked(), state.tenant.get_value()) else { return };
    let rows = file.table.rows().iter().filter_map(|entry| entry.result.as_ref().ok());
    let text = graph_json(rows, |owner: &Owner| tenant.user(owner).map(|user| user.id.clone()));
    download("tokens-with-secrets.json", "application/json", &text);
}
