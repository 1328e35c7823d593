//! The trail in the browser's memory: read page after page, and what is new every two seconds.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    audit::{
        AuditEntry, AuditFilter, AuditLogLine, AuditLogPage, AuditLogStatus, AuditQuery, EntryStatus,
        MAX_LINES, RunId,
    },
    error::ServiceError,
};

use super::{
    entry_list::{EntryList, TableRow},
    view::AuditView,
};
use crate::{
    api::audit::{list_entries, read_trail_status},
    browser::sleep,
    datetime::days_ago,
};

/// Lines asked for at once.
const PAGE_SIZE: u32 = 100;
/// Between two questions for what is new.
const POLL_INTERVAL_MS: u32 = 2_000;
/// After so many of them, how the trail is kept is read anew, too.
const POLLS_PER_STATUS: u32 = 10;

/// How the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListLoadState {
    /// The first page is on its way.
    First,
    /// The next page is.
    Next,
    /// Nothing is.
    Idle,
    /// What was asked for last could not be read.
    Failed(ServiceError),
}

/// The trail and how its reading stands.
#[derive(Debug, Clone, Copy)]
pub struct AuditStore {
    /// What is asked of it.
    pub view: RwSignal<AuditView>,
    /// How the reading stands.
    pub load_state: RwSignal<ListLoadState>,
    /// Whether the person asked not to be shown what is new.
    pub is_paused: RwSignal<bool>,
    /// Why what is new could not be read, until it can.
    pub poll_error: RwSignal<Option<ServiceError>>,
    /// Whether the list is scrolled down.
    pub is_scrolled: RwSignal<bool>,
    /// The entry whose details are open.
    pub opened: RwSignal<Option<AuditEntry>>,
    /// Whether more is new than one answer holds.
    pub is_far_behind: RwSignal<bool>,
    /// Counts the times that the list is to be shown from its beginning.
    pub restarts: RwSignal<u64>,
    /// How the trail is kept.
    pub status: RwSignal<Option<Result<AuditLogStatus, ServiceError>>>,
    /// Operations without an outcome that nobody works on any more.
    pub orphaned: RwSignal<u64>,
    /// The number of the oldest entry, and when it was made.
    pub oldest_entry: RwSignal<Option<(u64, u64)>>,
    /// Why the rows of a run could not be read.
    pub run_error: RwSignal<Option<(RunId, ServiceError)>>,
    /// Whether the status does not fit what came after it.
    is_status_stale: StoredValue<bool>,
    list: StoredValue<EntryList>,
    /// Changes whenever the trail does.
    version: RwSignal<u64>,
    /// Counts questions, so that a late answer is told from the last.
    generation: StoredValue<u64>,
}

impl AuditStore {
    /// Nothing read yet.
    pub fn new(view: RwSignal<AuditView>) -> Self {
        Self {
            view,
            load_state: RwSignal::new(ListLoadState::First),
            is_paused: RwSignal::new(false),
            poll_error: RwSignal::new(None),
            is_scrolled: RwSignal::new(false),
            opened: RwSignal::new(None),
            is_far_behind: RwSignal::new(false),
            restarts: RwSignal::new(0),
            status: RwSignal::new(None),
            orphaned: RwSignal::new(0),
            oldest_entry: RwSignal::new(None),
            run_error: RwSignal::new(None),
            is_status_stale: StoredValue::new(false),
            list: StoredValue::new(EntryList::default()),
            version: RwSignal::new(0),
            generation: StoredValue::new(0),
        }
    }

    /// Reads what is here; makes the caller run again when it changes.
    pub fn with<T>(self, read: impl FnOnce(&EntryList) -> T) -> T {
        self.version.track();
        self.list.with_value(read)
    }

    /// The rows of the table.
    pub fn shown(self) -> Vec<TableRow> {
        self.with(EntryList::shown)
    }

    fn change<T>(self, change: impl FnOnce(&mut EntryList) -> T) -> Option<T> {
        let changed = self.list.try_update_value(change);
        self.version.update(|version| *version += 1);
        changed
    }

    /// Reads from the newest entry on.
    pub fn reload(self) {
        self.generation.update_value(|generation| *generation += 1);
        let generation = self.generation.get_value();
        self.load_state.set(ListLoadState::First);
        self.run_error.set(None);
        self.is_far_behind.set(false);
        spawn_local(async move {
            let answer = list_entries(self.request()).await;
            if !self.is_current(generation) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.list.set_value(EntryList::from_page(page));
                    self.version.update(|version| *version += 1);
                    self.restarts.update(|count| *count += 1);
                    self.load_state.set(ListLoadState::Idle);
                }
                Err(error) => self.load_state.set(ListLoadState::Failed(error.0)),
            }
        });
        self.read_status();
    }

    /// Reads the page after the ones that are here, unless something is being read or this is the end.
    pub fn load_more(self) {
        if self.load_state.get_untracked() == ListLoadState::Idle {
            self.load_next_page();
        }
    }

    /// The same after a failure.
    pub fn load_next_page(self) {
        if self.list.with_value(EntryList::len) == 0 {
            return self.reload();
        }
        let generation = self.generation.get_value();
        spawn_local(async move {
            // A page may hold nothing but runs that stand further up.
            let before = self.list.with_value(EntryList::len);
            while let Some(next) = self.list.with_value(|list| list.next) {
                self.load_state.set(ListLoadState::Next);
                let answer = list_entries(AuditQuery { before: Some(next), ..self.request() }).await;
                if !self.is_current(generation) {
                    return;
                }
                match answer {
                    Ok(page) => self.change(|list| list.append(page)),
                    Err(error) => return self.load_state.set(ListLoadState::Failed(error.0)),
                };
                if self.list.with_value(EntryList::len) > before {
                    break;
                }
            }
            self.load_state.set(ListLoadState::Idle);
        });
    }

    /// Asks for what is new every two seconds, while the page is there and can be seen.
    pub fn start_polling(self) {
        Effect::new(move |_| {
            spawn_local(async move {
                for round in 1_u32.. {
                    sleep(POLL_INTERVAL_MS).await;
                    let Some(is_paused) = self.is_paused.try_get_untracked() else { return };
                    if is_paused || document().hidden() {
                        continue;
                    }
                    self.poll().await;
                    if round.is_multiple_of(POLLS_PER_STATUS) {
                        self.read_status();
                    }
                }
            });
        });
    }

    /// Asks for what is new.
    async fn poll(self) {
        if self.load_state.get_untracked() == ListLoadState::First
            || self.list.with_value(EntryList::len) == 0
        {
            return self.poll_while_empty().await;
        }
        let generation = self.generation.get_value();
        let newest = self.list.with_value(|list| list.newest);
        let answer = list_entries(AuditQuery { after: Some(newest), ..self.request() }).await;
        if !self.is_current(generation) {
            return;
        }
        self.poll_error.set(answer.as_ref().err().map(|error| error.0.clone()));
        let Ok(page) = answer else { return };
        let hold_back = self.is_being_read();
        let is_newer = page.newest > newest;
        if page.next.is_some() {
            if hold_back {
                self.is_far_behind.set(true)
            } else {
                self.reload()
            }
            return;
        }
        if !page.lines.is_empty() {
            self.change(|list| list.merge(page, hold_back));
            self.update_opened();
            for (run, since) in self.list.with_value(EntryList::outdated_runs) {
                self.read_run(run, Some(since));
            }
        } else if is_newer {
            self.list.update_value(|list| list.newest = page.newest);
        }
        if is_newer || self.is_status_stale.get_value() {
            self.read_status();
        }
    }

    /// While nothing is here, the question is asked anew.
    async fn poll_while_empty(self) {
        if self.load_state.get_untracked() != ListLoadState::Idle {
            return;
        }
        let generation = self.generation.get_value();
        let answer = list_entries(self.request()).await;
        if !self.is_current(generation) {
            return;
        }
        self.poll_error.set(answer.as_ref().err().map(|error| error.0.clone()));
        if let Ok(page) = answer
            && !page.lines.is_empty()
        {
            self.change(|list| *list = EntryList::from_page(page));
        }
    }

    /// Shows the new lines that wait, from the top.
    pub fn show_new(self) {
        if self.is_far_behind.get_untracked() {
            return self.reload();
        }
        self.change(EntryList::show_pending);
        self.restarts.update(|count| *count += 1);
    }

    /// Opens a run, or closes it.
    pub fn toggle(self, run: &RunId) {
        self.run_error.set(None);
        if self.change(|list| list.toggle(run)) == Some(true) {
            self.read_run(run.clone(), None);
        }
    }

    /// Reads the next rows of an open run, or those since an entry.
    pub fn read_run(self, id: RunId, after: Option<u64>) {
        let generation = self.generation.get_value();
        let before = self.list.with_value(|list| list.run(&id).and_then(|run| run.next));
        let filter = AuditFilter { run: Some(id.clone()), ..AuditFilter::default() };
        let before = before.filter(|_| after.is_none());
        let ask = AuditQuery { filter, before, after, group_runs: false, limit: Some(PAGE_SIZE) };
        self.run_error.set(None);
        spawn_local(async move {
            let answer = list_entries(ask).await;
            if !self.is_current(generation) {
                return;
            }
            match answer {
                Ok(page) => self.apply_run_rows(&id, page, after.is_some()),
                Err(error) => self.run_error.set(Some((id, error.0))),
            }
        });
    }

    fn apply_run_rows(self, id: &RunId, page: AuditLogPage, is_newer: bool) {
        if is_newer && page.next.is_some() {
            // More than one answer holds: the run is read anew.
            self.change(|list| (list.toggle(id), list.toggle(id)));
            return self.read_run(id.clone(), None);
        }
        self.change(|list| list.extend_run(id, page, is_newer));
    }

    /// Reads how the trail is kept, and how many operations were left behind without an outcome.
    pub fn read_status(self) {
        spawn_local(async move {
            let status = read_trail_status().await.map_err(|error| error.0);
            let left = match &status {
                Ok(status) if status.open > 0 => count_orphaned(status).await,
                _ => Some(0),
            };
            if let Ok(status) = &status {
                self.read_oldest_entry(status.oldest).await;
            }
            // Without an answer that fits, the next question is due soon.
            _ = self.is_status_stale.try_set_value(left.is_none());
            if let Some(left) = left {
                _ = self.orphaned.try_set(left);
            }
            _ = self.status.try_set(Some(status));
        });
    }

    /// Reads when the oldest entry was made, unless that is known.
    async fn read_oldest_entry(self, oldest: u64) {
        let known = self.oldest_entry.try_get_untracked().flatten();
        if oldest == 0 || known.is_some_and(|(number, _)| number == oldest) {
            return;
        }
        let ask = AuditQuery { before: Some(oldest + 1), limit: Some(1), ..AuditQuery::default() };
        // Without it the line says how many entries there are, and not since when.
        let page = list_entries(ask).await.ok();
        let entry = page.and_then(|page| page.lines.into_iter().next());
        if let Some(AuditLogLine::Entry(entry)) = entry {
            _ = self.oldest_entry.try_set(Some((oldest, entry.at_ms)));
        }
    }

    fn request(self) -> AuditQuery {
        let (filter, group_runs) =
            self.view.with_untracked(|view| (view.server_filter(days_ago), view.groups_runs()));
        AuditQuery { filter, group_runs, limit: Some(PAGE_SIZE), ..AuditQuery::default() }
    }

    fn is_current(self, generation: u64) -> bool {
        self.generation.try_get_value() == Some(generation)
    }

    /// Whether somebody reads, so that nothing should move.
    fn is_being_read(self) -> bool {
        let has_focus = || {
            let active = document().active_element();
            active.is_some_and(|element| element.closest(".table--audit tbody").ok().flatten().is_some())
        };
        self.is_scrolled.get_untracked() || self.opened.with_untracked(Option::is_some) || has_focus()
    }

    /// Lets the details go on from what was under way to its outcome.
    fn update_opened(self) {
        let number = self.opened.with_untracked(|entry| entry.as_ref().map(|entry| entry.number));
        let outcome = |number| self.list.with_value(|list| list.outcome_of(number).cloned());
        if let Some(outcome) = number.and_then(outcome) {
            self.opened.set(Some(outcome));
        }
    }

    /// Opens the details of an entry.
    pub fn open(self, entry: &AuditEntry) {
        self.opened.set(Some(entry.clone()));
    }
}

/// How many of the operations without an outcome are not under way; `None` when entries were made between the two answers.
async fn count_orphaned(status: &AuditLogStatus) -> Option<u64> {
    let filter = AuditFilter { result: Some(EntryStatus::Open), ..AuditFilter::default() };
    let under_way =
        list_entries(AuditQuery { filter, limit: Some(MAX_LINES), ..AuditQuery::default() }).await.ok()?;
    let is_fitting = status.head.as_ref().map(|head| head.number) == Some(under_way.newest);
    let count = u64::try_from(under_way.lines.len()).ok()?;
    is_fitting.then(|| status.open.saturating_sub(count))
}
