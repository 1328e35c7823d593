//! What each column of a file holds: by its heading, or by a mapping.

use super::{
    FileIssue,
    field::{Field, RankedField, notation_of_heading},
    guess,
};
use crate::seed::KeyNotation;

const EXPECTED: &str = "upn,serial number,secret key,time interval,manufacturer,model,hash function";

/// The field of each column, by position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout(Vec<Option<Field>>);

impl Layout {
    /// By the headings. Of several columns for one field the best heading is taken, unless all of them count.
    pub fn of_header(header: &[String]) -> Self {
        let ranked: Vec<Option<RankedField>> = header.iter().map(|name| RankedField::of(name)).collect();
        let best = |field: Field| {
            let columns = ranked.iter().enumerate();
            let of_field = columns.filter_map(|(index, found)| {
                found.filter(|found| found.field == field).map(|found| (found.rank, index))
            });
            of_field.min().map(|(_, index)| index)
        };
        let field = |(index, found): (usize, &Option<RankedField>)| {
            found.map(|f| f.field).filter(|f| f.may_repeat() || best(*f) == Some(index))
        };
        Self(ranked.iter().enumerate().map(field).collect())
    }

    /// A layout of these fields.
    pub fn new(fields: Vec<Option<Field>>) -> Self {
        Self(fields)
    }

    /// The first column of a field.
    pub fn position(&self, field: Field) -> Option<usize> {
        self.positions(field).next()
    }

    /// All columns of a field.
    pub fn positions(&self, field: Field) -> impl Iterator<Item = usize> {
        let columns = self.0.iter().enumerate();
        columns.filter(move |(_, found)| **found == Some(field)).map(|(index, _)| index)
    }

    pub fn fields(&self) -> &[Option<Field>] {
        &self.0
    }

    /// Adds a column.
    pub fn push(&mut self, field: Field) {
        self.0.push(Some(field));
    }

    /// The required fields that no column holds.
    pub fn missing(&self) -> Vec<Field> {
        Field::REQUIRED.into_iter().filter(|field| self.position(*field).is_none()).collect()
    }

    /// The notation that the heading of the keys names.
    pub fn named_notation(&self, header: &[String]) -> Option<KeyNotation> {
        notation_of_heading(header.get(self.position(Field::Key)?)?)
    }

    /// Names of the columns that are not read. A name that could be a seed is replaced by its position.
    pub fn ignored(&self, header: &[String]) -> Vec<String> {
        let unknown = self.0.iter().zip(header).enumerate().filter(|(_, (field, _))| field.is_none());
        unknown
            .filter(|(_, (_, name))| !name.trim().is_empty())
            .map(|(index, (_, name))| column_label(index, name))
            .collect()
    }
}

/// A column's name in quotation marks, or its position when the name could be a seed.
pub(super) fn column_label(index: usize, name: &str) -> String {
    if guess::looks_like_seed(name) {
        format!("column {}", index + 1)
    } else {
        format!("\"{}\"", name.trim())
    }
}

/// Why a table without a header row, as its format makes it, does not say all.
pub(super) fn table_issue(layout: &Layout) -> Option<FileIssue> {
    let missing: Vec<String> = layout.missing().iter().map(|field| format!("\"{field}\"")).collect();
    (!missing.is_empty()).then(|| {
        FileIssue::new(
            format!(
                "The file does not say all that Microsoft Graph requires: it lacks {}.",
                missing.join(", ")
            ),
            "Give a value for all rows, or name the column.",
        )
    })
}

/// Why a header alone does not say what the columns hold: it lacks columns or has one twice.
pub(super) fn header_issue(header: &[String], layout: &Layout) -> Option<FileIssue> {
    let own = |name: &String| RankedField::of(name).filter(|found| found.rank == 0).map(|found| found.field);
    let is_repeated = |(index, name): &(usize, &String)| {
        own(name).is_some_and(|field| header.iter().take(*index).any(|other| own(other) == Some(field)))
    };
    let twice: Vec<String> = header
        .iter()
        .enumerate()
        .filter(is_repeated)
        .map(|(_, name)| format!("\"{}\"", name.trim()))
        .collect();
    if layout.fields().iter().all(Option::is_none) {
        return Some(no_header(header));
    }
    let missing: Vec<String> = layout.missing().iter().map(|field| format!("\"{field}\"")).collect();
    if missing.is_empty() && twice.is_empty() {
        return None;
    }
    let mut message = String::from("The header line");
    if !missing.is_empty() {
        message += &format!(" lacks {}", missing.join(", "));
    }
    if !twice.is_empty() {
        message += if missing.is_empty() { "" } else { " and" };
        message += &format!(" names twice {}", twice.join(", "));
    }
    Some(FileIssue::new(
        message + ".",
        format!("Expected, in any order: {EXPECTED} (the first and last may be absent)."),
    ))
}

fn no_header(first: &[String]) -> FileIssue {
    let message = if first.iter().any(|field| guess::is_data(field)) {
        "The first line is data: the header line is missing."
    } else {
        "The first line names none of the expected columns."
    };
    FileIssue::new(message, format!("Put this line first and bring the columns into its order: {EXPECTED}"))
}

/// The issue of a file without header whose columns have to be named.
pub(super) fn headerless_issue() -> FileIssue {
    FileIssue::new(
        "The first line is data: the header line is missing.",
        format!("Put this line first and bring the columns into its order: {EXPECTED}"),
    )
}
