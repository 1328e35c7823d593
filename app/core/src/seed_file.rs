//! A vendor's seed file: bytes in, one [`ParsedRow`] per row out, in slices so that the browser stays responsive.
//!
//! This module has the types and [`SeedFile`]. `encoding` decodes the bytes, `columns` parses a CSV's header,
//! `csv_rows` and `json_entries` split the text into rows, `cell` validates single cells, `check` validates a row,
//! `file_notices` collects the notices about the whole file, `write` writes rows. Duplicates are found by the plan.

pub(crate) mod cell;
mod check;
mod columns;
pub(crate) mod csv_rows;
pub(crate) mod encoding;
mod file_notices;
mod json_entries;
mod write;

use zeroize::Zeroizing;

use self::{csv_rows::CsvRows, file_notices::FileNotices, json_entries::JsonEntries};
use crate::{issue::Issue, ports::NewToken, user::UserId};

pub use self::write::{failed_rows, graph_json};

/// Largest file that is read, in bytes. 20,000 tokens need about 2 MB.
pub const MAX_FILE_BYTES: usize = 50 * 1024 * 1024;

/// The user that a row assigns its token to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// By user principal name (CSV).
    Upn(String),
    /// By object id (Microsoft Graph's JSON).
    Id(UserId),
}

/// A valid row.
#[derive(Debug, Clone)]
pub struct SeedRow {
    /// The token to create.
    pub token: NewToken,
    /// The user to assign it to, if the row names one.
    pub owner: Option<Owner>,
    /// What was assumed for values that the row lacks ("interval empty: 30 s assumed").
    pub notes: Vec<String>,
}

/// One row of the file, valid or not.
#[derive(Debug)]
pub struct ParsedRow {
    /// The line where the row begins, from 1 (for JSON: the number of the entry).
    pub line: u64,
    /// The serial as far as it could be read, to identify the row.
    pub serial: String,
    /// The token, or all errors of the row.
    pub result: Result<SeedRow, Vec<Issue>>,
    /// The row as it is in the file, for the file of failed rows. Contains a secret.
    pub raw: RawRow,
}

/// A row's fields (CSV), or its JSON text as one field, as they are in the file. Contains a secret, which `Debug`
/// hides.
pub struct RawRow(pub Zeroizing<Vec<String>>);

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawRow({} fields)", self.0.len())
    }
}

/// Why a file cannot be read at all. Contains no part of the file except column names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} {remedy}")]
pub struct FileIssue {
    /// What is wrong, a sentence.
    pub message: String,
    /// What to do about it, a sentence.
    pub remedy: String,
}

impl FileIssue {
    /// An issue with this message and remedy.
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into() }
    }

    /// The issue of a file above [`MAX_FILE_BYTES`].
    pub fn too_large() -> Self {
        let message = format!("The file is larger than {} MB.", MAX_FILE_BYTES / 1024 / 1024);
        Self::new(message, "Split it into smaller files, each with the header line.")
    }
}

/// The format of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// CSV with one header row.
    Csv {
        /// Comma, semicolon or tab.
        delimiter: u8,
        /// The header's fields as they are in the file.
        header: Vec<String>,
    },
    /// Microsoft Graph's bulk body, a bare array, or one object.
    Json,
}

/// An opened file: format and header are parsed, the rows still to be read.
pub struct SeedFile {
    format: FileFormat,
    rows: RowReader,
    notices: Vec<String>,
    file_notices: FileNotices,
}

enum RowReader {
    Csv(CsvRows),
    Json(JsonEntries),
}

impl SeedFile {
    /// Detects encoding and format, and parses a CSV's header. Fails only when no row could be read at all.
    ///
    /// The text is decoded as UTF-8 or UTF-16, with or without byte order mark, else as Windows-1252 with a notice. It
    /// is JSON when it begins with a bracket or a brace.
    pub fn open(bytes: Vec<u8>) -> Result<Self, FileIssue> {
        let (text, notice) = encoding::decode(Zeroizing::new(bytes))?;
        let mut notices: Vec<String> = notice.into_iter().collect();
        let file_notices = FileNotices::default();
        if text.trim_start().starts_with(['[', '{']) {
            let rows = RowReader::Json(JsonEntries::open(text)?);
            return Ok(Self { format: FileFormat::Json, rows, notices, file_notices });
        }
        let rows = CsvRows::open(text)?;
        notices.extend(rows.notice());
        Ok(Self { format: rows.format(), rows: RowReader::Csv(rows), notices, file_notices })
    }

    /// The next rows, at most `max_rows`; none at the end of the file.
    pub fn read(&mut self, max_rows: usize) -> Vec<ParsedRow> {
        let file_notices = &mut self.file_notices;
        match &mut self.rows {
            RowReader::Csv(rows) => {
                std::iter::from_fn(|| rows.next_entry(file_notices)).take(max_rows).collect()
            }
            RowReader::Json(rows) => {
                std::iter::from_fn(|| rows.next_entry(file_notices)).take(max_rows).collect()
            }
        }
    }

    /// The file's format.
    pub fn format(&self) -> &FileFormat {
        &self.format
    }

    /// Notices about the whole file: what was assumed or ignored. Complete when all rows have been read.
    pub fn notices(&self) -> Vec<String> {
        let has_hash_column = match &self.rows {
            RowReader::Csv(rows) => rows.has_hash_column(),
            RowReader::Json(_) => true,
        };
        self.notices.iter().cloned().chain(self.file_notices.notices(has_hash_column)).collect()
    }

    /// The part of the file that has been read, from 0 to 1.
    pub fn progress(&self) -> f32 {
        match &self.rows {
            RowReader::Csv(rows) => rows.progress(),
            RowReader::Json(rows) => rows.progress(),
        }
    }
}
