//! Reads the rows of a CSV.

use std::io::Cursor;

use csv::{Reader, ReaderBuilder, StringRecord};
use zeroize::Zeroizing;

use super::{
    FileFormat, FileIssue, Owner, ParsedRow, RawRow, SeedRow,
    cell::Cell,
    check::{self, FormatRules, RowCells},
    columns::{self, CsvColumn, CsvColumns},
    file_notices::FileNotices,
};
use crate::issue::Issue;

/// The rows of a CSV whose header has been parsed.
pub(super) struct CsvRows {
    records: CsvRecords,
    header: StringRecord,
    columns: CsvColumns,
}

impl CsvRows {
    pub fn open(text: Zeroizing<String>) -> Result<Self, FileIssue> {
        let mut records = CsvRecords::open(text);
        records.advance();
        let header = records.current.clone();
        Ok(Self { columns: CsvColumns::of(&header)?, header, records })
    }

    pub fn format(&self) -> FileFormat {
        let header = self.header.iter().map(str::to_owned).collect();
        FileFormat::Csv { delimiter: self.records.delimiter, header }
    }

    pub fn has_hash_column(&self) -> bool {
        self.columns.position(CsvColumn::Hash).is_some()
    }

    /// The notice about ignored columns, if there are any.
    pub fn notice(&self) -> Option<String> {
        let ignored = self.columns.ignored(&self.header);
        (!ignored.is_empty()).then(|| format!("Columns that are not read: {}.", ignored.join(", ")))
    }

    pub fn progress(&self) -> f32 {
        self.records.progress()
    }

    pub fn next_entry(&mut self, file_notices: &mut FileNotices) -> Option<ParsedRow> {
        let lines = self.records.advance()?;
        let cells = RowCells {
            serial: self.cell(CsvColumn::Serial),
            key: self.cell(CsvColumn::Key),
            interval: self.cell(CsvColumn::Interval),
            manufacturer: self.cell(CsvColumn::Manufacturer),
            model: self.cell(CsvColumn::Model),
            hash: self.cell(CsvColumn::Hash),
        };
        let owner = self.cell(CsvColumn::Upn).upn().map(|upn| upn.map(Owner::Upn));
        let row = check::check(&cells, owner, FormatRules::Csv, file_notices);
        Some(ParsedRow {
            line: lines.first,
            serial: check::display_serial(&cells),
            result: self.check_shape(row, &lines),
            raw: RawRow(Zeroizing::new(self.records.current.iter().map(str::to_owned).collect())),
        })
    }

    /// The cell of a column in the current row; empty when the row or the file lacks it.
    fn cell(&self, column: CsvColumn) -> Cell<'_> {
        let Some(index) = self.columns.position(column) else { return Cell::new("", "") };
        let name = self.header.get(index).unwrap_or_default();
        Cell::new(name, self.records.current.get(index).unwrap_or_default())
    }

    /// Checks the row as a whole: too many fields, or a quoted value over several lines.
    fn check_shape(&self, row: Result<SeedRow, Vec<Issue>>, lines: &LineSpan) -> Result<SeedRow, Vec<Issue>> {
        let mut row = row;
        if self.records.current.iter().skip(self.header.len()).any(|field| !field.trim().is_empty()) {
            let message =
                format!("The row has more fields than the header, which has {}.", self.header.len());
            let surplus = Issue::new(message, "Put quotation marks around a value that holds the delimiter.");
            row = Err(row.err().into_iter().flatten().chain([surplus]).collect());
        }
        if lines.last > lines.first {
            match &mut row {
                Ok(row) => {
                    row.notes.push(format!("quoted line break: the row goes on to line {}", lines.last))
                }
                Err(issues) => issues.push(Issue::new(
                    format!("The row goes on to line {}, inside quotation marks.", lines.last),
                    "If it should not, close the quotation mark: an open one swallows the rows after it.",
                )),
            }
        }
        row
    }
}

/// The first and last line of a row, from 1.
pub(crate) struct LineSpan {
    pub first: u64,
    pub last: u64,
}

/// The records of a file that are not blank, with their lines.
pub(crate) struct CsvRecords {
    reader: Reader<Cursor<Zeroizing<String>>>,
    /// The offset that the reader's positions are relative to.
    table_start: usize,
    delimiter: u8,
    pub current: StringRecord,
    /// The offset up to which lines have been counted, and its line.
    counted: (usize, u64),
}

impl CsvRecords {
    pub fn open(text: Zeroizing<String>) -> Self {
        let (table_start, declared) = declared_delimiter(&text);
        let delimiter =
            declared.unwrap_or_else(|| columns::delimiter(text.get(table_start..).unwrap_or_default()));
        let mut cursor = Cursor::new(text);
        cursor.set_position(table_start as u64);
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(cursor);
        Self { reader, table_start, delimiter, current: StringRecord::new(), counted: (0, 1) }
    }

    /// Reads the next record that is not blank.
    pub fn advance(&mut self) -> Option<LineSpan> {
        loop {
            let start = self.position();
            // Reading valid UTF-8 from memory cannot fail.
            if !matches!(self.reader.read_record(&mut self.current), Ok(true)) {
                return None;
            }
            if !columns::is_blank(&self.current) {
                // The reader skips the line breaks before a record in the same step, and may leave the "\n" of a
                // "\r\n" for the next, so both ends are moved to the nearest character of the record.
                let text = self.text();
                let breaks =
                    text.get(start..).unwrap_or_default().iter().take_while(|b| is_line_break(**b)).count();
                let read = text.get(..self.position()).unwrap_or_default();
                let end = read.iter().rposition(|b| !is_line_break(*b)).map_or(0, |last| last + 1);
                return Some(LineSpan { first: self.line_at(start + breaks), last: self.line_at(end) });
            }
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).saturating_add(self.table_start)
    }

    fn text(&self) -> &[u8] {
        self.reader.get_ref().get_ref().as_bytes()
    }

    fn progress(&self) -> f32 {
        (self.position() as f32 / self.text().len().max(1) as f32).min(1.0)
    }

    /// The line of an offset. Offsets must ascend, so that the file's lines are counted once.
    fn line_at(&mut self, offset: usize) -> u64 {
        let (from, line) = self.counted;
        let text = self.text();
        let breaks = (from..offset.min(text.len())).filter(|at| match text.get(*at) {
            Some(b'\n') => true,
            Some(b'\r') => text.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        self.counted = (offset, line + breaks.count() as u64);
        self.counted.1
    }
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// Excel's first line `sep=;`: the offset where the table begins, and the delimiter.
fn declared_delimiter(text: &str) -> (usize, Option<u8>) {
    let line_end = text.find(['\r', '\n']).unwrap_or(text.len());
    let line = text.get(..line_end).unwrap_or_default().trim_matches('"');
    let is_declaration = line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    match line.as_bytes().get(4..) {
        Some([delimiter @ (b',' | b';' | b'\t'), ..]) if is_declaration => (line_end, Some(*delimiter)),
        _ => (0, None),
    }
}
