//! The rows of a plan or a run by status: counts that filter them, and the rows that are shown.

use leptos::prelude::*;

use super::{
    outcome::{RowStatus, tone},
    stat_bar::Stat,
    stat_filters::StatFilters,
};

/// The status of each row, and the filter.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes {
    /// The status of each row.
    pub statuses: Memo<Vec<RowStatus>>,
    /// The indexes of the rows that are shown, in display order.
    pub shown: Memo<Vec<usize>>,
    chosen: RwSignal<Option<&'static str>>,
}

impl Outcomes {
    /// All rows; with `urgent_first`, those that need attention come first.
    pub fn new(statuses: Memo<Vec<RowStatus>>, urgent_first: Signal<bool>) -> Self {
        let chosen = RwSignal::new(None::<&'static str>);
        let shown = Memo::new(move |_| {
            let wanted = chosen.get().and_then(RowStatus::from_label);
            statuses.with(|statuses| {
                let rows = statuses
                    .iter()
                    .enumerate()
                    .filter(|(_, status)| wanted.is_none_or(|wanted| wanted == **status));
                let mut rows: Vec<(usize, RowStatus)> =
                    rows.map(|(index, status)| (index, *status)).collect();
                if urgent_first.get() {
                    rows.sort_by_key(|(_, status)| status.rank());
                }
                rows.into_iter().map(|(index, _)| index).collect::<Vec<_>>()
            })
        });
        Self { statuses, shown, chosen }
    }

    /// How many rows have this status.
    pub fn count(self, status: RowStatus) -> usize {
        self.statuses.with(|statuses| statuses.iter().filter(|one| **one == status).count())
    }

    /// How many rows are shown.
    pub fn total(self) -> Signal<usize> {
        Signal::derive(move || self.shown.with(Vec::len))
    }

    /// The filter, for a table that scrolls to the top when it changes.
    pub fn subject(self) -> Signal<String> {
        Signal::derive(move || self.chosen.get().unwrap_or_default().to_owned())
    }
}

/// The counts; a click on one shows its rows alone.
#[component]
pub fn OutcomeFilters(outcomes: Outcomes) -> impl IntoView {
    let Outcomes { statuses, chosen, .. } = outcomes;
    let parts = Memo::new(move |_| {
        let stats = RowStatus::ALL.into_iter().map(|status| (status, outcomes.count(status)));
        // The chosen one stays even at zero, so that the filter can be cleared.
        let chosen = chosen.get();
        let shown = stats.filter(|(status, count)| {
            *count > 0 || *status == RowStatus::ToDo || chosen == Some(status.label())
        });
        shown
            .map(|(status, count)| Stat { label: status.label(), count, tone: tone(status) })
            .collect::<Vec<_>>()
    });
    let whole = ("Rows", Signal::derive(move || statuses.with(Vec::len)));
    view! {
        <StatFilters
            label="Rows by outcome"
            whole
            parts
            chosen
            choose=Callback::new(move |label| chosen.set(label))
        />
    }
}
