//! The progress of a run: a bar on a terminal, or a JSON object a row.

use std::{cell::RefCell, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
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
    output: Output,
}

impl<'a, W: Describe> ProgressReporter<'a, W> {
    /// Starts before the first row is done.
    pub fn new(rows: &'a [PlannedRow<W>], output: Output) -> Self {
        let to_do = rows.iter().filter(|row| matches!(row.verdict, Verdict::Work(_))).count();
        let bar = bar(u64::try_from(to_do).unwrap_or_default());
        Self { rows, progress: RefCell::new(vec![Progress::default(); rows.len()]), bar, output }
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
        if let (Some(planned), Some(_)) = (self.rows.get(row), &progress.end) {
            self.bar.inc(1);
            if self.output.is_json() {
                self.bar.suspend(|| rows::print_row(self.output, planned, progress));
            }
        }
        if let Some(slot) = self.progress.borrow_mut().get_mut(row) {
            slot.clone_from(progress);
        }
    }

    fn paused(&self, hold: Option<(u64, &ServiceError)>) {
        let Some((_, why)) = hold else { return self.bar.set_message("") };
        if self.bar.is_hidden() {
            self.output.print_note(&why.to_string());
        } else {
            self.bar.set_message(format!(". {why}"));
        }
    }
}
