//! Parses a CSV's header: the delimiter and the meaning of the columns.

use csv::StringRecord;

use super::{FileIssue, cell::letters_and_digits};
use crate::seed::Seed;

const EXPECTED: &str = "upn,serial number,secret key,time interval,manufacturer,model,hash function";

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvColumn {
    Upn,
    Serial,
    Key,
    Interval,
    Manufacturer,
    Model,
    Hash,
}

impl CsvColumn {
    const REQUIRED: [(Self, &'static str); 5] = [
        (Self::Serial, "serial number"),
        (Self::Key, "secret key"),
        (Self::Interval, "time interval"),
        (Self::Manufacturer, "manufacturer"),
        (Self::Model, "model"),
    ];

    /// The column with this heading, by Microsoft's CSV or Graph names; ignores case and all characters but letters and
    /// digits.
    fn from_heading(heading: &str) -> Option<Self> {
        Some(match letters_and_digits(heading).as_str() {
            "upn" | "userprincipalname" => Self::Upn,
            "serialnumber" => Self::Serial,
            "secretkey" => Self::Key,
            "timeinterval" | "timeintervalinseconds" => Self::Interval,
            "manufacturer" => Self::Manufacturer,
            "model" => Self::Model,
            "hashfunction" => Self::Hash,
            _ => return None,
        })
    }
}

/// The column of each field of a row, by position.
pub(super) struct CsvColumns(Vec<Option<CsvColumn>>);

impl CsvColumns {
    /// Parses a header; the error names all missing and repeated columns.
    pub fn of(header: &StringRecord) -> Result<Self, FileIssue> {
        let columns = Self(header.iter().map(CsvColumn::from_heading).collect());
        if columns.0.iter().all(Option::is_none) {
            return Err(no_header(header));
        }
        let missing = CsvColumn::REQUIRED.iter().filter(|(column, _)| columns.position(*column).is_none());
        let missing: Vec<String> = missing.map(|(_, name)| format!("\"{name}\"")).collect();
        let twice = columns.repeated(header);
        if missing.is_empty() && twice.is_empty() {
            return Ok(columns);
        }
        let mut message = String::from("The header line");
        if !missing.is_empty() {
            message += &format!(" lacks {}", missing.join(", "));
        }
        if !twice.is_empty() {
            message += if missing.is_empty() { "" } else { " and" };
            message += &format!(" names twice {}", twice.join(", "));
        }
        Err(FileIssue::new(
            message + ".",
            format!("Expected, in any order: {EXPECTED} (the first and last may be absent)."),
        ))
    }

    pub fn position(&self, column: CsvColumn) -> Option<usize> {
        self.0.iter().position(|c| *c == Some(column))
    }

    /// Names of the columns that are not read. A name that could be a seed is replaced by its position.
    pub fn ignored(&self, header: &StringRecord) -> Vec<String> {
        let unknown = self.0.iter().zip(header).enumerate().filter(|(_, (column, _))| column.is_none());
        unknown
            .filter(|(_, (_, name))| !name.trim().is_empty())
            .map(|(index, (_, name))| {
                if looks_like_seed(name) {
                    format!("column {}", index + 1)
                } else {
                    format!("\"{}\"", name.trim())
                }
            })
            .collect()
    }

    fn repeated(&self, header: &StringRecord) -> Vec<String> {
        let fields = self.0.iter().zip(header).enumerate();
        fields
            .filter(|(index, (column, _))| column.is_some_and(|c| self.position(c) != Some(*index)))
            .map(|(_, (_, name))| format!("\"{}\"", name.trim()))
            .collect()
    }
}

/// The delimiter that gives the most known columns, or the most fields when no column is known.
pub(super) fn delimiter(text: &str) -> u8 {
    let score = |delimiter: &u8| {
        let header = first_row(text, *delimiter);
        (header.iter().filter_map(CsvColumn::from_heading).count(), header.len())
    };
    // `max_by_key` returns the last of several maxima: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(score).unwrap_or(b',')
}

fn first_row(text: &str, delimiter: u8) -> StringRecord {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let first = reader.records().flatten().find(|row| !is_blank(row));
    first.unwrap_or_default()
}

/// Whether all fields are empty: an empty line, or a row of commas as Excel writes it.
pub(super) fn is_blank(row: &StringRecord) -> bool {
    row.iter().all(|field| field.trim().is_empty())
}

fn no_header(first: &StringRecord) -> FileIssue {
    let is_data =
        |field: &str| field.contains('@') || matches!(field.trim(), "30" | "60") || looks_like_seed(field);
    let message = if first.iter().any(is_data) {
        "The first line is data: the header line is missing."
    } else {
        "The first line names none of the expected columns."
    };
    FileIssue::new(message, format!("Put this line first and bring the columns into its order: {EXPECTED}"))
}

fn looks_like_seed(text: &str) -> bool {
    Seed::parse(text).is_ok_and(|seed| seed.len() >= 10)
}
