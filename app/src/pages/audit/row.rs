//! One row of the table.

use leptos::prelude::*;
use token_core::{
    audit::{Actor, ActorKind, AuditEntry, AuditFilter, AuditLogLine, RunId, RunSummary},
    inventory::InventoryQuery,
};

use super::{
    entry_list::TableRow,
    labels::{actor_details, actor_key, operations, person_names, run_actions, status_counts, token_names},
    store::AuditStore,
    view::AuditView,
};
use crate::{
    base::href,
    components::{
        audit_labels::{actor_name, tone},
        status_badge::StatusBadge,
    },
    datetime::{local_date, local_datetime, local_time_of_day, utc},
    paths,
};

/// Renders the rows.
#[derive(Debug, Clone, Copy)]
pub struct AuditRows {
    /// The loaded part of the audit log.
    pub store: AuditStore,
    /// Which rows are shown.
    pub shown: Memo<Vec<TableRow>>,
    /// Whether the user may follow links into the inventory.
    pub is_administrator: bool,
}

/// The content of a row. It is rendered again only when this changes; otherwise a focused element in it would lose the
/// focus.
#[derive(Debug, Clone, PartialEq)]
enum RowContent {
    Nothing,
    SingleEntry(Box<AuditEntry>, bool),
    /// Only the id: the counts of a run are reactive on their own.
    Run(RunId),
    RunEnd(RunId),
}

impl AuditRows {
    /// The cells of the shown row at `index`.
    pub fn row(self, index: usize) -> impl IntoView {
        let content = Memo::new(move |_| self.content(index));
        move || match content.get() {
            RowContent::Nothing => ().into_any(),
            RowContent::SingleEntry(entry, is_in_run) => self.entry(&entry, is_in_run),
            RowContent::Run(id) => self.run(id, index),
            RowContent::RunEnd(id) => self.run_end(id),
        }
    }

    /// Opens the details of the entry in the shown row at `index`, or expands or collapses the run.
    pub fn press(self, index: usize) {
        match untrack(|| self.content(index)) {
            RowContent::SingleEntry(entry, _) => self.store.open(&entry),
            RowContent::Run(id) => self.store.toggle(&id),
            RowContent::Nothing | RowContent::RunEnd(_) => {}
        }
    }

    fn content(self, index: usize) -> RowContent {
        let entry =
            |entry: &AuditEntry, is_in_run| RowContent::SingleEntry(Box::new(entry.clone()), is_in_run);
        let content = match self.shown.with(|shown| shown.get(index).cloned()) {
            None => None,
            Some(TableRow::TopLevel(position)) => self.store.with(|list| match list.line(position)? {
                AuditLogLine::Entry(one) => Some(entry(one, false)),
                AuditLogLine::Run(run) => Some(RowContent::Run(run.id.clone())),
            }),
            Some(TableRow::InRun(run, position)) => {
                self.store.with(|list| Some(entry(list.run(&run)?.rows.get(position)?, true)))
            }
            Some(TableRow::RunEnd(run)) => Some(RowContent::RunEnd(run)),
        };
        content.unwrap_or(RowContent::Nothing)
    }

    /// The summary of the run in the shown row at `index`.
    fn run_at(self, index: usize) -> Option<RunSummary> {
        let TableRow::TopLevel(position) = self.shown.with(|shown| shown.get(index).cloned())? else {
            return None;
        };
        self.store.with(|list| match list.line(position)? {
            AuditLogLine::Run(run) => Some(run.clone()),
            AuditLogLine::Entry(_) => None,
        })
    }

    fn entry(self, entry: &AuditEntry, is_in_run: bool) -> AnyView {
        let class = if is_in_run { "cell cell--when cell--inner" } else { "cell cell--when" };
        let (reason, whole_reason) = (entry.reason.clone(), entry.reason.clone());
        view! {
            <td class=class>{self.when(entry)}</td>
            <td class="cell cell--who">
                {self.actor(entry.actor.clone())} " "
                <span class="cell__more">
                    <bdi>{actor_details(&entry.actor, &entry.role)}</bdi>
                </span>
            </td>
            <td class="cell cell--what">
                <span class="cell__main">{entry.action.label()} {self.run_of(entry, is_in_run)}</span>
                " "
                <span class="cell__more">
                    <bdi>{change(entry)}</bdi>
                </span>
            </td>
            <td class="cell cell--token">{self.token(entry)}</td>
            <td class="cell cell--person">{self.person(entry)}</td>
            <td class="cell cell--result" title=whole_reason>
                <StatusBadge tone=tone(entry.result) text=entry.result.label() />
                " "
                <span class="cell__more">
                    <bdi>{reason}</bdi>
                </span>
            </td>
        }
        .into_any()
    }

    /// The time, which opens the details.
    fn when(self, entry: &AuditEntry) -> impl IntoView + use<> {
        let (time, utc) = (local_datetime(entry.at_ms), utc(entry.at_ms));
        let label = format!("{time}, details of entry {}", entry.number);
        let (store, entry) = (self.store, entry.clone());
        view! {
            <button class="cell__link" aria-label=label title=utc on:click=move |_| store.open(&entry)>
                {time}
            </button>
        }
    }

    /// Who acted: a link to their panel, and the sign that filters by them.
    fn actor(self, actor: Actor) -> AnyView {
        let (name, key) = (actor_name(&actor), actor_key(&actor));
        let is_person = actor.kind == ActorKind::Person && !actor.id.is_empty();
        let url = is_person.then(|| paths::person(&actor.id));
        self.named(name, url, "everything that they did", move |filter| filter.actor = Some(key.clone()))
    }

    fn token(self, entry: &AuditEntry) -> Option<AnyView> {
        let token = entry.token.clone()?;
        let (name, key) = token_names(&token)?;
        // A token that was just created is not known by its id.
        let url = token.id.as_deref().map(paths::token).or_else(|| token.serial.as_deref().map(search_url));
        let set = move |filter: &mut AuditFilter| filter.token = Some(key.clone());
        Some(self.named(name, url, "everything about this token", set))
    }

    fn person(self, entry: &AuditEntry) -> Option<AnyView> {
        let person = entry.person.clone()?;
        let (name, more, key) = person_names(&person)?;
        let url = person.id.as_deref().map(paths::person);
        let set = move |filter: &mut AuditFilter| filter.person = Some(key.clone());
        let named = self.named(name, url, "everything about this user", set);
        Some(view! { {named} " " <span class="cell__more"><bdi>{more}</bdi></span> }.into_any())
    }

    /// The run of an entry, and its row in the run; below the line of its run the row alone.
    fn run_of(self, entry: &AuditEntry, is_in_run: bool) -> Option<AnyView> {
        let place = entry.run.clone()?;
        if is_in_run {
            let row = (place.row > 0).then(|| format!("row {}", place.row))?;
            return Some(view! { <span class="cell__run">{row}</span> }.into_any());
        }
        let row = if place.row > 0 { format!(", row {}", place.row) } else { String::new() };
        let text = format!("run {}{row}", short_id(&place.id));
        let sign =
            self.filter_sign(&text, "the whole run", move |filter| filter.run = Some(place.id.clone()));
        Some(view! { <span class="cell__run">{text.clone()} " " {sign}</span> }.into_any())
    }

    /// A name, as a link to its panel for those who may open it, and the sign that filters by it.
    fn named(
        self,
        name: String,
        url: Option<String>,
        what: &'static str,
        set: impl Fn(&mut AuditFilter) + 'static,
    ) -> AnyView {
        let sign = self.filter_sign(&name, what, set);
        let title = name.clone();
        let text = match url.filter(|_| self.is_administrator) {
            Some(url) => view! {
                <a class="cell__link" href=url title=title>
                    <bdi>{name}</bdi>
                </a>
            }
            .into_any(),
            None => view! {
                <span class="cell__name" title=title>
                    <bdi>{name}</bdi>
                </span>
            }
            .into_any(),
        };
        view! { <span class="cell__main cell__main--signed">{text} " " {sign}</span> }.into_any()
    }

    /// The sign that sets a filter.
    fn filter_sign(
        self,
        name: &str,
        what: &'static str,
        set: impl Fn(&mut AuditFilter) + 'static,
    ) -> AnyView {
        let view: RwSignal<AuditView> = self.store.view;
        let label = format!("{name}: show {what}");
        view! {
            <button
                class="filter-sign"
                aria-label=label
                title=format!("Show {what}")
                on:click=move |_| view.update(|view| set(&mut view.filter))
            >
                <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                    <path d="M2 3h12l-4.5 5.5V13l-3 1.5v-6z" />
                </svg>
            </button>
        }
        .into_any()
    }

    /// A run, collapsed into one line.
    fn run(self, id: RunId, index: usize) -> AnyView {
        let store = self.store;
        // While rows are inserted or removed, another line may briefly have this index, until this row is rendered
        // again.
        let run = Memo::new(move |before: Option<&Option<RunSummary>>| {
            self.run_at(index).or_else(|| before.cloned().flatten())
        });
        let run_text = move |format: fn(&RunSummary) -> String| {
            move || run.with(|run| run.as_ref().map(format).unwrap_or_default())
        };
        let actor = run.with_untracked(|run| run.as_ref().map(|run| run.actor.clone()));
        let (opened, toggled, whole) = (id.clone(), id.clone(), id.clone());
        let is_open = Memo::new(move |_| store.with(|list| list.run(&opened).is_some()));
        let sign = self.filter_sign(&short_id(&id), "the whole run", move |filter| {
            filter.run = Some(whole.clone());
        });
        view! {
            <td class="cell cell--when" title=run_text(|run| format!("{} to {}", utc(run.began_ms), utc(run.ended_ms)))>
                {run_text(|run| local_datetime(run.ended_ms))}
            </td>
            <td class="cell cell--who">
                {actor.map(|actor| self.actor(actor))} " "
                <span class="cell__more">
                    <bdi>{run_text(|run| actor_details(&run.actor, ""))}</bdi>
                </span>
            </td>
            <td class="cell cell--what cell--folded" colspan="3">
                <button
                    class="cell__main fold-button"
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| store.toggle(&toggled)
                >
                    <span class="fold-button__mark" aria-hidden="true">
                        {move || if is_open.get() { "▾" } else { "▸" }}
                    </span>
                    "Run: "
                    {run_text(run_actions)}
                </button>
                " "
                <span class="cell__more">{run_text(duration_text)} " " {sign}</span>
            </td>
            <td class="cell cell--result">
                <span class="cell__badges">{move || run.with(|run| run.as_ref().map(results))}</span>
            </td>
        }
        .into_any()
    }

    /// The row below the loaded entries of an expanded run.
    fn run_end(self, id: RunId) -> AnyView {
        let store = self.store;
        let run = id.clone();
        let is_loaded =
            Memo::new(move |_| store.with(|list| list.run(&run).is_some_and(|run| run.is_loaded)));
        let run = id.clone();
        let error = Memo::new(move |_| {
            let error = store.run_error.get().filter(|(failed, _)| *failed == run);
            error.map(|(_, error)| error.to_string())
        });
        let label = move || if error.get().is_some() { "Retry" } else { "Show more of this run" };
        view! {
            <td class="cell cell--inner cell--end" colspan="6">
                {move || error.get()} " "
                <Show
                    when=move || is_loaded.get() || error.get().is_some()
                    fallback=|| "Reading the run …"
                >
                    <button
                        class="link"
                        on:click={
                            let id = id.clone();
                            move |_| store.read_run(id.clone(), None)
                        }
                    >
                        {label}
                    </button>
                </Show>
            </td>
        }
        .into_any()
    }
}

/// The outcomes of a run's operations, counted, as badges.
pub fn results(run: &RunSummary) -> impl IntoView + use<> {
    status_counts(run).into_iter().map(|(tone, text)| view! { <StatusBadge tone text /> " " }).collect_view()
}

/// The URL of the inventory with a search.
fn search_url(text: &str) -> String {
    let query = InventoryQuery { text: text.to_owned(), ..InventoryQuery::default() };
    href(&format!("{}?{}", paths::INVENTORY, query.to_query_string()))
}

/// The first characters of a run id.
pub fn short_id(run: &RunId) -> String {
    run.as_str().chars().take(8).collect()
}

/// The change: "before → after".
fn change(entry: &AuditEntry) -> String {
    match (entry.before.as_str(), entry.after.as_str()) {
        ("", after) => after.to_owned(),
        (before, "") => before.to_owned(),
        (before, after) => format!("{before} → {after}"),
    }
}

/// "80 operations, 14:05:09 to 14:05:12".
pub fn duration_text(run: &RunSummary) -> String {
    let (began, ended) = (local_date(run.began_ms), local_date(run.ended_ms));
    let from = if began == ended { local_time_of_day(run.began_ms) } else { local_datetime(run.began_ms) };
    format!("{}, {from} to {}", operations(run), local_time_of_day(run.ended_ms))
}
