//! A plan: printed, executed unless it is a dry run, and reported.

use std::sync::Arc;

use indicatif::ProgressBar;
use serde::Serialize;
use token_core::{
    audit::RunId,
    plan::PlannedRow,
    run::{
        Describe, Progress,
        engine::{Rollout, RunResult, Stop},
        report,
        row_status::RowStatus,
    },
};

use super::{
    change_args::ChangeArgs,
    exit::{CommandError, Exit},
    files::OutputFile,
    output::Output,
    progress::ProgressReporter,
    rows::{self, RowCounts},
    tenant::TenantSession,
};
use crate::{start::ShutdownSignals, terminal::print_error};

/// Most rows that are named when a run was stopped.
const MAX_NAMED: usize = 10;

/// A plan, with its report and output.
pub struct Plan<W> {
    /// Its rows.
    pub rows: Vec<PlannedRow<W>>,
    /// Where the report goes.
    report: Option<OutputFile>,
    /// Whether the delivery was proved, as text, for the report.
    proof: Option<String>,
    output: Output,
}

/// The summary as a JSON line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "type", rename = "summary")]
struct Summary<'a> {
    /// Stable values: planned, complete, first_ended, stopped or interrupted.
    ended: &'static str,
    exit_code: u8,
    #[serde(flatten)]
    counts: RowCounts,
    /// The run's name in the audit trail.
    run: Option<&'a str>,
    /// Why it was interrupted.
    message: Option<String>,
}

impl<W: Describe> Plan<W> {
    /// Opens the report's file and prints the rows that are not possible.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn new(rows: Vec<PlannedRow<W>>, change: &ChangeArgs) -> Result<Self, CommandError> {
        let (report, output) = (change.report()?, change.output());
        let plan = Self { rows, report, proof: None, output };
        let planned = Progress::default();
        for row in &plan.rows {
            let status = RowStatus::of(row, &planned);
            if status.is_open() {
                output.print_line(&rows::describe(row, &planned));
            }
            if status != RowStatus::ToDo || change.dry_run {
                rows::print_row(output, row, &planned);
            }
        }
        output.print_line(&format!("Plan: {}.", plan.counts(&plan.not_started()).describe()));
        Ok(plan)
    }

    /// Adds to the report by which sample the delivery was proved.
    pub fn with_proof(self, proof: Option<String>) -> Self {
        Self { proof, ..self }
    }

    /// The number of rows with work to do.
    pub fn to_do(&self) -> usize {
        self.counts(&self.not_started()).to_do
    }

    fn not_started(&self) -> Vec<Progress> {
        vec![Progress::default(); self.rows.len()]
    }

    fn counts(&self, progress: &[Progress]) -> RowCounts {
        RowCounts::of(&self.rows, progress)
    }

    /// Ends a dry run: the report holds the plan.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn finish_dry_run(self) -> Result<Exit, CommandError> {
        let progress = self.not_started();
        let counts = self.counts(&progress);
        let exit = Exit::of(&RunResult::Complete, counts.open());
        self.output.print_line("Nothing was changed (--dry-run).");
        let exit_code = exit.code();
        self.output.print_json(&Summary { ended: "planned", exit_code, counts, run: None, message: None });
        self.write_report(&progress).map(|()| exit)
    }

    /// Runs until all rows are done, the `first` ones are, or a shutdown signal stops the run.
    ///
    /// # Errors
    /// When the audit log is not open.
    pub async fn execute(
        &self,
        rollout: Rollout,
        first: Option<usize>,
        tenant: &TenantSession,
    ) -> Result<(RunResult, Vec<Progress>), CommandError> {
        let directory = tenant.recorded_directory()?;
        // The plan was read from Microsoft, so that its time is known.
        let clock = tenant.clock();
        let mut rollout = match first {
            Some(rows) => rollout.first(rows),
            None => rollout,
        };
        let reporter = ProgressReporter::new(&self.rows, first, self.output);
        let stop = Arc::new(Stop::default());
        let signal_task = tokio::spawn(stop_on_signal(Arc::clone(&stop), reporter.bar()));
        let ended = rollout.run(&*directory, &clock, &clock, &stop, &reporter).await;
        signal_task.abort();
        let progress = reporter.close();
        if let Some(note) = report::creation_note(rollout.creation_size()) {
            self.output.print_note(&note);
        }
        Ok((ended, progress))
    }

    /// Prints the result of the run, and writes the report.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn finish(
        self,
        ended: &RunResult,
        progress: &[Progress],
        run: Option<&RunId>,
    ) -> Result<Exit, CommandError> {
        let run = run.filter(|_| self.to_do() > 0).map(RunId::as_str);
        let counts = self.counts(progress);
        let is_first = *ended == RunResult::FirstEnded;
        // Rows that were not possible are none of those that were tried.
        let exit = Exit::of(ended, if is_first { counts.failed } else { counts.open() });
        self.print_rows(progress, !is_first);
        let title = |title| format!("{title}: {}", counts.describe());
        let (word, title, message) = match ended {
            RunResult::Complete => ("complete", title("Finished"), None),
            RunResult::FirstEnded => ("first_ended", report::tried(&self.rows, progress), None),
            RunResult::Stopped => ("stopped", title("Stopped"), None),
            RunResult::Halted(error) => ("interrupted", title("Interrupted"), Some(error.to_string())),
        };
        let named = run.map(|run| format!(" (run {run})")).unwrap_or_default();
        self.output.print_line(&format!("{title}{named}."));
        if let Some(message) = &message {
            print_error(message);
        }
        if is_first {
            let left = counts.to_do;
            self.output.print_line(&format!("{left} left. To go on, run the same command without --first."));
        } else if counts.to_do > 0 {
            self.output.print_line("Run the same command again: it goes on from there.");
        }
        let exit_code = exit.code();
        self.output.print_json(&Summary { ended: word, exit_code, counts, run, message });
        self.write_report(progress).map(|()| exit)
    }

    /// Prints the rows that failed, and those that remain; as text only if they are to be named.
    fn print_rows(&self, progress: &[Progress], names_left: bool) {
        let of = |wanted: RowStatus| {
            self.rows
                .iter()
                .zip(progress)
                .filter(move |(row, progress)| RowStatus::of(row, progress) == wanted)
        };
        for (row, progress) in of(RowStatus::Failed) {
            self.output.print_line(&rows::describe(row, progress));
        }
        for (row, progress) in of(RowStatus::ToDo) {
            rows::print_row(self.output, row, progress);
        }
        if !names_left {
            return;
        }
        let left: Vec<&str> = of(RowStatus::ToDo).map(|(row, _)| row.serial.as_str()).collect();
        if let Some(first) = left.get(..left.len().min(MAX_NAMED)).filter(|first| !first.is_empty()) {
            let more = left.len() - first.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.output.print_line(&format!("Left: {}{more}.", first.join(", ")));
        }
    }

    fn write_report(self, progress: &[Progress]) -> Result<(), CommandError> {
        let Some(report) = self.report else { return Ok(()) };
        report.write(&report::csv(&self.rows, progress, self.proof.as_deref()))
    }
}

/// The first signal stops the run after the calls in flight; the second exits at once.
async fn stop_on_signal(stop: Arc<Stop>, bar: ProgressBar) {
    let mut signals = ShutdownSignals::listen();
    signals.next().await;
    stop.request();
    bar.suspend(|| print_error("Stopping after the calls under way. Press Ctrl-C again to end at once."));
    signals.next().await;
    bar.finish_and_clear();
    std::process::exit(i32::from(Exit::Stopped.code()));
}
