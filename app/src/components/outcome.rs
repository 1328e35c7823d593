//! The status of a row of a plan or a run: colour, badge and explanation.

pub use token_core::run::row_status::RowStatus;
use token_core::{
    plan::{PlannedRow, Verdict},
    run::{Describe, End, Progress},
};

use super::status_badge::Tone;

/// The colour of a status.
pub fn tone(status: RowStatus) -> Tone {
    match status {
        RowStatus::ToDo => Tone::Info,
        RowStatus::Done => Tone::Good,
        RowStatus::Failed => Tone::Danger,
        RowStatus::Nothing => Tone::Neutral,
        RowStatus::Conflict | RowStatus::Cannot => Tone::Warning,
    }
}

/// Colour and text of a row's badge.
pub fn badge<W: Describe>(row: &PlannedRow<W>, progress: &Progress) -> (Tone, &'static str) {
    let status = RowStatus::of(row, progress);
    let text = match (status, &row.verdict) {
        (RowStatus::ToDo, Verdict::Work(_)) if progress.is_written => "Written",
        (RowStatus::ToDo | RowStatus::Done, Verdict::Work(work)) => {
            work.done_label(progress).unwrap_or_else(|| work.label())
        }
        _ => status.label(),
    };
    (tone(status), text)
}

/// The explanation beside the badge: reason and remedy.
pub fn explanation<W: Describe>(row: &PlannedRow<W>, progress: &Progress) -> (String, String) {
    if let Some(waiting) = &progress.waiting {
        return (waiting.clone(), String::new());
    }
    let report = token_core::run::report::row_report(row, progress);
    let has_work = matches!(row.verdict, Verdict::Work(_));
    let reason = match &progress.end {
        None if progress.is_written => report.outcome.to_owned(),
        Some(End::Failed(_)) => report.reason.into_owned(),
        _ if has_work => row.notes.join("; "),
        _ => report.reason.into_owned(),
    };
    let remedy = match report.request_id {
        "" => report.remedy.into_owned(),
        id => format!("{} (request id {id})", report.remedy),
    };
    (reason, remedy)
}
