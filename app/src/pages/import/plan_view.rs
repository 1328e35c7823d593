//! The table of the plan: a line per row of the file, updated during the run.

use leptos::prelude::*;
use token_core::{plan::Verdict, seed_file::ParsedRow};

use super::{
    downloads::PlanDownloads,
    file_head::FileHead,
    plan_dialogs::{PlanDialog, PlanDialogs},
};
use crate::{
    components::{
        outcome::{badge, explanation},
        outcome_filters::{OutcomeFilters, Outcomes},
        status_badge::StatusBadge,
        virtual_table::{VirtualTable, two_lines},
    },
    state::import::{ImportPhase, ImportState},
};

/// Counts, notices and the table.
#[component]
pub fn PlanView(state: ImportState) -> impl IntoView {
    let statuses = Memo::new(move |_| state.run.statuses());
    let outcomes = Outcomes::new(statuses, Signal::stored(false));
    let dialog = RwSignal::new(None::<PlanDialog>);
    view! {
        <OutcomeFilters outcomes />
        <FileHead state dialog />
        <Notices state />
        <PlanDownloads state />
        <VirtualTable
            label="Rows of the file"
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
            row=move |index| cells(state, outcomes.shown, dialog, index)
        />
        <PlanDialogs state dialog />
    }
}

/// Notices about the whole file.
#[component]
fn Notices(state: ImportState) -> impl IntoView {
    move || {
        let file = state.file.get()?;
        let notices = file.table.notices();
        let is_quiet = notices.is_empty();
        let notices = notices.into_iter().map(|notice| view! { <li>{notice}</li> }).collect_view();
        (!is_quiet).then(|| view! { <ul class="note note--info">{notices}</ul> })
    }
}

/// The cells of the shown row at `index`.
fn cells(
    state: ImportState,
    shown: Memo<Vec<usize>>,
    dialog: RwSignal<Option<PlanDialog>>,
    index: usize,
) -> impl IntoView {
    state.run.progress_version.track();
    let position = shown.with(|shown| shown.get(index).copied())?;
    let plan = state.run.plan.get();
    let row = plan.get(position)?;
    let progress = state.run.progress.with_value(|all| all.get(position).cloned())?;
    let file = state.file.get()?;
    let (token, settings) = token_text(file.table.rows().get(position)?);
    let (tone, word) = badge(row, &progress);
    let (reason, remedy) = explanation(row, &progress);
    let (user, upn) = match row.owner_name.as_str() {
        "" => (row.owner.clone(), String::new()),
        name => (name.to_owned(), row.owner.clone()),
    };
    let whole = format!("{reason} {remedy}").trim().to_owned();
    let is_changed = file.table.rows().get(position)?.raw.changes.is_some();
    let can_go = matches!(row.verdict, Verdict::Work(_) | Verdict::Nothing(_) | Verdict::Repeats(_))
        && !row.owner.is_empty();
    let is_planned = state.phase.get() == ImportPhase::Planned;
    let change = (is_planned && (is_changed || !can_go)).then(|| {
        let label = format!("Change line {}", row.line);
        view! {
            <button class="link cell__more" aria-label=label on:click=move |_| dialog.set(Some(PlanDialog::Row(position)))>
                {if is_changed { "Changed. Change again" } else { "Change" }}
            </button>
        }
    });
    Some(view! {
        <td class="cell cell--line">{row.line}</td>
        <td class="cell cell--serial">
            <bdi>{row.serial.clone()}</bdi>
        </td>
        <td class="cell cell--model">{two_lines(token, settings)}</td>
        <td class="cell cell--user">{two_lines(user, upn)}</td>
        <td class="cell cell--status">
            <StatusBadge tone text=word />
            {change}
        </td>
        <td class="cell cell--why" title=whole>
            {two_lines(reason, remedy)}
        </td>
    })
}

/// Model and settings of the row's token, including assumed ones.
fn token_text(entry: &ParsedRow) -> (String, String) {
    let Ok(row) = &entry.result else { return (String::new(), String::new()) };
    let token = &row.token;
    let name = format!("{} {}", token.manufacturer, token.model);
    (name, format!("{}, {} s", token.hash, token.interval.seconds()))
}
