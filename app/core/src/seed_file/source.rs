//! A file of a known format before its columns are judged: what a reader of any format hands over.

use super::{FileFormat, mapping::Mapping, raw_row::RowReader, remembered::RememberedMappings};
use crate::{seed::KeyNotation, token::HashFunction};

/// What was read, in the words of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// CSV with any delimiter.
    Csv,
    /// Microsoft Graph's bulk body and other JSON.
    Json,
    /// A list of `otpauth://` addresses.
    Otpauth,
    /// PSKC (RFC 6030).
    Pskc,
    /// A sheet of an Excel or OpenDocument workbook.
    Workbook,
}

impl FileKind {
    /// Whether a row of the file names the columns.
    pub(super) const fn has_header_row(self) -> bool {
        matches!(self, Self::Csv | Self::Workbook)
    }
}

impl std::fmt::Display for FileKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Otpauth => "otpauth list",
            Self::Pskc => "PSKC",
            Self::Workbook => "Workbook",
        })
    }
}

/// What the user chose for a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// What the columns hold.
    pub mapping: Option<Mapping>,
    /// Mappings of earlier files: one is applied where the header is the same and nothing else was said.
    pub remembered: RememberedMappings,
    /// The hash of rows that name none.
    pub hash: Option<HashFunction>,
    /// How keys are read that are Base32 as well as hex.
    pub notation: Option<KeyNotation>,
    /// Whether the user wants to map the columns of a file that can be read without.
    pub asks_for_mapping: bool,
}

/// An opened file of any format: its reader, and what the format says of all rows.
pub struct SeedSource {
    pub(super) kind: FileKind,
    pub(super) reader: Box<dyn RowReader>,
    pub(super) notices: Vec<String>,
    /// How the format writes keys that are Base32 as well as hex.
    pub(super) ambiguous_notation: Option<KeyNotation>,
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
    /// Whether the format fixes its columns, so that rows that lack a value have an issue instead of the file.
    pub(super) is_fixed: bool,
}

impl SeedSource {
    /// A file of this kind, whose table has a header.
    pub fn new(kind: FileKind, reader: Box<dyn RowReader>) -> Self {
        Self {
            kind,
            reader,
            notices: Vec::new(),
            ambiguous_notation: None,
            delimiter: b',',
            has_header: true,
            is_fixed: false,
        }
    }

    /// Adds notices about the whole file.
    #[must_use]
    pub fn with_notices(mut self, notices: impl IntoIterator<Item = String>) -> Self {
        self.notices.extend(notices);
        self
    }

    /// Says that keys that are Base32 as well as hex are in this notation, by the format's own rule.
    #[must_use]
    pub fn with_notation(mut self, notation: KeyNotation) -> Self {
        self.ambiguous_notation = Some(notation);
        self
    }

    /// Says that the first row of the table holds values: there is no header.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.has_header = false;
        self
    }

    /// The format in which rows to correct are written.
    pub(super) fn format(&self, header: &[String]) -> FileFormat {
        match self.kind {
            FileKind::Json => FileFormat::Json,
            _ => FileFormat::Csv { delimiter: self.delimiter, header: header.to_vec() },
        }
    }
}
