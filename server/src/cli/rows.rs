//! Prints a row of a plan or of a run, and the counts of all rows.

use serde::Serialize;
use token_core::{
    plan::PlannedRow,
    run::{Describe, Progress, report, row_status::RowStatus},
};

use super::output::Output;

/// A row as a JSON line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "type", rename = "row")]
struct RowRecord<'a> {
    line: u64,
    serial_number: &'a str,
    user_principal_name: &'a str,
    /// Stable values: to_do, done, failed, nothing, conflict or not_possible.
    result: &'static str,
    /// The same as text.
    outcome: &'static str,
    reason: &'a str,
    remedy: &'a str,
    request_id: Option<&'a str>,
    notes: &'a [String],
}

/// The number of rows in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCounts {
    /// All rows.
    pub rows: usize,
    /// Not done yet.
    pub to_do: usize,
    /// Done as planned.
    pub done: usize,
    /// Failed.
    pub failed: usize,
    /// Nothing to do.
    pub nothing: usize,
    /// The tenant holds something else.
    pub conflict: usize,
    /// Cannot be done.
    pub not_possible: usize,
}

impl RowCounts {
    /// Counts the rows.
    pub fn of<W>(rows: &[PlannedRow<W>], progress: &[Progress]) -> Self {
        let mut counts = Self { rows: rows.len(), ..Self::default() };
        for (row, progress) in rows.iter().zip(progress) {
            *match RowStatus::of(row, progress) {
                RowStatus::ToDo => &mut counts.to_do,
                RowStatus::Done => &mut counts.done,
                RowStatus::Failed => &mut counts.failed,
                RowStatus::Nothing => &mut counts.nothing,
                RowStatus::Conflict => &mut counts.conflict,
                RowStatus::Cannot => &mut counts.not_possible,
            } += 1;
        }
        counts
    }

    /// Rows that need correction.
    pub const fn open(&self) -> usize {
        self.failed + self.conflict + self.not_possible
    }

    /// "23 done, 1 failed, 2 not possible"; zero counts are left out.
    pub fn describe(&self) -> String {
        let all = [
            (self.to_do, "to do"),
            (self.done, "done"),
            (self.failed, "failed"),
            (self.conflict, "in conflict with the tenant"),
            (self.not_possible, "not possible"),
            (self.nothing, "with nothing to do"),
        ];
        let some = all.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = some.map(|(count, what)| format!("{count} {what}")).collect();
        if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") }
    }
}

/// The state of a row in JSON.
const fn word(status: RowStatus) -> &'static str {
    match status {
        RowStatus::ToDo => "to_do",
        RowStatus::Done => "done",
        RowStatus::Failed => "failed",
        RowStatus::Nothing => "nothing",
        RowStatus::Conflict => "conflict",
        RowStatus::Cannot => "not_possible",
    }
}

/// Prints a row as an object.
pub fn print_row<W: Describe>(output: Output, row: &PlannedRow<W>, progress: &Progress) {
    let told = report::row_report(row, progress);
    output.print_json(&RowRecord {
        line: row.line,
        serial_number: &row.serial,
        user_principal_name: &row.owner,
        result: word(RowStatus::of(row, progress)),
        outcome: told.outcome,
        reason: &told.reason,
        remedy: &told.remedy,
        request_id: Some(told.request_id).filter(|id| !id.is_empty()),
        notes: &row.notes,
    });
}

/// A row as text: "Line 3, serial 123 (mia@contoso.example): Failed. Why. What to do."
pub fn describe<W: Describe>(row: &PlannedRow<W>, progress: &Progress) -> String {
    let told = report::row_report(row, progress);
    let owner = if row.owner.is_empty() { String::new() } else { format!(" ({})", row.owner) };
    let id = match told.request_id {
        "" => String::new(),
        id => format!(" (request id {id})"),
    };
    let sentences = [told.outcome, &told.reason, &told.remedy];
    let sentences = sentences.into_iter().filter(|text| !text.is_empty()).map(sentence);
    let sentences = sentences.collect::<Vec<_>>().join(" ");
    format!("Line {}, serial {}{owner}: {sentences}{id}", row.line, row.serial)
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_counts_are_left_out() {
        assert_eq!(RowCounts::default().describe(), "no rows");
        let counts = RowCounts { rows: 3, done: 2, failed: 1, ..RowCounts::default() };
        assert_eq!((counts.describe().as_str(), counts.open()), ("2 done, 1 failed", 1));
    }

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!((sentence("It is so"), sentence("Is it?")), ("It is so.".to_owned(), "Is it?".to_owned()));
    }
}
