//! The progress of a run: a bar on a terminal, or a JSON object a row.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use token_core::{
    error::ServiceError,
    plan::{PlannedRow, Verdict},
    run::{Describe, Progress, engine::Watcher},
};

use super::{output::Output, rows};

/// How often a waiting bar is redrawn.
const TICK: Duration = Duration::from_millis(120);

/// A spinner with a message. Drawn on a terminal only.
pub fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(message.to_owned());
    spinner.enable_steady_tick(TICK);
    spinner
}

fn bar(rows: u64) -> ProgressBar {
    let template = "{bar:30} {pos} of {len} rows, {elapsed}{msg}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(rows).with_style(style);
    bar.enable_steady_tick(TICK);
    bar
}

/// Reports the progress of a run.
pub struct ProgressReporter<'a, W> {
    rows: &'a [PlannedRow<W>],
    progress: RefCell<Vec<Progress>>,
    bar: ProgressBar,
    is_paused: Cell<bool>,
    output: Output,
}

impl<'a, W: Describe> ProgressReporter<'a, W> {
    /// Starts before the first row is done; `first` when so many rows are tried before the others.
    pub fn new(rows: &'a [PlannedRow<W>], first: Option<usize>, output: Output) -> Self {
        let to_do = rows.iter().filter(|row| matches!(row.verdict, Verdict::Work(_))).count();
        let to_do = first.map_or(to_do, |first| first.min(to_do));
        let bar = bar(u64::try_from(to_do).unwrap_or_default());
        let progress = RefCell::new(vec![Progress::default(); rows.len()]);
        Self { rows, progress, bar, is_paused: Cell::new(false), output }
    }

    /// The bar, for messages above it.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Removes the bar; returns the progress of each row.
    pub fn close(self) -> Vec<Progress> {
        self.bar.finish_and_clear();
        self.progress.into_inner()
    }
}

impl<W: Describe> Watcher for ProgressReporter<'_, W> {
    fn changed(&self, row: usize, progress: &Progress) {
        if let (Some(planned), Some(_), true) = (self.rows.get(row), &progress.end, self.output.is_json()) {
            self.bar.suspend(|| rows::print_row(self.output, planned, progress));
        }
        if let Some(slot) = self.progress.borrow_mut().get_mut(row) {
            match (is_reached(slot), is_reached(progress)) {
                (false, true) => self.bar.inc(1),
                (true, false) => self.bar.dec(1),
                _ => {}
            }
            slot.clone_from(progress);
        }
    }

    fn paused(&self, hold: Option<(u64, &ServiceError)>) {
        self.is_paused.set(hold.is_some());
        let Some((_, why)) = hold else { return self.bar.set_message("") };
        if self.bar.is_hidden() {
            self.output.print_note(&why.to_string());
        } else {
            self.bar.set_message(format!(". {why}"));
        }
    }

    /// Shows the larger estimate: the pace knows Microsoft's limit, the bar how fast the connection is.
    fn remaining(&self, ms: u64) {
        if self.is_paused.get() {
            return;
        }
        self.bar.set_message(match self.bar.length() {
            Some(length) if length > self.bar.position() => {
                let left = self.bar.eta().max(Duration::from_millis(ms));
                format!(", about {} left", HumanDuration(left))
            }
            _ => ", the last ones are being read back".to_owned(),
        });
    }
}

/// Whether the row has ended, or its last write is only to be read back. Lookups show many rows at a time: without
/// the written ones the bar would stand still between them.
fn is_reached(progress: &Progress) -> bool {
    progress.end.is_some() || progress.is_written
}
