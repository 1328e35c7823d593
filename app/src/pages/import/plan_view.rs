//! The plan, a line a row, and what becomes of each row during the run.

use leptos::prelude::*;

use super::{
    downloads::PlanDownloads,
    outcome::{Group, badge, explanation},
    state::ImportState,
};
use crate::components::{
    figure_bar::Figure, figures::Figures, status_badge::StatusBadge, virtual_table::VirtualTable,
};

/// Figures, notices and the table.
#[component]
pub fn PlanView(state: ImportState) -> impl IntoView {
    let filter = RwSignal::new(None::<&'static str>);
    let groups = Memo::new(move |_| {
        state.moved.track();
        let plan = state.plan.get();
        state.progress.with_value(|progress| {
            plan.iter().zip(progress).map(|(row, progress)| Group::of(row, progress)).collect::<Vec<_>>()
        })
    });
    let parts = Signal::derive(move || {
        let count = |group| groups.with(|groups| groups.iter().filter(|one| **one == group).count());
        let figures = Group::ALL.into_iter().map(|group| (group, count(group)));
        let shown = figures.filter(|(group, count)| *count > 0 || *group == Group::ToDo);
        shown
            .map(|(group, count)| Figure { label: group.label(), count, tone: group.tone() })
            .collect::<Vec<_>>()
    });
    let shown = Memo::new(move |_| {
        let wanted = filter.get().and_then(Group::named);
        groups.with(|groups| {
            let rows =
                groups.iter().enumerate().filter(|(_, group)| wanted.is_none_or(|wanted| wanted == **group));
            rows.map(|(index, _)| index).collect::<Vec<_>>()
        })
    });
    let total = Signal::derive(move || shown.with(Vec::len));
    let whole = ("Rows", Signal::derive(move || groups.with(Vec::len)));
    view! {
        <Figures
            label="Rows by outcome"
            whole
            parts
            chosen=filter
            choose=Callback::new(move |label| filter.set(label))
        />
        <Notices state />
        <PlanDownloads state />
        <VirtualTable
            label="Rows of the file"
            class="table--plan"
            head=view! {
                <th scope="col">"Line"</th>
                <th scope="col">"Serial number"</th>
                <th scope="col">"User"</th>
                <th scope="col">"Outcome"</th>
                <th scope="col">"What and why"</th>
            }
            total
            row=move |index| cells(state, shown, index)
        />
    }
}

/// What was noticed about the file as a whole.
#[component]
fn Notices(state: ImportState) -> impl IntoView {
    move || {
        let file = state.file.get()?;
        let notices = file.notices.iter().map(|notice| view! { <li>{notice.clone()}</li> }).collect_view();
        (!file.notices.is_empty()).then(|| view! { <ul class="note note--info">{notices}</ul> })
    }
}

fn cells(state: ImportState, shown: Memo<Vec<usize>>, index: usize) -> impl IntoView {
    state.moved.track();
    let position = shown.with(|shown| shown.get(index).copied());
    let plan = state.plan.get();
    let row = position.and_then(|position| plan.get(position))?;
    let progress =
        position.and_then(|position| state.progress.with_value(|all| all.get(position).cloned()))?;
    let (tone, word) = badge(row, &progress);
    let (reason, remedy) = explanation(row, &progress);
    let (user, upn) = if row.owner_name.is_empty() {
        (row.owner.clone(), String::new())
    } else {
        (row.owner_name.clone(), row.owner.clone())
    };
    let whole = format!("{reason} {remedy}");
    Some(view! {
        <td class="cell cell--line">{row.line}</td>
        <td class="cell cell--serial">
            <bdi>{row.serial.clone()}</bdi>
        </td>
        <td class="cell cell--user">
            <bdi class="cell__main">{user}</bdi>
            <bdi class="cell__more">{upn}</bdi>
        </td>
        <td class="cell cell--status">
            <StatusBadge tone text=word />
        </td>
        <td class="cell cell--why" title=whole.trim().to_owned()>
            <span class="cell__main">{reason}</span>
            <span class="cell__more">{remedy}</span>
        </td>
    })
}
