//! The table of the plan: a line per row of the file, updated during the run.

use leptos::prelude::*;
use token_core::seed_file::ParsedRow;

use super::downloads::PlanDownloads;
use crate::{
    components::{
        outcome::{badge, explanation},
        outcome_filters::{OutcomeFilters, Outcomes},
        status_badge::StatusBadge,
        virtual_table::{VirtualTable, two_lines},
    },
    state::import::ImportState,
};

/// Counts, notices and the table.
#[component]
pub fn PlanView(state: ImportState) -> impl IntoView {
    let statuses = Memo::new(move |_| state.run.statuses());
    let outcomes = Outcomes::new(statuses, Signal::stored(false));
    view! {
        <OutcomeFilters outcomes />
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
            row=move |index| cells(state, outcomes.shown, index)
        />
    }
}

/// Notices about the whole file.
#[component]
fn Notices(state: ImportState) -> impl IntoView {
    move || {
        let file = state.file.get()?;
        let notices = file.notices.iter().map(|notice| view! { <li>{notice.clone()}</li> }).collect_view();
        (!file.notices.is_empty()).then(|| view! { <ul class="note note--info">{notices}</ul> })
    }
}

/// The cells of the shown row at `index`.
fn cells(state: ImportState, shown: Memo<Vec<usize>>, index: usize) -> impl IntoView {
    state.run.progress_version.track();
    let position = shown.with(|shown| shown.get(index).copied())?;
    let plan = state.run.plan.get();
    let row = plan.get(position)?;
    let progress = state.run.progress.with_value(|all| all.get(position).cloned())?;
    let file = state.file.get()?;
    let (token, settings) = token_text(file.entries.get(position)?);
    let (tone, word) = badge(row, &progress);
    let (reason, remedy) = explanation(row, &progress);
    let (user, upn) = match row.owner_name.as_str() {
        "" => (row.owner.clone(), String::new()),
        name => (name.to_owned(), row.owner.clone()),
    };
    let whole = format!("{reason} {remedy}").trim().to_owned();
    Some(view! {
        <td class="cell cell--line">{row.line}</td>
        <td class="cell cell--serial">
            <bdi>{row.serial.clone()}</bdi>
        </td>
        <td class="cell cell--model">{two_lines(token, settings)}</td>
        <td class="cell cell--user">{two_lines(user, upn)}</td>
        <td class="cell cell--status">
            <StatusBadge tone text=word />
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
