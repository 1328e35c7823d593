//! A vendor's seed file: bytes in, one [`ParsedRow`] per row out, in slices so that the browser stays responsive.
//!
//! `encoding` decodes the bytes and `content` tells the format by them. A reader for each format (`csv_rows`,
//! `json_entries`, `otpauth`; the crate `seed-readers` has those of containers and XML) splits the file into
//! [`RawRow`]s under a header. `layout` tells by the headings what the columns hold, `guess` by the values, a
//! [`Mapping`] by the user's word. The [`Judge`] checks every row in the same way: `cell` validates single cells,
//! `check` a row, `hash_rule` fills in the hash, `file_notices` collects what concerns the whole file. `write` writes
//! rows; `corrected` reads those that were written to be corrected. Duplicates are found by the plan.

mod address;
pub(crate) mod cell;
mod check;
mod content;
mod corrected;
pub(crate) mod csv_rows;
pub(crate) mod encoding;
mod field;
mod file_notices;
mod first_rows;
mod guess;
mod hash_rule;
pub(crate) mod invisible;
mod json_entries;
mod judge;
mod layout;
mod left_out;
mod mapping;
mod mask;
mod otpauth;
mod raw_row;
mod remembered;
mod rules;
mod source;
mod table;
mod unmapped;
mod write;

use std::collections::VecDeque;

use zeroize::Zeroizing;

use self::{csv_rows::CsvRows, json_entries::JsonEntries};
use crate::{issue::Issue, offset::Offset, otp::Reading, ports::NewToken, seed::KeyNotation, user::UserId};

pub use self::{
    address::is_address,
    content::{Container, container},
    encoding::decode as decode_text,
    field::Field,
    first_rows::{FirstRows, MappingColumn, MappingPreview, PreviewRow},
    guess::is_data,
    hash_rule::HashOrigin,
    judge::Judge,
    left_out::left_out,
    mapping::{Mapping, MappingSource, header_fingerprint},
    otpauth::{is_list as is_seed_list, with_addresses},
    raw_row::{CellMark, RawRow, RowChanges, RowReader, WholeTable},
    remembered::RememberedMappings,
    source::{FileKind, ReadOptions, SeedSource},
    table::{FileChoices, RowEdit, SeedTable, TwoReadings},
    unmapped::UnmappedFile,
    write::{RowToCorrect, graph_json, rows_to_correct},
};

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

impl Owner {
    /// The user principal name with plain apostrophes, if it has others: Microsoft's portal wants them doubled, and word
    /// processors make them typographic.
    pub fn with_plain_apostrophe(&self) -> Option<Self> {
        let Self::Upn(upn) = self else { return None };
        let plain = upn.replace(['\u{2018}', '\u{2019}', '\u{2bc}', '\u{b4}', '`'], "'").replace("''", "'");
        (plain != *upn).then_some(Self::Upn(plain))
    }
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
    /// Where the hash comes from.
    pub hash_origin: HashOrigin,
    /// By how many steps the token's clock is ahead, if the file says so.
    pub drift: Option<i64>,
    /// The code that its display shows, if the file has it.
    pub shown: Option<Reading>,
}

impl SeedRow {
    /// A row that says all of this itself.
    pub fn new(token: NewToken, owner: Option<Owner>) -> Self {
        Self { token, owner, notes: Vec::new(), hash_origin: HashOrigin::File, drift: None, shown: None }
    }

    /// The offset that the file states for its token, if Microsoft accepts one so large at activation.
    pub fn offset(&self) -> Offset {
        let interval = self.token.interval;
        let offset = Offset::from_steps(self.drift.unwrap_or_default(), interval);
        if offset.activates(interval) { offset } else { Offset::default() }
    }
}

/// One row of the file, valid or not.
#[derive(Debug, Clone)]
pub struct ParsedRow {
    /// The line where the row begins, from 1 (for JSON: the number of the entry).
    pub line: u64,
    /// The serial as far as it could be read, to identify the row.
    pub serial: String,
    /// The token, or all errors of the row.
    pub result: Result<SeedRow, Vec<Issue>>,
    /// The row as it is in the file, to be mended or written into the file of rows to correct. Contains a secret.
    pub raw: RawRow,
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

/// Why a file was not opened.
#[derive(Debug)]
pub enum OpenIssue {
    /// It cannot be read.
    Unreadable(FileIssue),
    /// The user has to say what its columns hold, or asked for it.
    NeedsMapping(Box<UnmappedFile>),
}

impl From<FileIssue> for OpenIssue {
    fn from(issue: FileIssue) -> Self {
        Self::Unreadable(issue)
    }
}

impl From<OpenIssue> for FileIssue {
    fn from(issue: OpenIssue) -> Self {
        match issue {
            OpenIssue::Unreadable(issue) => issue,
            OpenIssue::NeedsMapping(file) => file
                .first()
                .issue()
                .cloned()
                .unwrap_or_else(|| Self::new("The columns of the file have to be named.", "Map them.")),
        }
    }
}

/// The format in which a file's rows to correct are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FileFormat {
    /// CSV with one header row.
    Csv {
        /// Comma, semicolon, tab or pipe.
        delimiter: u8,
        /// The header's fields as they are in the file.
        header: Vec<String>,
    },
    /// Microsoft Graph's bulk body, a bare array, or one object.
    #[default]
    Json,
}

/// An opened file: format and header are parsed, the rows still to be read.
pub struct SeedFile {
    source: SeedSource,
    format: FileFormat,
    /// Rows that were read to learn about the columns.
    first: VecDeque<RawRow>,
    first_rows: usize,
    is_mapping_remembered: bool,
    judge: Judge,
}

impl SeedFile {
    /// Opens a file that needs no mapping; see [`Self::open_with`].
    pub fn open(bytes: Vec<u8>) -> Result<Self, FileIssue> {
        Ok(Self::open_with(bytes, &ReadOptions::default())?)
    }

    /// Detects encoding and format by the content, and parses the header. Fails only when no row could be read at all.
    ///
    /// The text is decoded as UTF-8 or UTF-16, with or without byte order mark, else as Windows-1252 with a notice.
    pub fn open_with(bytes: Vec<u8>, options: &ReadOptions) -> Result<Self, OpenIssue> {
        let (text, notice) = encoding::decode(Zeroizing::new(bytes))?;
        content::reject_text(&text)?;
        let source = if text.trim_start().starts_with(['[', '{']) {
            let entries = JsonEntries::open(text)?;
            let notice = entries.notice();
            let source = SeedSource::new(FileKind::Json, Box::new(entries));
            SeedSource { is_fixed: true, ..source.with_notation(KeyNotation::Base32).with_notices(notice) }
        } else if otpauth::is_list(&text) {
            SeedSource::new(FileKind::Otpauth, Box::new(otpauth::table(text)?))
        } else {
            let rows = CsvRows::open(text);
            let (delimiter, has_header) = (rows.delimiter(), rows.has_header());
            SeedSource { delimiter, has_header, ..SeedSource::new(FileKind::Csv, Box::new(rows)) }
        };
        Self::of_source(source.with_notices(notice), options)
    }

    /// Opens what a reader of any format handed over.
    pub fn of_source(source: SeedSource, options: &ReadOptions) -> Result<Self, OpenIssue> {
        let file = UnmappedFile::new(corrected::without_added_columns(source));
        let remembered = if options.mapping.is_none() { file.remembered(options) } else { None };
        let is_remembered = remembered.is_some();
        let mapping = options.mapping.clone().or(remembered);
        match mapping {
            _ if options.asks_for_mapping => {
                Err(OpenIssue::NeedsMapping(Box::new(file.with_current(mapping))))
            }
            Some(mapping) => {
                Ok(Self { is_mapping_remembered: is_remembered, ..file.with_mapping(&mapping, options)? })
            }
            None if file.first().issue().is_some() => Err(OpenIssue::NeedsMapping(Box::new(file))),
            None => Ok(file.without_mapping(options)?),
        }
    }

    fn new(source: SeedSource, first: VecDeque<RawRow>, judge: Judge) -> Self {
        Self {
            source,
            format: judge.format(),
            first_rows: first.len(),
            first,
            is_mapping_remembered: false,
            judge,
        }
    }

    /// Whether a column has codes from the tokens' displays, which [`Self::date_codes`] dates.
    pub fn has_codes(&self) -> bool {
        self.judge.position(Field::Code).is_some()
    }

    /// Says when the codes of that column were read, by the server's time in milliseconds since 1970. Without it, or after the
    /// rows were read, they say nothing.
    pub fn date_codes(&mut self, read_at_ms: u64) {
        self.judge.date_codes(read_at_ms);
    }

    /// The next rows, at most `max_rows`; none at the end of the file.
    pub fn read(&mut self, max_rows: usize) -> Vec<ParsedRow> {
        let next = || self.first.pop_front().or_else(|| self.source.reader.next_row());
        std::iter::from_fn(next).take(max_rows).map(|row| self.judge.judge(row)).collect()
    }

    /// What was read.
    pub fn kind(&self) -> FileKind {
        self.source.kind
    }

    /// The file's format.
    pub fn format(&self) -> &FileFormat {
        &self.format
    }

    /// Whether the columns are read by the mapping of an earlier file with the same header.
    pub fn is_mapping_remembered(&self) -> bool {
        self.is_mapping_remembered
    }

    /// Notices about the whole file: what was assumed or ignored. Complete when all rows have been read.
    pub fn notices(&self) -> Vec<String> {
        self.source.notices.iter().cloned().chain(self.judge.notices()).collect()
    }

    /// The part of the file that has been read, from 0 to 1.
    pub fn progress(&self) -> f32 {
        let handed_out = 1.0 - self.first.len() as f32 / self.first_rows.max(1) as f32;
        self.source.reader.progress() * if self.first.is_empty() { 1.0 } else { handed_out }
    }

    /// The rows that were read, to be changed and judged again.
    pub fn into_table(self, rows: Vec<ParsedRow>) -> SeedTable {
        SeedTable::new(self.judge, rows, self.source.notices)
    }
}
