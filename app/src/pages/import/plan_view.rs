//! The table of the plan: a line per row of the file, updated during the run.

use leptos::prelude::*;
use token_core::{seed_file::ParsedRow, token::HashFunction};

use super::{downloads::PlanDownloads, steps};
use crate::{
    components::{
        outcome::{badge, explanation},
        outcome_filters::{OutcomeFilters, Outcomes},
        seed_question::{Choice, SheetChoice},
        status_badge::StatusBadge,
        virtual_table::{VirtualTable, two_lines},
    },
    format::grouped,
    seed_file::Answer,
    state::import::{ImportPhase, ImportState},
};

/// Counts, notices and the table.
#[component]
pub fn PlanView(state: ImportState) -> impl IntoView {
    let statuses = Memo::new(move |_| state.run.statuses());
    let outcomes = Outcomes::new(statuses, Signal::stored(false));
    view! {
        <OutcomeFilters outcomes />
        <FileHead state />
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

/// The choice that leaves the hash to the usual rule.
const BY_LENGTH: &str = "By the length of the key";

/// The hash of the rows that name none.
#[component]
fn HashChoice(silent: usize, hash: Option<HashFunction>, answer: Callback<Answer>) -> impl IntoView {
    let rows = match silent {
        1 => "1 row names no hash".to_owned(),
        silent => format!("{} rows name no hash", grouped(silent)),
    };
    let name =
        |hash: Option<HashFunction>| hash.map_or_else(|| BY_LENGTH.to_owned(), |hash| hash.to_string());
    let choices = [None, Some(HashFunction::Sha1), Some(HashFunction::Sha256)];
    let answer = Callback::new(move |chosen: String| {
        let hash = choices.into_iter().find(|choice| name(*choice) == chosen);
        answer.run(Answer::Hash(hash.flatten()));
    });
    view! { <Choice label=rows names=choices.map(name).to_vec() chosen=Some(name(hash)) answer /> }
}

/// What was read, and what can be chosen for the whole file as long as nothing was written.
#[component]
fn FileHead(state: ImportState) -> impl IntoView {
    let answer = Callback::new(move |answer| steps::answer(state, answer));
    move || {
        let file = state.file.get()?;
        let is_planned = state.phase.get() == ImportPhase::Planned;
        let sheets = file.sheets.clone().filter(|_| is_planned);
        let (silent, hash) = file.silent;
        Some(view! {
            <p class="hint">{file.summary.clone()}</p>
            {sheets.map(|(names, sheet)| view! { <SheetChoice names chosen=Some(sheet) answer /> })}
            {(is_planned && silent > 0).then(|| view! { <HashChoice silent hash answer /> })}
        })
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
