//! The result of a run: summary, report, undo.

use leptos::prelude::*;
use token_core::run::{
    engine::RunResult,
    report::{self, RunTotals},
};

use super::{
    dialog_text::done_sentence,
    refresh::unconfirmed_text,
    undo::{Undo, undo},
    waiting_note::WaitingNote,
    workflow,
};
use crate::{
    browser::{CONTENT, download, restore_focus},
    components::{
        error_note::ErrorNote,
        first_rows::{FirstSummary, go_on_label},
        outcome::RowStatus,
        run_progress::run_summary,
    },
    format::tokens,
    state::{
        run::BEING_READ_BACK,
        token_actions::{BatchPhase, TokenActions},
    },
};

/// Most tokens whose actions are undone without a question.
const AT_ONCE: usize = 5;
/// Why nothing was done.
pub(super) const NOT_READ: &str = "The tenant could not be read, so nothing was changed";
/// Selector of the bar.
const BAR: &str = ".kept";

/// The result of a run over many tokens, with buttons for the rest.
#[component]
pub fn BatchResult(actions: TokenActions, ended: RunResult) -> impl IntoView {
    let impossible = untrack(|| actions.run.impossible());
    let totals = Memo::new(move |_| actions.run.totals());
    let RunTotals { failed, left, .. } = totals.get_untracked();
    let whole = run_summary(totals.get_untracked(), impossible);
    let summary = match ended {
        RunResult::Complete => view! { <strong>"Finished"</strong>": "{whole}"." }.into_any(),
        RunResult::Stopped => view! { <strong>"Stopped"</strong>": "{whole}"." }.into_any(),
        RunResult::Halted(_) => view! { <strong>"Interrupted"</strong>": "{whole}"." }.into_any(),
        RunResult::FirstEnded => view! { <FirstSummary tried=actions.run.tried() totals /> }.into_any(),
    };
    let next = match ended {
        RunResult::FirstEnded => go_on_label(left),
        _ => "Resume".to_owned(),
    };
    let error = match ended {
        RunResult::Halted(error) => Some(error),
        _ => None,
    };
    view! {
        {error
            .map(|error| {
                view! {
                    <ErrorNote
                        what="The work was interrupted. What is done stays done"
                        error
                        retry=Callback::new(move |()| workflow::run(actions))
                    />
                }
            })}
        <p class="work__question">{summary}</p>
        <UnconfirmedNote actions />
        <div class="dialog__buttons work__buttons">
            <UndoButton actions />
            {(failed + impossible > 0)
                .then(|| {
                    view! { <button class="button" on:click=move |_| workflow::prepare(actions)>"Check again"</button> }
                })}
            {(left > 0)
                .then(|| view! { <button class="button" on:click=move |_| workflow::run(actions)>{next}</button> })}
            <button class="button button--primary" autofocus on:click=move |_| workflow::close(actions)>
                "Close"
            </button>
        </div>
    }
}

/// Says that writes are not yet visible in Microsoft Graph, or were not in time.
#[component]
pub fn UnconfirmedNote(actions: TokenActions) -> impl IntoView {
    // Only after the first read: mostly there is nothing to wait for.
    let waiting = Memo::new(move |_| match actions.is_lagging.get() {
        true => actions.expected.with(std::collections::HashMap::len),
        false => 0,
    });
    move || match (waiting.get(), actions.unconfirmed.get()) {
        (0, 0) => ().into_any(),
        (0, unconfirmed) => {
            view! { <p class="note note--warning">{unconfirmed_text(unconfirmed)}</p> }.into_any()
        }
        (waiting, _) => {
            let text = format!("Waiting until Microsoft shows the new state of {} …", tokens(waiting));
            view! { <p class="work__waiting">{text}</p> }.into_any()
        }
    }
}

/// Undoes the batch: at once for a few tokens, otherwise after a question.
#[component]
pub fn UndoButton(actions: TokenActions) -> impl IntoView {
    let found = move || -> Option<Undo> {
        let plan = actions.run.plan.get_untracked();
        let tenant = actions.tenant.get_value()?;
        actions.run.progress.with_value(|progress| undo(&plan, progress, |id| tenant.user_by_id(id).cloned()))
    };
    found().map(|undo| {
        let hint = undo.hint();
        let count = undo.requests.len();
        let is_at_once = count <= AT_ONCE;
        let label = if is_at_once { "Undo".to_owned() } else { format!("Undo {} …", tokens(count)) };
        let press = move |_| {
            let requests = undo.requests.clone();
            if is_at_once {
                actions.act(requests, Vec::new());
            } else {
                actions.propose(requests, Vec::new());
            }
        };
        view! {
            {hint.map(|hint| view! { <p class="work__hint" id="work-undo-hint">{hint}</p> })}
            <button class="button" aria-describedby=hint.map(|_| "work-undo-hint") on:click=press>
                {label}
            </button>
        }
    })
}

/// The link to download the plan, or the report after a run.
#[component]
pub fn Downloads(actions: TokenActions) -> impl IntoView {
    let label = move || {
        actions.phase.with(|phase| match phase {
            BatchPhase::Planned => Some(("Download the plan (CSV)", "plan.csv")),
            BatchPhase::Ended(_) => Some(("Download the report (CSV)", "report.csv")),
            _ => None,
        })
    };
    move || {
        label().map(|(label, name)| {
            view! {
                <p class="downloads">
                    <button class="link" on:click=move |_| save(actions, name)>
                        {label}
                    </button>
                </p>
            }
        })
    }
}

/// Failed rows come first: they are what people open the file for.
fn save(actions: TokenActions, name: &str) {
    let plan = actions.run.plan.get_untracked();
    let text = actions.run.progress.with_value(|progress| {
        let mut rows: Vec<_> = plan.iter().zip(progress).collect();
        rows.sort_by_key(|(row, progress)| RowStatus::of(row, progress).rank());
        let (rows, progress): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|(row, progress)| (row.clone(), progress.clone())).unzip();
        report::csv(&rows, &progress, None)
    });
    download(name, "text/csv;charset=utf-8", &text);
}

/// A bar at the foot of the page with what came of the last actions, and their undo, until the next ones.
#[component]
pub fn LastActionBar(actions: TokenActions) -> impl IntoView {
    let is_shown = Memo::new(move |_| {
        let at_once = actions.at_once.get();
        let has_work = actions.phase.with(|phase| match phase {
            BatchPhase::Running | BatchPhase::Ended(_) => true,
            BatchPhase::Idle => actions.has_waiting(),
            // The dialog shows these of other batches.
            BatchPhase::Reading | BatchPhase::Unread(_) | BatchPhase::Planned => at_once,
        });
        let is_told_in_panel = at_once && actions.answers.get() > 0;
        has_work && !actions.open.get() && !is_told_in_panel
    });
    let is_running = Memo::new(move |_| {
        actions.phase.with(|phase| matches!(phase, BatchPhase::Reading | BatchPhase::Running))
    });
    let has_ended = Memo::new(move |_| actions.phase.with(|phase| matches!(phase, BatchPhase::Ended(_))));
    // The pressed button is removed when an undo begins.
    Effect::watch(move || is_running.get(), |_, _, _| restore_focus(BAR), false);
    let sum = move || match actions.phase.get() {
        BatchPhase::Reading => actions.reading_status.get(),
        BatchPhase::Unread(_) => format!("{NOT_READ}."),
        BatchPhase::Running => running_text(actions),
        BatchPhase::Idle => String::new(),
        BatchPhase::Planned | BatchPhase::Ended(_) => last_action(actions),
    };
    let dismiss = move |_| {
        actions.reset();
        restore_focus(CONTENT);
    };
    view! {
        <Show when=move || is_shown.get()>
            <aside class="kept" aria-label="Last action" tabindex="-1">
                <p>
                    <bdi>{sum}</bdi>
                </p>
                <Show when=move || has_ended.get()>
                    <UndoButton actions />
                </Show>
                <button class="button" hidden=move || !actions.has_batch() on:click=move |_| actions.open.set(true)>
                    {move || if has_ended.get() && actions.is_done() { "Report" } else { "Show" }}
                </button>
                <WaitingNote actions place=BAR />
                <Show when=move || !is_running.get() && !actions.has_waiting()>
                    <button class="button" on:click=dismiss>
                        "Dismiss"
                    </button>
                </Show>
            </aside>
        </Show>
    }
}

/// What is being done.
pub(super) fn running_text(actions: TokenActions) -> String {
    let totals = actions.run.totals();
    match actions.run.stopping.get() {
        true => "Stopping …".to_owned(),
        false if totals.written > 0 && totals.written == totals.left => format!("{BEING_READ_BACK} …"),
        false => "Writing …".to_owned(),
    }
}

/// What came of the last actions.
pub(super) fn last_action(actions: TokenActions) -> String {
    let plan = actions.run.plan.get();
    match done_sentence(&plan).filter(|_| actions.is_done()) {
        Some(done) => format!("{done}."),
        None => {
            format!("Last action: {}.", run_summary(actions.run.totals(), actions.run.impossible()))
        }
    }
}
