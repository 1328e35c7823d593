//! Many tokens: filters by outcome, a table of rows, and a button that says what it does to how many.

use leptos::prelude::*;
use token_core::{
    plan::{ActionKind, ActionRequest, TokenAction, Verdict},
    run::engine::RunResult,
    token::Token,
};

use super::{
    dialog_text::{button_label, common_action, consequences},
    permissions,
    result::{BatchResult, Downloads},
    workflow,
};
use crate::{
    components::{
        first_rows::{TryFirst, is_worth_a_try},
        outcome::{badge, explanation},
        outcome_filters::{OutcomeFilters, Outcomes},
        role_holders::RoleHolders,
        run_progress::RunProgress,
        status_badge::StatusBadge,
        virtual_table::{VirtualTable, two_lines},
    },
    format::tokens,
    state::token_actions::{BatchPhase, TokenActions},
};

/// The plan for many tokens, its run and its result.
#[component]
pub fn BatchView(actions: TokenActions) -> impl IntoView {
    let statuses = Memo::new(move |_| actions.run.statuses());
    // Not sorted during the run: rows that change places cannot be read. Nor after the first rows, which are on top.
    let has_ended = Memo::new(move |_| {
        let phase = actions.phase.get();
        matches!(phase, BatchPhase::Ended(ended) if ended != RunResult::FirstEnded)
    });
    let outcomes = Outcomes::new(statuses, has_ended.into());
    let totals = Memo::new(move |_| actions.run.totals());
    let stage = Memo::new(move |_| actions.phase.get());
    view! {
        {move || match stage.get() {
            BatchPhase::Planned => view! { <Confirmation actions /> }.into_any(),
            BatchPhase::Running => view! {
                <div class="run">
                    <RunProgress
                        totals
                        began=actions.run.began
                        first=actions.run.first
                        remaining_ms=actions.run.remaining_ms
                        pause=actions.run.pause
                        stopping=actions.run.stopping
                        stop=Callback::new(move |()| actions.run.stop())
                    />
                </div>
            }
            .into_any(),
            BatchPhase::Ended(ended) => view! { <BatchResult actions ended /> }.into_any(),
            _ => ().into_any(),
        }}
        <OutcomeFilters outcomes />
        <Downloads actions />
        <VirtualTable
            label="Tokens of the plan"
            class="table--plan"
            head=view! {
                <th scope="col">"Line"</th>
                <th scope="col">"Serial number"</th>
                <th scope="col">"Token"</th>
                <th scope="col">"User"</th>
                <th scope="col">"Outcome"</th>
                <th scope="col">"What and why"</th>
            }
            total=outcomes.total()
            subject=outcomes.subject()
            row=move |index| cells(actions, outcomes.shown, index)
        />
    }
}

/// The consequences, the count to be typed before a dangerous action, and the buttons.
#[component]
fn Confirmation(actions: TokenActions) -> impl IntoView {
    let plan = actions.run.plan.get_untracked();
    let (kind, count) = common_action(&plan);
    let dangerous = plan
        .iter()
        .filter_map(|row| match &row.verdict {
            Verdict::Work(task) => Some(task.kind),
            _ => None,
        })
        .filter(|kind| kind.is_dangerous())
        .count();
    let is_dangerous = dangerous > 0;
    let asks_for_count = kind.unwrap_or(ActionKind::Unassign).asks_for_count(dangerous);
    let typed = RwSignal::new(String::new());
    let missing = actions.missing.with_untracked(|missing| permissions::missing_reason(&plan, missing));
    let can = count > 0 && missing.is_none();
    let targets = Memo::new(move |_| actions.targets());
    let confirmed = actions.run.confirmed;
    let is_typed = move || {
        (!asks_for_count || typed.with(|typed| is_number(typed, count)))
            && targets.with(|targets| targets.are_confirmed(&confirmed.get()))
    };
    let begin = move || {
        if can && is_typed() {
            workflow::run(actions);
        }
    };
    let follows = consequences(&plan).into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    view! {
        <div class="work__follows">{follows}</div>
        {missing.map(|why| view! { <p class="note note--warning">{why}</p> })}
        <UnassignAndDeleteNote actions />
        {can.then(|| view! { <RoleHolders targets confirmed /> })}
        {(can && asks_for_count)
            .then(|| {
                view! {
                    <form
                        class="field work__count"
                        on:submit=move |event| {
                            event.prevent_default();
                            begin();
                        }
                    >
                        <label class="field__name" for="work-count">
                            {format!("To go on, type the number of tokens: {count}")}
                        </label>
                        <input
                            id="work-count"
                            class="input"
                            type="text"
                            inputmode="numeric"
                            autocomplete="off"
                            autofocus
                            prop:value=move || typed.get()
                            on:input:target=move |event| typed.set(event.target().value())
                        />
                    </form>
                }
            })}
        <div class="dialog__buttons work__buttons">
            <button class="button" autofocus=is_dangerous || !can on:click=move |_| workflow::close(actions)>
                {if can { "Cancel" } else { "Close" }}
            </button>
            {can
                .then(|| {
                    view! {
                        <button
                            class=if is_dangerous { "button button--danger" } else { "button button--primary" }
                            autofocus=!is_dangerous
                            aria-disabled=move || (!is_typed()).to_string()
                            on:click=move |_| begin()
                        >
                            {button_label(&plan)}
                        </button>
                    }
                })}
            {(can && is_worth_a_try(count))
                .then(|| {
                    let disabled = Signal::derive(move || !is_typed());
                    let run = move |()| {
                        if is_typed() {
                            workflow::run_first(actions);
                        }
                    };
                    view! { <TryFirst run=Callback::new(run) disabled /> }
                })}
        </div>
    }
}

/// Whether the text is the count, with or without commas.
fn is_number(typed: &str, count: usize) -> bool {
    typed.trim().replace([',', ' ', '.', '\''], "") == count.to_string()
}

/// Offers to unassign the tokens that cannot be deleted because they are assigned.
#[component]
fn UnassignAndDeleteNote(actions: TokenActions) -> impl IntoView {
    let requests = actions.requests.get_untracked();
    let held = |request: &ActionRequest| {
        request.resolved.as_ref().is_ok_and(|resolved| {
            matches!(resolved.action, TokenAction::Delete { unassign_first: false })
                && resolved.token.assigned_to.is_some()
        })
    };
    let count = requests.iter().filter(|request| held(request)).count();
    let instead = move |_| {
        let mut requests = (*actions.requests.get_untracked()).clone();
        for request in requests.iter_mut().filter(|request| held(request)) {
            if let Ok(resolved) = &mut request.resolved {
                resolved.action = TokenAction::Delete { unassign_first: true };
            }
        }
        actions.propose(requests, Vec::new());
    };
    (count > 0).then(|| {
        view! {
            <div class="note note--warning">
                <p>{format!("{} cannot be deleted while somebody holds them.", tokens(count))}</p>
                <button class="button" on:click=instead>
                    "Unassign and delete them too …"
                </button>
            </div>
        }
    })
}

/// The cells of the shown row at `index`.
fn cells(actions: TokenActions, shown: Memo<Vec<usize>>, index: usize) -> impl IntoView {
    actions.run.progress_version.track();
    let position = shown.with(|shown| shown.get(index).copied())?;
    let (plan, requests) = (actions.run.plan.get(), actions.requests.get());
    let row = plan.get(position)?;
    let progress = actions.run.progress.with_value(|all| all.get(position).cloned())?;
    let token = requests.get(position)?.resolved.as_ref().ok().map(|resolved| &*resolved.token);
    let id = token.map(|token| token.id.clone());
    let (model, maker) = described(token);
    let (tone, word) = badge(row, &progress);
    let (reason, remedy) = explanation(row, &progress);
    let whole = format!("{reason} {remedy}").trim().to_owned();
    let waits = progress.end.is_some() && id.is_some_and(|id| actions.is_propagating(&id));
    let reason =
        if waits && reason.is_empty() { "Waiting for Microsoft to show it".to_owned() } else { reason };
    let (user, upn) = match row.owner_name.as_str() {
        "" => (row.owner.clone(), String::new()),
        name => (name.to_owned(), row.owner.clone()),
    };
    Some(view! {
        <td class="cell cell--line">{row.line}</td>
        <td class="cell cell--serial">
            <bdi>{row.serial.clone()}</bdi>
        </td>
        <td class="cell cell--model">{two_lines(model, maker)}</td>
        <td class="cell cell--user">{two_lines(user, upn)}</td>
        <td class="cell cell--status">
            <StatusBadge tone text=word />
        </td>
        <td class="cell cell--why" title=whole>
            {two_lines(reason, remedy)}
        </td>
    })
}

fn described(token: Option<&Token>) -> (String, String) {
    token.map(|token| (token.model.clone(), token.manufacturer.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_count_with_commas() {
        assert!(is_number(" 1,200 ", 1200) && is_number("1200", 1200));
        assert!(!is_number("120", 1200) && !is_number("", 1200));
    }
}
