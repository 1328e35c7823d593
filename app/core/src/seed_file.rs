//! A vendor's seed file: bytes in, one [`ParsedRow`] per row out, in slices so that a browser never stalls.
//!
//! Here stand the types and [`SeedFile`]; below: `encoding` makes text of the bytes, `columns` understands a CSV's
//! header, `csv_rows` and `json_entries` cut the text into rows, `cell` knows what one cell may say, `check` judges a
//! row, `file_notices` keeps what concerns the file as a whole, `write` hands rows back. Duplicates are the rollout plan's matter.

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
use crate::{ports::NewToken, user::UserId};

pub use self::write::{failed_rows, graph_json};

/// Largest file that is read, in bytes. 20,000 tokens take about 2 MB.
pub const MAX_FILE_BYTES: usize = 50 * 1024 * 1024;

/// Whom a row assigns its token to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// By user principal name (CSV).
    Upn(String),
    /// By object id (Graph's JSON).
    Id(UserId),
}

/// A good row.
#[derive(Debug, Clone)]
pub struct SeedRow {
    /// The token to create.
    pub token: NewToken,
    /// Whom to assign it to, if the row says.
    pub owner: Option<Owner>,
    /// What was assumed where the file is silent, in words ("interval empty: 30 s assumed").
    pub notes: Vec<String>,
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowIssue {
    /// The column as the file names it; `None` when the whole row is meant.
    pub column: Option<String>,
    /// What is wrong. Never holds a seed.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// One row of the file, good or bad.
#[derive(Debug)]
pub struct ParsedRow {
    /// Line in the file where the row begins, from 1 (for JSON: the number of the entry).
    pub line: u64,
    /// The serial as far as it could be read, to name the row by.
    pub serial: String,
    /// The token, or everything that is wrong with the row.
    pub result: Result<SeedRow, Vec<RowIssue>>,
    /// The row as it stood in the file, to be handed back when it fails. Holds a secret.
    pub raw: RawRow,
}

/// A row's fields (CSV) or its JSON text as one field, as they stood in the file. Holds a secret: no `Debug` of it.
pub struct RawRow(pub Zeroizing<Vec<String>>);

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw({} fields)", self.0.len())
    }
}

/// Why a file cannot be read at all. Never holds any part of the file but names of columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} {remedy}")]
pub struct FileIssue {
    /// What is wrong, a sentence.
    pub message: String,
    /// What to do about it, a sentence.
    pub remedy: String,
}

impl FileIssue {
    /// Two sentences.
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into() }
    }

    /// A file above [`MAX_FILE_BYTES`].
    pub fn too_large() -> Self {
        let message = format!("The file is larger than {} MB.", MAX_FILE_BYTES / 1024 / 1024);
        Self::new(message, "Split it into smaller files, each with the header line.")
    }
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// A table with one header row.
    Csv {
        /// Comma, semicolon or tab.
        delimiter: u8,
        /// The header's fields as they stand in the file.
        header: Vec<String>,
    },
    /// Microsoft Graph's bulk body, a bare array, or one object.
    Json,
}

/// An opened file: understood as a whole, its rows still to be read.
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
    /// Tells encoding and format, and reads the CSV's header. Fails only when no row could be read at all.
    ///
    /// Text is UTF-8 or UTF-16, with or without byte order mark, else it is taken for Windows-1252 with a notice.
    /// It is JSON when it begins with a bracket or a brace.
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

    /// The next rows, at most `max_rows`; none when the file is at its end. Goes on where the last call stopped.
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

    /// How the file is written.
    pub fn format(&self) -> &FileFormat {
        &self.format
    }

    /// What was assumed or left out, about the file as a whole; complete when all rows have been read.
    pub fn notices(&self) -> Vec<String> {
        let has_hash_column = match &self.rows {
            RowReader::Csv(rows) => rows.has_hash_column(),
            RowReader::Json(_) => true,
        };
        self.notices.iter().cloned().chain(self.file_notices.notices(has_hash_column)).collect()
    }

    /// How much of the file has been read, from 0 to 1.
    pub fn progress(&self) -> f32 {
        match &self.rows {
            RowReader::Csv(rows) => rows.progress(),
            RowReader::Json(rows) => rows.progress(),
        }
    }
}
