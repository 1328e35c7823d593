//! The outcome of each row: totals for the page, and a CSV for download. Neither holds a seed.

use std::borrow::Cow;

use super::{Describe, End, Progress, row_status::RowStatus};
use crate::{
    issue::Issue,
    plan::{PlannedRow, Verdict},
    seed_file::{ParsedRow, RowToCorrect},
    spreadsheet::{escape_formula, escape_formula_anywhere, escape_serial},
};

/// The outcome of a row whose last write was answered well, when the run ended before a lookup showed it.
const WRITTEN: &str = "Written, not read back";
const WRITTEN_REMEDY: &str = "Do the same again: it reads the token first and writes nothing twice.";

/// Totals of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunTotals {
    /// Rows done as planned.
    pub done: usize,
    /// Rows that failed.
    pub failed: usize,
    /// Rows that are left.
    pub left: usize,
    /// Those of the rows that are left whose last write was answered well and is not seen yet.
    pub written: usize,
}

impl RunTotals {
    /// Counts a run over the rows that have work.
    pub fn of<W>(rows: &[PlannedRow<W>], progress: &[Progress]) -> Self {
        let mut totals = Self::default();
        for (row, progress) in rows.iter().zip(progress) {
            match (&row.verdict, &progress.end) {
                (Verdict::Work(_), None) => {
                    totals.left += 1;
                    totals.written += usize::from(progress.is_written);
                }
                (Verdict::Work(_), Some(End::Failed(_))) => totals.failed += 1,
                (Verdict::Work(_), Some(_)) => totals.done += 1,
                _ => {}
            }
        }
        totals
    }
}

/// The outcome of a row as text: why, what to do, and Graph's request id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport<'a> {
    /// One word or two.
    pub outcome: &'static str,
    /// Why.
    pub reason: Cow<'a, str>,
    /// What to do.
    pub remedy: Cow<'a, str>,
    /// Graph's request id.
    pub request_id: &'a str,
}

/// The outcome of a row, or its plan when it has not run.
pub fn row_report<'a, W: Describe>(row: &'a PlannedRow<W>, progress: &'a Progress) -> RowReport<'a> {
    let plain = |outcome, reason: &'a str| RowReport {
        outcome,
        reason: reason.into(),
        remedy: "".into(),
        request_id: "",
    };
    match (&row.verdict, &progress.end) {
        (Verdict::Nothing(why) | Verdict::Repeats(why), _) => plain("Skipped", why),
        (Verdict::Conflict(one), _) => issues_report("Conflict", std::slice::from_ref(one)),
        (Verdict::Cannot(all), _) => issues_report("Not possible", all),
        (Verdict::Work(_), Some(End::Failed(failure))) => RowReport {
            remedy: (&*failure.remedy).into(),
            request_id: failure.request_id.as_deref().unwrap_or_default(),
            ..plain("Failed", &failure.reason)
        },
        (Verdict::Work(work), Some(End::Done)) => plain(work.done_label(progress).unwrap_or("Done"), ""),
        (Verdict::Work(work), None) if progress.is_written => {
            RowReport { remedy: WRITTEN_REMEDY.into(), ..plain(WRITTEN, work.label()) }
        }
        (Verdict::Work(work), None) => match work.done_label(progress) {
            None => plain("Not run", work.label()),
            Some(label) => plain("Stopped", label),
        },
    }
}

/// The outcome of the first rows of a run: "5 tokens tried: 3 activated and seen, 1 created and seen, 1 failed".
pub fn tried<W: Describe>(rows: &[PlannedRow<W>], progress: &[Progress]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let (mut done, mut failed) = (0, 0);
    for (row, progress) in rows.iter().zip(progress) {
        match (&row.verdict, &progress.end) {
            (Verdict::Work(work), Some(End::Done)) => {
                done += 1;
                let label = work.done_label(progress).unwrap_or("Done");
                match counts.iter_mut().find(|(known, _)| *known == label) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((label, 1)),
                }
            }
            (Verdict::Work(_), Some(End::Failed(_))) => failed += 1,
            _ => {}
        }
    }
    let seen = counts.iter().map(|(label, count)| format!("{count} {} and seen", label.to_lowercase()));
    let parts: Vec<String> = seen.chain((failed > 0).then(|| format!("{failed} failed"))).collect();
    let noun = if done + failed == 1 { "token" } else { "tokens" };
    format!("{} {noun} tried: {}", done + failed, parts.join(", "))
}

/// Says that the tenant does not create as many tokens by one write as the program asks for; `size` is what it takes.
pub fn creation_note(size: Option<usize>) -> Option<String> {
    size.map(|size| match size {
        ..=1 => "This tenant takes no creation of many tokens in one write: each token was created alone."
            .to_owned(),
        size => format!("This tenant takes the creation of at most {size} tokens in one write."),
    })
}

/// The report as CSV with what was assumed and what was changed by hand, safe to open in a spreadsheet: with a byte order
/// mark, and with serials escaped as in [`crate::manage::export`]. `proof` says by which sample the delivery was proved, if
/// that was asked: it is the last line.
pub fn csv<W: Describe>(rows: &[PlannedRow<W>], progress: &[Progress], proof: Option<&str>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail.
    _ = writer.write_record([
        "line",
        "serial number",
        "user",
        "outcome",
        "reason",
        "remedy",
        "request id",
        "notes",
    ]);
    for (row, progress) in rows.iter().zip(progress) {
        let report = row_report(row, progress);
        let line = row.line.to_string();
        let notes = row.notes.join("; ");
        let fields =
            [&*row.owner, report.outcome, &*report.reason, &*report.remedy, report.request_id, &*notes];
        let record = [Cow::Borrowed(&*line), escape_serial(&row.serial)];
        let record = record.into_iter().chain(fields.into_iter().map(escape_formula));
        _ = writer.write_record(record.map(|field| field.into_owned()));
    }
    if let Some(proof) = proof {
        let record = ["", "", "", "Proof", proof, "", "", ""];
        _ = writer.write_record(record.map(|field| escape_formula(field).into_owned()));
    }
    let table = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    format!("\u{feff}{table}")
}

/// The row of the file, if it is to be corrected: with the problem and the remedy of the report.
pub fn row_to_correct<'a>(
    entry: &'a ParsedRow,
    row: &'a PlannedRow,
    progress: &'a Progress,
) -> Option<RowToCorrect<'a>> {
    RowStatus::of(row, progress).is_open().then(|| {
        let RowReport { reason, remedy, .. } = row_report(row, progress);
        // The file keeps the separator of the input.
        let cell = |text: Cow<'a, str>| Cow::Owned(escape_formula_anywhere(&text).into_owned());
        RowToCorrect { raw: &entry.raw, problem: cell(reason), remedy: cell(remedy) }
    })
}

/// All issues of a row, each with the column that it concerns.
fn issues_report<'a>(outcome: &'static str, all: &[Issue]) -> RowReport<'a> {
    let text = |one: &Issue| match &one.column {
        Some(column) => format!("{column}: {}", one.message),
        None => one.message.clone(),
    };
    let reason = all.iter().map(text).collect::<Vec<_>>().join("; ");
    let remedy = joined(all.iter().map(|one| one.remedy.as_str())).into_owned();
    RowReport { outcome, reason: reason.into(), remedy: remedy.into(), request_id: "" }
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let mut all: Vec<&str> = Vec::new();
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    Cow::Owned(all.join("; "))
}
