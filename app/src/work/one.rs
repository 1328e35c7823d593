//! One token: a question in a sentence, what follows from it, and the button with the verb.

use leptos::prelude::*;
use token_core::{
    manage::{ActionRequest, CodeSource, TokenAction, plan::TaskRow},
    rollout::{Progress, plan::Verdict},
};

use super::{
    Phase, Work, needs,
    result::{Late, UndoButton},
    sentences::{consequences, outcome, question},
    steps, survey,
};
use crate::components::{fault_note::FaultNote, run_progress::Hold};
use token_core::rollout::engine::RunResult;

/// The plan for one token, its run and its end.
#[component]
pub fn One(work: Work) -> impl IntoView {
    let stage = Memo::new(move |_| work.phase.get());
    move || {
        let (requests, plan) = (work.requests.get(), work.plan.get());
        let ([request], [row]) = (requests.as_slice(), plan.as_slice()) else { return ().into_any() };
        let (request, row) = (request.clone(), row.clone());
        match stage.get() {
            Phase::Planned if matches!(row.verdict, Verdict::Work(_)) => {
                view! { <Begin work request row /> }.into_any()
            }
            Phase::Planned => view! { <Refused work request row /> }.into_any(),
            Phase::Running => view! { <Running work row /> }.into_any(),
            Phase::Ended(ended) => view! { <End work request row ended /> }.into_any(),
            _ => ().into_any(),
        }
    }
}

#[component]
fn Begin(work: Work, request: ActionRequest, row: TaskRow) -> impl IntoView {
    let Verdict::Work(task) = &row.verdict else { return ().into_any() };
    let verb = task.kind;
    let is_dangerous = verb.is_dangerous();
    let changed = request.resolved.as_ref().ok().and_then(|resolved| {
        let offer = work.offer.get_untracked()?;
        let before = offer.requests.first()?.resolved.as_ref().ok()?;
        let is_ours = work.expected.with_untracked(|expected| expected.contains_key(&resolved.token.id));
        survey::change(&before.token, &resolved.token).filter(|_| !is_ours)
    });
    let plan = [row.clone()];
    let follows = consequences(&plan).into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    let missing = work.missing.with_untracked(|missing| needs::reason(&plan, missing));
    let is_possible = missing.is_none();
    view! {
        <p class="work__question">{question(&request, &row).view()}</p>
        {changed.map(|what| view! { <p class="note note--warning">{what}"."</p> })}
        <div class="work__follows">{follows}</div>
        {missing.map(|why| view! { <p class="note note--warning">{why}</p> })}
        <div class="dialog__buttons">
            <button class="button" autofocus=is_dangerous || !is_possible on:click=move |_| steps::close(work)>
                "Cancel"
            </button>
            {is_possible
                .then(|| {
                    view! {
                        <button
                            class=if is_dangerous { "button button--danger" } else { "button button--primary" }
                            autofocus=!is_dangerous
                            on:click=move |_| steps::run(work)
                        >
                            {verb.label()}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Why there is nothing to be done, and what could be.
#[component]
fn Refused(work: Work, request: ActionRequest, row: TaskRow) -> impl IntoView {
    let (heading, reason, remedy) = outcome(&row, &Progress::default());
    let held = request.resolved.as_ref().ok().filter(|resolved| {
        matches!(resolved.action, TokenAction::Delete { unassign_first: false })
            && resolved.token.assigned_to.is_some()
    });
    let instead = held.map(|resolved| {
        let mut instead =
            ActionRequest::one(request.line, &resolved.token, TokenAction::Delete { unassign_first: true });
        if resolved.legacy {
            instead = instead.of_legacy();
        }
        view! {
            <button class="button" on:click=move |_| work.offer(vec![instead.clone()], Vec::new())>
                "Unassign and delete …"
            </button>
        }
    });
    view! {
        <p class="work__question">{question(&request, &row).view()}</p>
        <div class="note note--warning">
            <p>
                <strong>{heading}": "</strong>
                {full_stop(reason)}
                " "
                {remedy}
            </p>
        </div>
        <div class="dialog__buttons">
            {instead}
            <button class="button" autofocus on:click=move |_| steps::close(work)>
                "Close"
            </button>
        </div>
    }
}

#[component]
fn Running(work: Work, row: TaskRow) -> impl IntoView {
    let doing = row.serial.clone();
    let waiting = move || {
        work.moved.track();
        let waiting = work.progress.with_value(|all| all.first().and_then(|one| one.waiting.clone()));
        let hold: Option<Hold> = work.hold.get();
        hold.map(|hold| hold.to_string())
            .or(waiting)
            .map(|text| view! { <p class="note note--info">{text}</p> })
    };
    view! {
        <p role="status">"Writing to token "<bdi>{doing}</bdi>" …"</p>
        <progress class="progress" aria-label="Under way"></progress>
        {waiting}
        <div class="dialog__buttons">
            <button
                class="button"
                autofocus
                aria-disabled=move || work.stopping.get().to_string()
                on:click=move |_| steps::stop(work)
            >
                {move || if work.stopping.get() { "Stopping …" } else { "Stop" }}
            </button>
        </div>
    }
}

#[component]
fn End(work: Work, request: ActionRequest, row: TaskRow, ended: RunResult) -> impl IntoView {
    let progress = work.progress.with_value(|all| all.first().cloned()).unwrap_or_default();
    let (heading, reason, remedy) = outcome(&row, &progress);
    let totals = untrack(|| work.totals());
    let is_good = totals.failed + totals.left == 0;
    // A code that was typed counts once: the person types the next one where they typed this.
    let was_typed = work.offer.with_untracked(|offer| {
        offer.iter().any(|offer| {
            offer.code_sources.iter().any(|code_source| matches!(code_source, CodeSource::Code(_)))
        })
    });
    let error = match ended {
        RunResult::Halted(error) => Some(error),
        _ => None,
    };
    let is_halted = error.is_some();
    let serial = request.serial;
    let class = match (is_good, totals.left > 0) {
        (true, _) => "note note--good",
        (_, true) => "note note--warning",
        _ => "note note--danger",
    };
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
        <div class=class>
            <p>
                <strong>"Token "<bdi>{serial}</bdi>": "{heading}". "</strong>
                {full_stop(reason)}
                " "
                {remedy}
            </p>
        </div>
        <Late work />
        <div class="dialog__buttons">
            <UndoButton work />
            {(totals.left > 0 && !is_halted)
                .then(|| view! { <button class="button" on:click=move |_| steps::run(work)>"Resume"</button> })}
            {(totals.failed > 0 && !was_typed)
                .then(|| {
                    view! { <button class="button" on:click=move |_| steps::survey(work)>"Try again"</button> }
                })}
            <button class="button button--primary" autofocus on:click=move |_| steps::close(work)>
                "Close"
            </button>
        </div>
    }
}

/// The text as a sentence.
fn full_stop(text: String) -> String {
    match text.chars().last() {
        None | Some('.' | '!' | '?') => text,
        Some(_) => text + ".",
    }
}
