//! A row as a reader yields it, before anything is judged.

use zeroize::Zeroizing;

use super::{FileIssue, field::Field};
use crate::issue::Issue;

/// What a workbook says of a cell beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellMark {
    /// It is stored as a number, in a workbook or in JSON: leading zeros are lost.
    Number,
    /// It is stored as a date, whatever was typed.
    Date,
    /// It is the result of a formula.
    Formula,
}

/// A row's cells as they are in the file. Contains a secret, which `Debug` hides.
#[derive(Clone, Default)]
pub struct RawRow {
    /// The line where the row begins, from 1; for formats without lines the number of the entry.
    pub line: u64,
    /// The line where it ends.
    pub last_line: u64,
    /// One text a column of the header; there may be fewer, and more than the header has.
    pub cells: Zeroizing<Vec<String>>,
    /// What the reader found wrong. An issue of a column stands for all others of this column.
    pub issues: Vec<Issue>,
    /// What the reader changed or assumed.
    pub notes: Vec<String>,
    /// What is known of cells beside their texts, by column.
    pub marks: Vec<(usize, CellMark)>,
    /// The entry's text in a JSON file, for the file of rows to correct.
    pub json: Option<Zeroizing<String>>,
    /// Whether there is nothing to check beside the reader's issues.
    pub is_broken: bool,
    /// What was changed by hand, if anything.
    pub changes: Option<Box<RowChanges>>,
}

/// What was changed in a row by hand.
#[derive(Clone)]
pub struct RowChanges {
    /// The row as it is in the file.
    pub(super) original: RawRow,
    /// For the plan and the report: "the upn was changed here: it was ann@old.example".
    pub(super) notes: Vec<String>,
}

impl RawRow {
    /// A row of one line.
    pub fn new(line: u64, cells: Vec<String>) -> Self {
        Self { line, last_line: line, cells: Zeroizing::new(cells), ..Self::default() }
    }

    /// What was changed by hand, for the plan and the report.
    pub fn change_notes(&self) -> &[String] {
        self.changes.as_ref().map_or(&[], |changes| &changes.notes)
    }
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawRow({} fields)", self.cells.len())
    }
}

/// Reads one format: the header of its table, then row by row.
///
/// A reader splits a file and judges nothing: all formats' rows are judged by the same check. A format without columns
/// makes a header of [`super::Field::name`]s.
pub trait RowReader: Send {
    /// The heading of each column.
    fn header(&self) -> &[String];

    /// The next row; `None` at the end.
    fn next_row(&mut self) -> Option<RawRow>;

    /// The part of the file that has been read, from 0 to 1.
    fn progress(&self) -> f32;
}

/// The rows of a format that is read as a whole.
pub struct WholeTable {
    header: Vec<String>,
    rows: std::vec::IntoIter<RawRow>,
    count: usize,
}

impl WholeTable {
    /// A table of these rows; an issue when there are none. A column for the manufacturer or the model without any value
    /// is left out, so that the user is asked once for all rows.
    pub fn new(mut header: Vec<String>, mut rows: Vec<RawRow>) -> Result<Self, FileIssue> {
        if rows.is_empty() {
            return Err(FileIssue::new("The file holds no tokens.", "Choose the vendor's seed file."));
        }
        for field in [Field::Manufacturer, Field::Model] {
            let column = header.iter().position(|name| Field::of_heading(name) == Some(field));
            let has_value = |row: &RawRow, index| {
                row.cells.get(index).is_some_and(|cell: &String| !cell.trim().is_empty())
            };
            if let Some(index) = column.filter(|index| !rows.iter().any(|row| has_value(row, *index))) {
                header.remove(index);
                for row in rows.iter_mut().filter(|row| row.cells.len() > index) {
                    row.cells.remove(index);
                }
            }
        }
        Ok(Self { header, count: rows.len(), rows: rows.into_iter() })
    }
}

impl RowReader for WholeTable {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_row(&mut self) -> Option<RawRow> {
        self.rows.next()
    }

    fn progress(&self) -> f32 {
        1.0 - self.rows.len() as f32 / self.count.max(1) as f32
    }
}
