//! The loaded lines of the audit log, newest first, and the expanded runs among them.

use std::collections::{HashMap, HashSet};

use token_core::audit::{AuditEntry, AuditLogLine, AuditLogPage, RunId};

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRow {
    /// The line at this index.
    TopLevel(usize),
    /// The entry at this index of an expanded run.
    InRun(RunId, usize),
    /// The row below the loaded entries of an expanded run.
    RunEnd(RunId),
}

/// The loaded entries of an expanded run.
#[derive(Debug, Clone, Default)]
pub struct ExpandedRun {
    /// Its entries, newest first.
    pub rows: Vec<AuditEntry>,
    /// Cursor of the next page; `None` at the end.
    pub next: Option<u64>,
    /// The newest entry of the log when the run was last read.
    pub newest: u64,
    /// Whether a page has been loaded.
    pub is_loaded: bool,
}

/// The loaded lines.
#[derive(Debug, Clone, Default)]
pub struct EntryList {
    lines: Vec<AuditLogLine>,
    /// New lines that are not shown yet, so that the rows do not move while somebody reads.
    pending: Vec<AuditLogLine>,
    open: HashMap<RunId, ExpandedRun>,
    /// Cursor of the next page; `None` at the end.
    pub next: Option<u64>,
    /// The newest entry of the log at the last response.
    pub newest: u64,
}

impl EntryList {
    /// A new list that starts with its first page.
    pub fn from_page(page: AuditLogPage) -> Self {
        Self { lines: page.lines, next: page.next, newest: page.newest, ..Self::default() }
    }

    /// Appends the next page.
    pub fn append(&mut self, page: AuditLogPage) {
        let runs: HashSet<RunId> =
            self.lines.iter().chain(&self.pending).filter_map(run_of).cloned().collect();
        // A run with entries added meanwhile is already listed further up.
        let is_new = |line: &AuditLogLine| run_of(line).is_none_or(|run| !runs.contains(run));
        self.lines.extend(page.lines.into_iter().filter(is_new));
        self.next = page.next;
    }

    /// Merges new lines. Known lines are updated in place; new ones go to the top, or to the pending lines.
    pub fn merge(&mut self, page: AuditLogPage, hold_back: bool) {
        self.newest = page.newest.max(self.newest);
        let new: Vec<AuditLogLine> =
            page.lines.into_iter().filter_map(|line| replace(&mut self.lines, line)).collect();
        prepend(&mut self.pending, new);
        if !hold_back {
            self.show_pending();
        }
    }

    /// Moves the pending lines to the top of the list.
    pub fn show_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.lines.splice(0..0, pending);
    }

    /// Number of pending lines.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Number of listed lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line at an index.
    pub fn line(&self, position: usize) -> Option<&AuditLogLine> {
        self.lines.get(position)
    }

    /// An expanded run.
    pub fn run(&self, id: &RunId) -> Option<&ExpandedRun> {
        self.open.get(id)
    }

    /// The outcome of the intent with this number, in the list or in an expanded run.
    pub fn outcome_of(&self, number: u64) -> Option<&AuditEntry> {
        let lines = self.lines.iter().filter_map(|line| match line {
            AuditLogLine::Entry(entry) => Some(&**entry),
            AuditLogLine::Run(_) => None,
        });
        lines.chain(self.open.values().flat_map(|run| &run.rows)).find(|entry| entry.intent == Some(number))
    }

    /// Expands or collapses a run; returns whether it is expanded now.
    pub fn toggle(&mut self, id: &RunId) -> bool {
        if self.open.remove(id).is_some() {
            return false;
        }
        self.open.insert(id.clone(), ExpandedRun::default());
        true
    }

    /// The expanded runs with entries that are not loaded, and the number after which they start.
    pub fn outdated_runs(&self) -> Vec<(RunId, u64)> {
        let runs = self.lines.iter().filter_map(|line| match line {
            AuditLogLine::Run(run) => Some(run),
            AuditLogLine::Entry(_) => None,
        });
        let open = runs.filter_map(|run| Some((run, self.open.get(&run.id)?)));
        open.filter(|(run, here)| here.is_loaded && here.newest < run.last)
            .map(|(run, here)| (run.id.clone(), here.newest))
            .collect()
    }

    /// Adds entries to an expanded run: the next page, or new ones.
    pub fn extend_run(&mut self, id: &RunId, page: AuditLogPage, is_newer: bool) {
        let Some(run) = self.open.get_mut(id) else { return };
        let entries = page.lines.into_iter().filter_map(|line| match line {
            AuditLogLine::Entry(entry) => Some(*entry),
            AuditLogLine::Run(_) => None,
        });
        if is_newer {
            let new: Vec<AuditEntry> =
                entries.filter_map(|entry| replace_entry(&mut run.rows, entry)).collect();
            run.rows.splice(0..0, new);
        } else {
            run.rows.extend(entries);
            run.next = page.next;
        }
        if is_newer || !run.is_loaded {
            run.newest = page.newest;
        }
        run.is_loaded = true;
    }

    /// The rows of the table.
    pub fn shown(&self) -> Vec<TableRow> {
        let mut shown = Vec::with_capacity(self.lines.len());
        for (position, line) in self.lines.iter().enumerate() {
            shown.push(TableRow::TopLevel(position));
            let Some((id, run)) = run_of(line).and_then(|id| Some((id, self.open.get(id)?))) else {
                continue;
            };
            shown.extend((0..run.rows.len()).map(|row| TableRow::InRun(id.clone(), row)));
            if !run.is_loaded || run.next.is_some() {
                shown.push(TableRow::RunEnd(id.clone()));
            }
        }
        shown
    }
}

fn run_of(line: &AuditLogLine) -> Option<&RunId> {
    match line {
        AuditLogLine::Run(run) => Some(&run.id),
        AuditLogLine::Entry(_) => None,
    }
}

/// Replaces the line that `new` updates; returns `new` when there is none.
fn replace(lines: &mut [AuditLogLine], new: AuditLogLine) -> Option<AuditLogLine> {
    let is_before = |old: &&mut AuditLogLine| match (&**old, &new) {
        (AuditLogLine::Run(old), AuditLogLine::Run(new)) => old.id == new.id,
        (AuditLogLine::Entry(old), AuditLogLine::Entry(new)) => follows(new, old),
        _ => false,
    };
    match lines.iter_mut().find(is_before) {
        Some(old) => {
            *old = new;
            None
        }
        None => Some(new),
    }
}

fn replace_entry(entries: &mut [AuditEntry], new: AuditEntry) -> Option<AuditEntry> {
    match entries.iter_mut().find(|old| follows(&new, old)) {
        Some(old) => {
            *old = new;
            None
        }
        None => Some(new),
    }
}

/// Whether `new` is the same entry as `old`, or its outcome.
fn follows(new: &AuditEntry, old: &AuditEntry) -> bool {
    old.number == new.number || new.intent == Some(old.number)
}

fn prepend(lines: &mut Vec<AuditLogLine>, new: Vec<AuditLogLine>) {
    let new: Vec<AuditLogLine> = new.into_iter().filter_map(|line| replace(lines, line)).collect();
    lines.splice(0..0, new);
}

#[cfg(test)]
mod tests {
    use token_core::audit::{Actor, AuditAction, EntryStatus, RunSummary};

    use super::*;

    fn entry(number: u64, intent: Option<u64>) -> AuditEntry {
        AuditEntry {
            number,
            intent,
            at_ms: number,
            actor: Actor::program(),
            role: String::new(),
            address: String::new(),
            tenant: String::new(),
            action: AuditAction::Assign,
            token: None,
            person: None,
            run: None,
            before: String::new(),
            after: String::new(),
            result: if intent.is_some() { EntryStatus::Done } else { EntryStatus::Open },
            reason: String::new(),
            request_id: None,
            duration_ms: None,
        }
    }

    fn line(number: u64, intent: Option<u64>) -> AuditLogLine {
        AuditLogLine::Entry(Box::new(entry(number, intent)))
    }

    fn id(bits: u128) -> RunId {
        RunId::from_random(bits)
    }

    fn run(bits: u128, last: u64) -> AuditLogLine {
        let actor = Actor::program();
        let counts = Vec::new();
        AuditLogLine::Run(RunSummary {
            id: id(bits),
            first: 1,
            last,
            began_ms: 1,
            ended_ms: last,
            actor,
            counts,
        })
    }

    fn page(lines: Vec<AuditLogLine>, next: Option<u64>, newest: u64) -> AuditLogPage {
        AuditLogPage { lines, next, newest }
    }

    fn numbers(list: &EntryList) -> Vec<u64> {
        list.lines.iter().map(AuditLogLine::number).collect()
    }

    #[test]
    fn an_outcome_replaces_its_intent() {
        let mut list = EntryList::from_page(page(vec![line(5, None), line(3, None)], None, 5));
        list.merge(page(vec![line(7, None), line(6, Some(3))], None, 7), false);
        assert_eq!(numbers(&list), [7, 5, 6]);
        assert_eq!(list.newest, 7);
    }

    #[test]
    fn new_lines_are_held_back_and_known_ones_are_updated() {
        let mut list = EntryList::from_page(page(vec![run(1, 5), line(3, None)], None, 5));
        list.merge(page(vec![line(9, None), run(1, 8), line(7, None)], None, 9), true);
        assert_eq!((numbers(&list), list.pending()), (vec![8, 3], 2));
        list.merge(page(vec![run(2, 11), line(10, Some(9))], None, 11), true);
        assert_eq!(list.pending(), 3, "the outcome of a pending line replaces it");
        list.show_pending();
        assert_eq!((numbers(&list), list.pending()), (vec![11, 10, 7, 8, 3], 0));
    }

    #[test]
    fn a_run_with_new_entries_is_not_repeated_by_the_next_page() {
        let mut list = EntryList::from_page(page(vec![line(9, None)], Some(9), 9));
        list.merge(page(vec![run(1, 12)], None, 12), false);
        list.append(page(vec![run(1, 8), run(2, 6)], None, 12));
        assert_eq!(numbers(&list), [12, 9, 6]);
        assert_eq!(list.next, None);
    }

    #[test]
    fn an_expanded_run_shows_its_rows_and_that_there_are_more() {
        let mut list = EntryList::from_page(page(vec![run(1, 8), line(2, None)], None, 8));
        assert!(list.toggle(&id(1)));
        assert_eq!(list.shown(), [TableRow::TopLevel(0), TableRow::RunEnd(id(1)), TableRow::TopLevel(1)]);
        list.extend_run(&id(1), page(vec![line(8, None), line(7, None)], Some(7), 8), false);
        assert_eq!(list.shown().len(), 5);
        list.extend_run(&id(1), page(vec![line(6, None)], None, 8), false);
        let rows = (0..3).map(|row| TableRow::InRun(id(1), row));
        let all: Vec<TableRow> =
            [TableRow::TopLevel(0)].into_iter().chain(rows).chain([TableRow::TopLevel(1)]).collect();
        assert_eq!(list.shown(), all);
        assert!(!list.toggle(&id(1)));
        assert_eq!(list.shown().len(), 2);
    }

    #[test]
    fn an_expanded_run_gets_its_new_entries() {
        let mut list = EntryList::from_page(page(vec![run(1, 8)], None, 8));
        list.toggle(&id(1));
        assert!(list.outdated_runs().is_empty(), "it is being loaded");
        list.extend_run(&id(1), page(vec![line(8, None)], None, 8), false);
        assert!(list.outdated_runs().is_empty());
        list.merge(page(vec![run(1, 9)], None, 9), true);
        assert_eq!(list.outdated_runs(), [(id(1), 8)]);
        list.extend_run(&id(1), page(vec![line(9, Some(8))], None, 9), true);
        assert!(list.outdated_runs().is_empty());
        assert_eq!(list.run(&id(1)).unwrap().rows, [entry(9, Some(8))]);
        assert_eq!(list.outcome_of(8), Some(&entry(9, Some(8))));
    }
}
