//! The start of the run, its progress, and its result.

use leptos::{ev, prelude::*};
use leptos_router::components::A;
use token_core::{
    audit::AuditFilter,
    inventory::{InventoryQuery, LISTED_WORD},
    plan::{Mode, PlanTotals, privileged::PlanTargets},
    run::{
        engine::RunResult,
        report::{RunTotals, creation_note},
        row_status::RowStatus,
    },
    token::SerialNumber,
};

use super::{
    downloads::RunDownloads,
    mode::mode_label,
    permissions::Permissions,
    plan_text::plan_summary,
    prove::{self, ProofLine},
    steps,
};
use crate::{
    base::href,
    components::{
        error_note::ErrorNote,
        first_rows::{FirstSummary, TryFirst, go_on_label, is_worth_a_try},
        role_holders::RoleHolders,
        run_progress::{RunProgress, run_summary},
    },
    format::{grouped, tokens},
    paths,
    state::{
        import::{ImportPhase, ImportState},
        inventory::InventoryStore,
        slip_selection::{MAX_SLIPS, SlipSelection, SlipTokens},
    },
};

/// What can be done next in the current phase.
#[component]
pub fn RunView(state: ImportState, permissions: Permissions) -> impl IntoView {
    let totals = Memo::new(move |_| state.run.totals());
    let phase = Memo::new(move |_| state.phase.get());
    move || match phase.get() {
        ImportPhase::Planned => view! { <PlannedRun state permissions /> }.into_any(),
        ImportPhase::Running => view! {
            <div class="run">
                <RunProgress
                    totals
                    began=state.run.began
                    first=state.run.first
                    remaining_ms=state.run.remaining_ms
                    pause=state.run.pause
                    stopping=state.run.stopping
                    stop=Callback::new(move |()| state.run.stop())
                />
            </div>
        }
        .into_any(),
        ImportPhase::Ended(ended) => view! { <FinishedRun state totals ended /> }.into_any(),
        _ => ().into_any(),
    }
}

/// A summary of the plan, and the button that starts the run.
#[component]
fn PlannedRun(state: ImportState, permissions: Permissions) -> impl IntoView {
    let plan = Memo::new(move |_| PlanTotals::of(&state.run.plan.get()));
    let totals = move || plan.get();
    let name = move || state.file.with(|file| file.as_ref().map(|file| file.name.clone()));
    let text = move || button_label(&totals());
    let refused = Memo::new(move |_| {
        let blocked = prove::blocking_reason(state).map(str::to_owned);
        permissions.reason(state.mode.get()).or(blocked)
    });
    let targets = Memo::new(move |_| {
        let plan = state.run.plan.get();
        state
            .tenant
            .with_value(|read| read.as_ref().map(|read| PlanTargets::of(read.roles(), &plan)))
            .unwrap_or_default()
    });
    let is_confirmed = move || targets.with(|targets| targets.are_confirmed(&state.run.confirmed.get()));
    let is_possible = move || {
        totals().work > 0 && refused.with(Option::is_none) && !state.is_changing.get() && is_confirmed()
    };
    view! {
        <RoleHolders targets confirmed=state.run.confirmed />
        <div class="run">
            <p class="run__summary">
                <strong>{name}</strong>
                ": "
                {move || plan_summary(&totals())}
                ". Nothing has been written yet."
            </p>
            <button
                class="button button--primary"
                aria-disabled=move || (!is_possible()).to_string()
                on:click=move |_| {
                    if is_possible() {
                        steps::run(state);
                    }
                }
            >
                {text}
            </button>
            <Show when=move || is_possible() && is_worth_a_try(totals().work)>
                <TryFirst run=Callback::new(move |()| steps::run_first(state)) />
            </Show>
            <button
                class="button"
                aria-disabled=move || state.is_changing.get().to_string()
                on:click=move |_| {
                    if !state.is_changing.get_untracked() {
                        steps::load_tenant(state);
                    }
                }
            >
                "Check again"
            </button>
            {move || state.is_changing.get().then(|| view! { <p class="run__seen">"Planning the changed rows again …"</p> })}
            {move || refused.get().map(|why| view! { <p class="note note--warning">{why}</p> })}
        </div>
    }
}

/// The label of the button, from the plan: "Import, assign and activate 912 tokens". Rows without a user are counted
/// separately.
fn button_label(plan: &PlanTotals) -> String {
    let (mode, most) = match (plan.activate, plan.assign) {
        (0, 0) => (Mode::Import, plan.work),
        (0, assign) => (Mode::Assign, assign),
        (activate, _) => (Mode::Activate, activate),
    };
    match (plan.work, plan.work.saturating_sub(most)) {
        (0, _) => "Nothing to do".to_owned(),
        (_, 0) => format!("{} {}", mode_label(mode), tokens(most)),
        (_, others) => format!("{} {}, import {} only", mode_label(mode), tokens(most), tokens(others)),
    }
}

/// Where to go after the run: to its tokens in the inventory, their slips, and its entries in the audit log.
#[component]
fn NextPages(state: ImportState) -> impl IntoView {
    let (inventory, slips) = (expect_context::<InventoryStore>(), expect_context::<SlipSelection>());
    let serials = StoredValue::new(untrack(|| done_serials(state)));
    let count = serials.with_value(Vec::len);
    let shown = InventoryQuery { text: LISTED_WORD.to_owned(), ..InventoryQuery::default() };
    let to_inventory = href(&format!("{}?{}", paths::INVENTORY, shown.to_query_string()));
    let show = move |_: ev::MouseEvent| serials.with_value(|serials| inventory.set_listed(serials));
    let print = move |_: ev::MouseEvent| slips.set(SlipTokens::Serials(serials.get_value()));
    let run = state.run.run_id().map(|run| AuditFilter { run: Some(run), ..AuditFilter::default() });
    view! {
        <p class="downloads">
            {(count > 0)
                .then(|| view! { <A href=to_inventory on:click=show>{show_label(count)}</A> })}
            {(1..=MAX_SLIPS).contains(&count)
                .then(|| view! { <A href=href(paths::SLIPS) on:click=print>"Print slips"</A> })}
            {run.map(|run| view! { <A href=paths::audit(&run)>"Open the run in Audit"</A> })}
        </p>
        {(count > MAX_SLIPS)
            .then(|| {
                view! {
                    <p class="run__seen">
                        {format!("Slips are printed for at most {MAX_SLIPS} tokens at once: choose them in the inventory.")}
                    </p>
                }
            })}
    }
}

/// The serials of the rows that are done.
fn done_serials(state: ImportState) -> Vec<SerialNumber> {
    let plan = state.run.plan.get();
    let statuses = state.run.statuses();
    let done = plan.iter().zip(&statuses).filter(|(_, status)| **status == RowStatus::Done);
    done.filter_map(|(row, _)| SerialNumber::parse(&row.serial)).collect()
}

fn show_label(count: usize) -> String {
    match count {
        1 => "Show this token in the inventory".to_owned(),
        count => format!("Show these {} in the inventory", grouped(count)),
    }
}

/// The result of the run, and what can be done with the remaining rows.
#[component]
fn FinishedRun(state: ImportState, totals: Memo<RunTotals>, ended: RunResult) -> impl IntoView {
    let totals_text = move || {
        let plan = PlanTotals::of(&state.run.plan.get());
        run_summary(totals.get(), plan.conflict + plan.cannot)
    };
    let error = match &ended {
        RunResult::Halted(error) => Some(error.clone()),
        _ => None,
    };
    let next = match ended {
        RunResult::FirstEnded => go_on_label(untrack(|| totals.get().left)),
        _ => "Resume".to_owned(),
    };
    let summary = match ended {
        RunResult::Complete => view! { <strong>"Finished"</strong>": "{totals_text}"." }.into_any(),
        RunResult::Stopped => view! { <strong>"Stopped"</strong>": "{totals_text}"." }.into_any(),
        RunResult::Halted(_) => view! { <strong>"Interrupted"</strong>": "{totals_text}"." }.into_any(),
        RunResult::FirstEnded => view! { <FirstSummary tried=state.run.tried() totals /> }.into_any(),
    };
    let resumable = move || totals.with(|totals| totals.left > 0);
    view! {
        {error
            .map(|error| {
                view! {
                    <ErrorNote
                        what="The run was interrupted. What is done stays done"
                        error
                        retry=Callback::new(move |()| steps::run(state))
                    />
                }
            })}
        <div class="run">
            <p class="run__summary" id="run-result" tabindex="-1">
                {summary}
            </p>
            <Show when=resumable>
                <button class="button button--primary" on:click=move |_| steps::run(state)>
                    {next.clone()}
                </button>
            </Show>
            <button class="button" on:click=move |_| steps::load_tenant(state)>
                "Check again"
            </button>
            {move || {
                creation_note(state.run.creation_size.get()).map(|text| view! { <p class="note note--info">{text}</p> })
            }}
            <ProofLine state />
            <NextPages state />
            <RunDownloads state />
        </div>
    }
}
