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
    trail::{Shown, Trail},
    view::View,
};
use crate::{
    api::audit::{list_entries, read_trail_status},
    browser::sleep,
    datetime::days_ago,
};

/// Lines asked for at once.
const LINES: u32 = 100;
/// Between two questions for what is new.
const PAUSE_MS: u32 = 2_000;
/// After so many of them, how the trail is kept is read anew, too.
const STATUS_TURNS: u32 = 10;

/// How the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The first page is on its way.
    First,
    /// The next page is.
    Next,
    /// Nothing is.
    Rest,
    /// What was asked for last could not be read.
    Failed(ServiceError),
}

/// The trail and how its reading stands.
#[derive(Debug, Clone, Copy)]
pub struct Store {
    /// What is asked of it.
    pub view: RwSignal<View>,
    /// How the reading stands.
    pub reading: RwSignal<Reading>,
    /// Whether the person asked not to be shown what is new.
    pub is_paused: RwSignal<bool>,
    /// Why what is new could not be read, until it can.
    pub live_fault: RwSignal<Option<ServiceError>>,
    /// Whether the list is scrolled down.
    pub is_scrolled: RwSignal<bool>,
    /// The entry whose details are open.
    pub opened: RwSignal<Option<AuditEntry>>,
    /// Whether more is new than one answer holds.
    pub is_far_behind: RwSignal<bool>,
    /// Counts the times that the list is to be shown from its beginning.
    pub beginnings: RwSignal<u64>,
    /// How the trail is kept.
    pub status: RwSignal<Option<Result<AuditLogStatus, ServiceError>>>,
    /// Operations without an outcome that nobody works on any more.
    pub left_behind: RwSignal<u64>,
    /// The number of the oldest entry, and when it was made.
    pub since: RwSignal<Option<(u64, u64)>>,
    /// Why the rows of a run could not be read.
    pub run_fault: RwSignal<Option<(RunId, ServiceError)>>,
    /// Whether the status does not fit what came after it.
    is_status_old: StoredValue<bool>,
    trail: StoredValue<Trail>,
    /// Changes whenever the trail does.
    version: RwSignal<u64>,
    /// Counts questions, so that a late answer is told from the last.
    turn: StoredValue<u64>,
}

impl Store {
    /// Nothing read yet.
    pub fn new(view: RwSignal<View>) -> Self {
        Self {
            view,
            reading: RwSignal::new(Reading::First),
            is_paused: RwSignal::new(false),
            live_fault: RwSignal::new(None),
            is_scrolled: RwSignal::new(false),
            opened: RwSignal::new(None),
            is_far_behind: RwSignal::new(false),
            beginnings: RwSignal::new(0),
            status: RwSignal::new(None),
            left_behind: RwSignal::new(0),
            since: RwSignal::new(None),
            run_fault: RwSignal::new(None),
            is_status_old: StoredValue::new(false),
            trail: StoredValue::new(Trail::default()),
            version: RwSignal::new(0),
            turn: StoredValue::new(0),
        }
    }

    /// Reads what is here; makes the caller run again when it changes.
    pub fn with<T>(self, read: impl FnOnce(&Trail) -> T) -> T {
        self.version.track();
        self.trail.with_value(read)
    }

    /// The rows of the table.
    pub fn shown(self) -> Vec<Shown> {
        self.with(Trail::shown)
    }

    fn change<T>(self, change: impl FnOnce(&mut Trail) -> T) -> Option<T> {
        let changed = self.trail.try_update_value(change);
        self.version.update(|version| *version += 1);
        changed
    }

    /// Reads from the newest entry on.
    pub fn begin(self) {
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        self.reading.set(Reading::First);
        self.run_fault.set(None);
        self.is_far_behind.set(false);
        spawn_local(async move {
            let answer = list_entries(self.ask()).await;
            if !self.is_current(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.trail.set_value(Trail::begin(page));
                    self.version.update(|version| *version += 1);
                    self.beginnings.update(|count| *count += 1);
                    self.reading.set(Reading::Rest);
                }
                Err(error) => self.reading.set(Reading::Failed(error.0)),
            }
        });
        self.read_status();
    }

    /// Reads the page after the ones that are here, unless something is being read or this is the end.
    pub fn more(self) {
        if self.reading.get_untracked() == Reading::Rest {
            self.go_on();
        }
    }

    /// The same after a failure.
    pub fn go_on(self) {
        if self.trail.with_value(Trail::len) == 0 {
            return self.begin();
        }
        let turn = self.turn.get_value();
        spawn_local(async move {
            // A page may hold nothing but runs that stand further up.
            let before = self.trail.with_value(Trail::len);
            while let Some(next) = self.trail.with_value(|trail| trail.next) {
                self.reading.set(Reading::Next);
                let answer = list_entries(AuditQuery { before: Some(next), ..self.ask() }).await;
                if !self.is_current(turn) {
                    return;
                }
                match answer {
                    Ok(page) => self.change(|trail| trail.append(page)),
                    Err(error) => return self.reading.set(Reading::Failed(error.0)),
                };
                if self.trail.with_value(Trail::len) > before {
                    break;
                }
            }
            self.reading.set(Reading::Rest);
        });
    }

    /// Asks for what is new every two seconds, while the page is there and can be seen.
    pub fn live(self) {
        Effect::new(move |_| {
            spawn_local(async move {
                for turn in 1_u32.. {
                    sleep(PAUSE_MS).await;
                    let Some(is_paused) = self.is_paused.try_get_untracked() else { return };
                    if is_paused || document().hidden() {
                        continue;
                    }
                    self.hear().await;
                    if turn.is_multiple_of(STATUS_TURNS) {
                        self.read_status();
                    }
                }
            });
        });
    }

    /// Asks for what is new.
    async fn hear(self) {
        if self.reading.get_untracked() == Reading::First || self.trail.with_value(Trail::len) == 0 {
            return self.hear_first().await;
        }
        let turn = self.turn.get_value();
        let newest = self.trail.with_value(|trail| trail.newest);
        let answer = list_entries(AuditQuery { after: Some(newest), ..self.ask() }).await;
        if !self.is_current(turn) {
            return;
        }
        self.live_fault.set(answer.as_ref().err().map(|error| error.0.clone()));
        let Ok(page) = answer else { return };
        let waits = self.is_being_read();
        let is_newer = page.newest > newest;
        if page.next.is_some() {
            if waits {
                self.is_far_behind.set(true)
            } else {
                self.begin()
            }
            return;
        }
        if !page.lines.is_empty() {
            self.change(|trail| trail.refresh(page, waits));
            self.follow_opened();
            for (run, since) in self.trail.with_value(Trail::outdated_runs) {
                self.read_run(run, Some(since));
            }
        } else if is_newer {
            self.trail.update_value(|trail| trail.newest = page.newest);
        }
        if is_newer || self.is_status_old.get_value() {
            self.read_status();
        }
    }

    /// While nothing is here, the question is asked anew.
    async fn hear_first(self) {
        if self.reading.get_untracked() != Reading::Rest {
            return;
        }
        let turn = self.turn.get_value();
        let answer = list_entries(self.ask()).await;
        if !self.is_current(turn) {
            return;
        }
        self.live_fault.set(answer.as_ref().err().map(|error| error.0.clone()));
        if let Ok(page) = answer
            && !page.lines.is_empty()
        {
            self.change(|trail| *trail = Trail::begin(page));
        }
    }

    /// Shows the new lines that wait, from the top.
    pub fn show_new(self) {
        if self.is_far_behind.get_untracked() {
            return self.begin();
        }
        self.change(Trail::show_waiting);
        self.beginnings.update(|count| *count += 1);
    }

    /// Opens a run, or closes it.
    pub fn toggle(self, run: &RunId) {
        self.run_fault.set(None);
        if self.change(|trail| trail.toggle(run)) == Some(true) {
            self.read_run(run.clone(), None);
        }
    }

    /// Reads the next rows of an open run, or those since an entry.
    pub fn read_run(self, id: RunId, after: Option<u64>) {
        let turn = self.turn.get_value();
        let before = self.trail.with_value(|trail| trail.run(&id).and_then(|run| run.next));
        let filter = AuditFilter { run: Some(id.clone()), ..AuditFilter::default() };
        let before = before.filter(|_| after.is_none());
        let ask = AuditQuery { filter, before, after, group_runs: false, limit: Some(LINES) };
        self.run_fault.set(None);
        spawn_local(async move {
            let answer = list_entries(ask).await;
            if !self.is_current(turn) {
                return;
            }
            match answer {
                Ok(page) => self.take_rows(&id, page, after.is_some()),
                Err(error) => self.run_fault.set(Some((id, error.0))),
            }
        });
    }

    fn take_rows(self, id: &RunId, page: AuditLogPage, is_newer: bool) {
        if is_newer && page.next.is_some() {
            // More than one answer holds: the run is read anew.
            self.change(|trail| (trail.toggle(id), trail.toggle(id)));
            return self.read_run(id.clone(), None);
        }
        self.change(|trail| trail.extend_run(id, page, is_newer));
    }

    /// Reads how the trail is kept, and how many operations were left behind without an outcome.
    pub fn read_status(self) {
        spawn_local(async move {
            let status = read_trail_status().await.map_err(|error| error.0);
            let left = match &status {
                Ok(status) if status.open > 0 => left_behind(status).await,
                _ => Some(0),
            };
            if let Ok(status) = &status {
                self.read_since(status.oldest).await;
            }
            // Without an answer that fits, the next question is due soon.
            _ = self.is_status_old.try_set_value(left.is_none());
            if let Some(left) = left {
                _ = self.left_behind.try_set(left);
            }
            _ = self.status.try_set(Some(status));
        });
    }

    /// Reads when the oldest entry was made, unless that is known.
    async fn read_since(self, oldest: u64) {
        let known = self.since.try_get_untracked().flatten();
        if oldest == 0 || known.is_some_and(|(number, _)| number == oldest) {
            return;
        }
        let ask = AuditQuery { before: Some(oldest + 1), limit: Some(1), ..AuditQuery::default() };
        // Without it the line says how many entries there are, and not since when.
        let page = list_entries(ask).await.ok();
        let entry = page.and_then(|page| page.lines.into_iter().next());
        if let Some(AuditLogLine::Entry(entry)) = entry {
            _ = self.since.try_set(Some((oldest, entry.at_ms)));
        }
    }

    fn ask(self) -> AuditQuery {
        let (filter, group_runs) = self.view.with_untracked(|view| (view.asked(days_ago), view.folds()));
        AuditQuery { filter, group_runs, limit: Some(LINES), ..AuditQuery::default() }
    }

    fn is_current(self, turn: u64) -> bool {
        self.turn.try_get_value() == Some(turn)
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
    fn follow_opened(self) {
        let number = self.opened.with_untracked(|entry| entry.as_ref().map(|entry| entry.number));
        let outcome = |number| self.trail.with_value(|trail| trail.outcome_of(number).cloned());
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
async fn left_behind(status: &AuditLogStatus) -> Option<u64> {
    let filter = AuditFilter { result: Some(EntryStatus::Open), ..AuditFilter::default() };
    let under_way =
        list_entries(AuditQuery { filter, limit: Some(MAX_LINES), ..AuditQuery::default() }).await.ok()?;
    let is_fitting = status.head.as_ref().map(|head| head.number) == Some(under_way.newest);
    let count = u64::try_from(under_way.lines.len()).ok()?;
    is_fitting.then(|| status.open.saturating_sub(count))
}
