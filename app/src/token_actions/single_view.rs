//! One token: the question in a sentence, its consequences, and the button with the action.

use leptos::prelude::*;
use token_core::{
    plan::{ActionRequest, CodeSource, TaskRow, TokenAction, Verdict},
    run::Progress,
};

use super::{
    dialog_text::{consequences, outcome, question},
    next_code::{NextCode, waits_for_code},
    permissions,
    result::{UnconfirmedNote, UndoButton},
    workflow,
};
use crate::{
    components::{error_note::ErrorNote, role_holders::RoleHolders},
    state::{
        run_pause::RunPause,
        token_actions::{BatchPhase, TokenActions},
    },
};
use token_core::run::engine::RunResult;

/// The plan for one token, its run and its result.
#[component]
pub fn SingleView(
    actions: TokenActions,
    /// Whether a panel shows it, which asks nothing and has no buttons to close it.
    #[prop(optional)]
    in_panel: bool,
) -> impl IntoView {
    let stage = Memo::new(move |_| actions.phase.get());
    move || {
        let (requests, plan) = (actions.requests.get(), actions.run.plan.get());
        let ([request], [row]) = (requests.as_slice(), plan.as_slice()) else { return ().into_any() };
        let (request, row) = (request.clone(), row.clone());
        match stage.get() {
            // It runs at once.
            BatchPhase::Planned if in_panel && matches!(row.verdict, Verdict::Work(_)) => ().into_any(),
            BatchPhase::Planned if matches!(row.verdict, Verdict::Work(_)) => {
                view! { <Confirmation actions request row /> }.into_any()
            }
            BatchPhase::Planned => view! { <NotPossible actions request row in_panel /> }.into_any(),
            BatchPhase::Running => view! { <Running actions row /> }.into_any(),
            BatchPhase::Ended(ended) => view! { <Finished actions request row ended in_panel /> }.into_any(),
            _ => ().into_any(),
        }
    }
}

#[component]
fn Confirmation(actions: TokenActions, request: ActionRequest, row: TaskRow) -> impl IntoView {
    let Verdict::Work(task) = &row.verdict else { return ().into_any() };
    let kind = task.kind;
    let is_dangerous = kind.is_dangerous();
    let changed = actions
        .batch
        .get_untracked()
        .and_then(|batch| workflow::changed_assignee(actions, batch.requests.first()?, &request));
    let plan = [row.clone()];
    let follows = consequences(&plan).into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    let missing = actions.missing.with_untracked(|missing| permissions::missing_reason(&plan, missing));
    let is_possible = missing.is_none();
    let targets = Memo::new(move |_| actions.targets());
    let confirmed = actions.run.confirmed;
    let is_confirmed = move || targets.with(|targets| targets.are_confirmed(&confirmed.get()));
    view! {
        <p class="work__question">{question(&request, &row).view()}</p>
        {changed.map(|what| view! { <p class="note note--warning">{what}"."</p> })}
        <div class="work__follows">{follows}</div>
        {missing.map(|why| view! { <p class="note note--warning">{why}</p> })}
        {is_possible.then(|| view! { <RoleHolders targets confirmed /> })}
        <div class="dialog__buttons">
            <button class="button" autofocus=is_dangerous || !is_possible on:click=move |_| workflow::close(actions)>
                "Cancel"
            </button>
            {is_possible
                .then(|| {
                    view! {
                        <button
                            class=if is_dangerous { "button button--danger" } else { "button button--primary" }
                            autofocus=!is_dangerous
                            aria-disabled=move || (!is_confirmed()).to_string()
                            on:click=move |_| {
                                if is_confirmed() {
                                    workflow::run(actions);
                                }
                            }
                        >
                            {kind.label()}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Why the action is not possible, and what is.
#[component]
fn NotPossible(actions: TokenActions, request: ActionRequest, row: TaskRow, in_panel: bool) -> impl IntoView {
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
            <button class="button" on:click=move |_| actions.propose(vec![instead.clone()], Vec::new())>
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
            {(!in_panel).then(|| view! { <CloseButton actions /> })}
        </div>
    }
}

#[component]
fn Running(actions: TokenActions, row: TaskRow) -> impl IntoView {
    let serial = row.serial.clone();
    let waiting = move || {
        actions.run.progress_version.track();
        let waiting = actions.run.progress.with_value(|all| all.first().and_then(|one| one.waiting.clone()));
        let pause: Option<RunPause> = actions.run.pause.get();
        pause
            .map(|pause| pause.to_string())
            .or(waiting)
            .map(|text| view! { <p class="note note--info">{text}</p> })
    };
    view! {
        <p role="status">"Writing to token "<bdi>{serial}</bdi>" …"</p>
        <progress class="progress" aria-label="Under way"></progress>
        {waiting}
        <div class="dialog__buttons">
            <button
                class="button"
                autofocus
                aria-disabled=move || actions.run.stopping.get().to_string()
                on:click=move |_| actions.run.stop()
            >
                {move || if actions.run.stopping.get() { "Stopping …" } else { "Stop" }}
            </button>
        </div>
    }
}

#[component]
fn Finished(
    actions: TokenActions,
    request: ActionRequest,
    row: TaskRow,
    ended: RunResult,
    in_panel: bool,
) -> impl IntoView {
    let progress = actions.run.progress.with_value(|all| all.first().cloned()).unwrap_or_default();
    let (heading, reason, remedy) = outcome(&row, &progress);
    let totals = untrack(|| actions.run.totals());
    let is_good = totals.failed + totals.left == 0;
    // A code is valid once: after a failure the person types another in the form.
    let was_typed = actions.batch.with_untracked(|batch| {
        batch.iter().any(|batch| {
            batch.code_sources.iter().any(|code_source| matches!(code_source, CodeSource::Code(_)))
        })
    });
    let error = match ended {
        RunResult::Halted(error) => Some(error),
        _ => None,
    };
    let is_halted = error.is_some();
    // A memo, so that the field stays while the inventory changes.
    let next_code = Memo::new(move |_| if in_panel { waits_for_code(actions) } else { None });
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
                    <ErrorNote
                        what="The work was interrupted. What is done stays done"
                        error
                        retry=Callback::new(move |()| workflow::run(actions))
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
        <UnconfirmedNote actions />
        {move || next_code.get().map(|id| view! { <NextCode actions id /> })}
        <div class="dialog__buttons">
            <UndoButton actions />
            {(totals.left > 0 && !is_halted)
                .then(|| view! { <button class="button" on:click=move |_| workflow::run(actions)>"Resume"</button> })}
            {(totals.failed > 0 && !was_typed)
                .then(|| {
                    view! { <button class="button" on:click=move |_| workflow::prepare(actions)>"Try again"</button> }
                })}
            {(!in_panel).then(|| view! { <CloseButton actions /> })}
        </div>
    }
}

#[component]
fn CloseButton(actions: TokenActions) -> impl IntoView {
    view! {
        <button class="button button--primary" autofocus on:click=move |_| workflow::close(actions)>
            "Close"
        </button>
    }
}

/// Ends the text with a full stop.
fn full_stop(text: String) -> String {
    match text.chars().last() {
        None | Some('.' | '!' | '?') => text,
        Some(_) => text + ".",
    }
}
