//! The loaded part of the audit log: read page by page, polled for new entries every two seconds.

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
    api::audit::{list_entries, poll_entries, read_trail_status},
    browser::sleep,
    datetime::days_ago,
};

/// Lines per request.
const PAGE_SIZE: u32 = 100;
/// Pause between two polls for new entries.
const POLL_INTERVAL_MS: u32 = 2_000;
/// The status is read again every so many polls.
const POLLS_PER_STATUS: u32 = 10;

/// The state of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListLoadState {
    /// The first page is being loaded.
    First,
    /// The next page is being loaded.
    Next,
    /// Nothing is being loaded.
    Idle,
    /// The last request failed.
    Failed(ServiceError),
}

/// The loaded entries, the view, and the state of loading.
#[derive(Debug, Clone, Copy)]
pub struct AuditStore {
    /// Period and filters.
    pub view: RwSignal<AuditView>,
    /// The state of loading.
    pub load_state: RwSignal<ListLoadState>,
    /// Whether the user paused polling.
    pub is_paused: RwSignal<bool>,
    /// Why the last poll failed, until one succeeds.
    pub poll_error: RwSignal<Option<ServiceError>>,
    /// Whether the list is scrolled down.
    pub is_scrolled: RwSignal<bool>,
    /// The entry whose details are open.
    pub opened: RwSignal<Option<AuditEntry>>,
    /// Whether there are more new entries than fit in one response.
    pub is_far_behind: RwSignal<bool>,
    /// Incremented when the table should scroll back to its start.
    pub restarts: RwSignal<u64>,
    /// The status of the audit log.
    pub status: RwSignal<Option<Result<AuditLogStatus, ServiceError>>>,
    /// Number of operations without an outcome that are no longer under way.
    pub orphaned: RwSignal<u64>,
    /// Number and time of the oldest entry.
    pub oldest_entry: RwSignal<Option<(u64, u64)>>,
    /// Why the entries of a run could not be read.
    pub run_error: RwSignal<Option<(RunId, ServiceError)>>,
    /// Whether entries were added after the status was read.
    is_status_stale: StoredValue<bool>,
    list: StoredValue<EntryList>,
    /// Incremented on each change of the list.
    version: RwSignal<u64>,
    /// Incremented on each reload, so that responses to earlier requests are dropped.
    generation: StoredValue<u64>,
}

impl AuditStore {
    /// Nothing is loaded yet.
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

    /// Reads the list; reactive: the caller runs again when it changes.
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

    /// Reloads from the newest entry.
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

    /// Loads the next page, unless a request is under way or the last page is loaded.
    pub fn load_more(self) {
        if self.load_state.get_untracked() == ListLoadState::Idle {
            self.load_next_page();
        }
    }

    /// Loads the next page, also after an error.
    pub fn load_next_page(self) {
        if self.list.with_value(EntryList::len) == 0 {
            return self.reload();
        }
        let generation = self.generation.get_value();
        spawn_local(async move {
            // A page may contain only runs that are already listed further up.
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

    /// Polls for new entries every two seconds, while the page is open and visible.
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

    /// Requests the entries after the newest known one.
    async fn poll(self) {
        if self.load_state.get_untracked() == ListLoadState::First
            || self.list.with_value(EntryList::len) == 0
        {
            return self.poll_while_empty().await;
        }
        let generation = self.generation.get_value();
        let newest = self.list.with_value(|list| list.newest);
        let answer = poll_entries(AuditQuery { after: Some(newest), ..self.request() }).await;
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

    /// While the list is empty, the first page is requested again.
    async fn poll_while_empty(self) {
        if self.load_state.get_untracked() != ListLoadState::Idle {
            return;
        }
        let generation = self.generation.get_value();
        let answer = poll_entries(self.request()).await;
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

    /// Shows the pending lines and scrolls to the top.
    pub fn show_new(self) {
        if self.is_far_behind.get_untracked() {
            return self.reload();
        }
        self.change(EntryList::show_pending);
        self.restarts.update(|count| *count += 1);
    }

    /// Expands or collapses a run.
    pub fn toggle(self, run: &RunId) {
        self.run_error.set(None);
        if self.change(|list| list.toggle(run)) == Some(true) {
            self.read_run(run.clone(), None);
        }
    }

    /// Loads the next entries of an expanded run, or those after an entry.
    pub fn read_run(self, id: RunId, after: Option<u64>) {
        let generation = self.generation.get_value();
        let before = self.list.with_value(|list| list.run(&id).and_then(|run| run.next));
        let filter = AuditFilter { run: Some(id.clone()), ..AuditFilter::default() };
        let before = before.filter(|_| after.is_none());
        let ask = AuditQuery { filter, before, after, group_runs: false, limit: Some(PAGE_SIZE) };
        self.run_error.set(None);
        spawn_local(async move {
            let answer = if after.is_some() { poll_entries(ask).await } else { list_entries(ask).await };
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
            // More new entries than fit in one response: the run is loaded again.
            self.change(|list| (list.toggle(id), list.toggle(id)));
            return self.read_run(id.clone(), None);
        }
        self.change(|list| list.extend_run(id, page, is_newer));
    }

    /// Reads the status of the audit log, and counts the orphaned operations.
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
            // Without a consistent count, the next poll reads the status again.
            _ = self.is_status_stale.try_set_value(left.is_none());
            if let Some(left) = left {
                _ = self.orphaned.try_set(left);
            }
            _ = self.status.try_set(Some(status));
        });
    }

    /// Reads the time of the oldest entry, unless it is known.
    async fn read_oldest_entry(self, oldest: u64) {
        let known = self.oldest_entry.try_get_untracked().flatten();
        if oldest == 0 || known.is_some_and(|(number, _)| number == oldest) {
            return;
        }
        let ask = AuditQuery { before: Some(oldest + 1), limit: Some(1), ..AuditQuery::default() };
        // On failure the status line gives the number of entries without the date.
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

    /// Whether somebody is reading the list, so that rows should not move.
    fn is_being_read(self) -> bool {
        let has_focus = || {
            let active = document().active_element();
            active.is_some_and(|element| element.closest(".table--audit tbody").ok().flatten().is_some())
        };
        self.is_scrolled.get_untracked() || self.opened.with_untracked(Option::is_some) || has_focus()
    }

    /// Replaces the entry in the details panel by its outcome, once that is loaded.
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

/// The number of operations without an outcome that are not under way; `None` when entries were added between the two
/// responses.
async fn count_orphaned(status: &AuditLogStatus) -> Option<u64> {
    let filter = AuditFilter { result: Some(EntryStatus::Open), ..AuditFilter::default() };
    let under_way =
        list_entries(AuditQuery { filter, limit: Some(MAX_LINES), ..AuditQuery::default() }).await.ok()?;
    let is_fitting = status.head.as_ref().map(|head| head.number) == Some(under_way.newest);
    let count = u64::try_from(under_way.lines.len()).ok()?;
    is_fitting.then(|| status.open.saturating_sub(count))
}
