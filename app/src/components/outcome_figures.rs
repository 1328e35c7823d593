//! The rows of a plan or a run by outcome: figures that filter them, and which of them are shown.

use leptos::prelude::*;

use super::{
    figure_bar::Figure,
    figures::Figures,
    outcome::{Group, tone},
};

/// The rows by outcome, and the choice among them.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes {
    /// The group of each row.
    pub groups: Memo<Vec<Group>>,
    /// The places of the rows that are shown, in their order on screen.
    pub shown: Memo<Vec<usize>>,
    chosen: RwSignal<Option<&'static str>>,
}

impl Outcomes {
    /// All rows; with `urgent_first` those that need a person before the others.
    pub fn new(groups: Memo<Vec<Group>>, urgent_first: Signal<bool>) -> Self {
        let chosen = RwSignal::new(None::<&'static str>);
        let shown = Memo::new(move |_| {
            let wanted = chosen.get().and_then(Group::named);
            groups.with(|groups| {
                let rows = groups
                    .iter()
                    .enumerate()
                    .filter(|(_, group)| wanted.is_none_or(|wanted| wanted == **group));
                let mut rows: Vec<(usize, Group)> = rows.map(|(index, group)| (index, *group)).collect();
                if urgent_first.get() {
                    rows.sort_by_key(|(_, group)| group.rank());
                }
                rows.into_iter().map(|(index, _)| index).collect::<Vec<_>>()
            })
        });
        Self { groups, shown, chosen }
    }

    /// How many rows are in a group.
    pub fn count(self, group: Group) -> usize {
        self.groups.with(|groups| groups.iter().filter(|one| **one == group).count())
    }

    /// How many rows are shown.
    pub fn total(self) -> Signal<usize> {
        Signal::derive(move || self.shown.with(Vec::len))
    }

    /// What the rows answer, for a table that begins anew with another choice.
    pub fn subject(self) -> Signal<String> {
        Signal::derive(move || self.chosen.get().unwrap_or_default().to_owned())
    }
}

/// The figures; a click on one shows its rows alone.
#[component]
pub fn OutcomeFigures(outcomes: Outcomes) -> impl IntoView {
    let Outcomes { groups, chosen, .. } = outcomes;
    let parts = Memo::new(move |_| {
        let figures = Group::ALL.into_iter().map(|group| (group, outcomes.count(group)));
        // The chosen one stays, so that the choice can be taken back.
        let chosen = chosen.get();
        let shown = figures
            .filter(|(group, count)| *count > 0 || *group == Group::ToDo || chosen == Some(group.label()));
        shown
            .map(|(group, count)| Figure { label: group.label(), count, tone: tone(group) })
            .collect::<Vec<_>>()
    });
    let whole = ("Rows", Signal::derive(move || groups.with(Vec::len)));
    view! {
        <Figures
            label="Rows by outcome"
            whole
            parts
            chosen
            choose=Callback::new(move |label| chosen.set(label))
        />
    }
}
