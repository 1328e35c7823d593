//! Reads the rows of a CSV and its kin: any delimiter, comments above the header, no header at all.

use std::{collections::VecDeque, io::Cursor};

use csv::{Reader, ReaderBuilder, StringRecord};
use zeroize::Zeroizing;

use super::{
    field::Field,
    guess,
    raw_row::{RawRow, RowReader},
};

/// Lines above the header that are passed over: titles and dates.
const LINES_ABOVE_HEADER: usize = 10;
/// What separates columns unless a line declares something else.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows of a table without header that are read to learn its width.
const FIRST_ROWS: usize = 50;

/// The rows of a delimited table.
pub(super) struct CsvRows {
    records: CsvRecords,
    header: Vec<String>,
    /// Rows that were read to learn the width of a table without header.
    first: VecDeque<RawRow>,
    has_header: bool,
}

impl CsvRows {
    pub fn open(text: Zeroizing<String>) -> Self {
        let text = unwrapped(&text).unwrap_or(text);
        let (table_start, declared) = table_start(&text);
        let table = text.get(table_start..).unwrap_or_default();
        let delimiter = declared.or_else(|| delimiter(table));
        let mut records = if delimiter.is_none() && is_blank_separated(table) {
            CsvRecords::open_at(tab_separated(&text), 0, b'\t')
        } else {
            CsvRecords::open_at(text, table_start, delimiter.unwrap_or(b','))
        };
        let span = records.advance();
        let header: Vec<String> = records.current.iter().map(str::to_owned).collect();
        let headings = header.iter().filter(|name| Field::is_listed_heading(name)).count();
        // The first row of values may have a word that is a heading, too: "hex".
        let holds =
            |test: fn(&str) -> bool| header.iter().any(|cell| test(cell) && !Field::is_listed_heading(cell));
        let has_header = match headings {
            0 => !holds(guess::is_data),
            1 => !holds(guess::is_key_not_heading),
            _ => true,
        };
        let mut rows = Self { records, header, first: VecDeque::new(), has_header };
        if let Some(span) = span.filter(|_| !has_header) {
            let first = rows.records.row(&span);
            rows.first.push_back(first);
            let more = std::iter::from_fn(|| rows.records.next_row()).take(FIRST_ROWS);
            rows.first.extend(more);
            let width = rows.first.iter().map(|row| row.cells.len()).max().unwrap_or_default();
            rows.header = (1..=width).map(|n| format!("column {n}")).collect();
        }
        rows
    }

    pub fn delimiter(&self) -> u8 {
        self.records.delimiter
    }

    pub fn has_header(&self) -> bool {
        self.has_header
    }
}

impl RowReader for CsvRows {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_row(&mut self) -> Option<RawRow> {
        loop {
            let row = self.first.pop_front().or_else(|| self.records.next_row())?;
            // Of files that were joined the second has its header in the middle.
            let is_header = self.has_header
                && row.cells.len() == self.header.len()
                && row.cells.iter().zip(&self.header).all(|(cell, name)| bare(cell) == bare(name));
            if !is_header {
                return Some(row);
            }
        }
    }

    fn progress(&self) -> f32 {
        self.records.progress()
    }
}

/// A heading without what may stand around it.
fn bare(heading: &str) -> &str {
    heading.trim_start_matches('\u{feff}').trim()
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
    /// Opens a list: the delimiter is declared, or found in the header.
    pub fn open(text: Zeroizing<String>) -> Self {
        let (table_start, declared) = declared_delimiter(&text);
        let table = text.get(table_start..).unwrap_or_default();
        let delimiter = declared.or_else(|| delimiter(table)).unwrap_or(b',');
        Self::open_at(text, table_start, delimiter)
    }

    fn open_at(text: Zeroizing<String>, table_start: usize, delimiter: u8) -> Self {
        let mut cursor = Cursor::new(text);
        cursor.set_position(table_start as u64);
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(cursor);
        Self { reader, table_start, delimiter, current: StringRecord::new(), counted: (0, 1) }
    }

    fn next_row(&mut self) -> Option<RawRow> {
        let span = self.advance()?;
        Some(self.row(&span))
    }

    fn row(&self, span: &LineSpan) -> RawRow {
        let cells = self.current.iter().map(str::to_owned).collect();
        RawRow { last_line: span.last, ..RawRow::new(span.first, cells) }
    }

    /// Reads the next record that is not blank.
    pub fn advance(&mut self) -> Option<LineSpan> {
        loop {
            let start = self.position();
            // Reading valid UTF-8 from memory cannot fail.
            if !matches!(self.reader.read_record(&mut self.current), Ok(true)) {
                return None;
            }
            if !is_blank(&self.current) {
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
        Some([delimiter, ..])
            if is_declaration
                && (delimiter.is_ascii_punctuation() || *delimiter == b'\t')
                && *delimiter != b'"' =>
        {
            (line_end, Some(*delimiter))
        }
        _ => (0, None),
    }
}

/// Where the table begins below comment lines, blank lines and a declared delimiter. PowerShell 5.1 writes `#TYPE …`.
fn table_start(text: &str) -> (usize, Option<u8>) {
    let (mut start, mut delimiter) = (0, None);
    loop {
        let rest = text.get(start..).unwrap_or_default();
        if let (declaration, Some(declared)) = declared_delimiter(rest) {
            (start, delimiter) = (start + declaration, Some(declared));
            continue;
        }
        let line_end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let line = rest.get(..line_end).unwrap_or_default().trim();
        let is_skipped = line.is_empty() || (line.starts_with(['#', '\u{feff}']) && !names_columns(line));
        if !is_skipped || line_end == rest.len() {
            return (start + titles(rest), delimiter);
        }
        start += line_end + 1;
    }
}

/// The length of the lines above a header that are a title, a sender or the like: they hold no value of a token, and are no
/// header themselves.
fn titles(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive(['\r', '\n']).take(LINES_ABOVE_HEADER) {
        let cells = line.split(DELIMITERS).map(|cell| cell.trim().trim_matches('"'));
        let mut cells = cells.filter(|cell| !cell.is_empty()).peekable();
        let is_header = cells.peek().is_some() && cells.clone().all(Field::is_listed_heading);
        let is_title = !is_header && !cells.any(|cell| guess::is_data(cell) && !cell.contains('@'));
        match (names_columns(line), is_title) {
            (true, _) => return length,
            (false, true) => length += line.len(),
            (false, false) => break,
        }
    }
    0
}

/// The text without the quotation marks around each of its lines, as a spreadsheet writes a table that was pasted into one
/// column.
fn unwrapped(text: &str) -> Option<Zeroizing<String>> {
    let inner = |line: &str| {
        let inner = line.trim_end().strip_prefix('"')?.strip_suffix('"')?;
        Some(Zeroizing::new(inner.replace("\"\"", "\"")))
    };
    let is_wrapped = |line: &str| {
        let row = first_row(line, b',');
        inner(line).is_some_and(|inner| row.len() == 1 && inner.contains(DELIMITERS))
    };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let names_columns = inner(lines.peek()?).is_some_and(|first| names_columns(&first));
    if !names_columns || !lines.all(is_wrapped) {
        return None;
    }
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    for line in text.lines() {
        plain.push_str(inner(line).as_deref().map_or("", String::as_str));
        plain.push('\n');
    }
    Some(plain)
}

/// Whether a line that begins like a comment is a header whose first column is called "#".
fn names_columns(line: &str) -> bool {
    let cells = line.split(DELIMITERS);
    cells.filter(|cell| Field::is_listed_heading(cell)).count() > 1
}

/// The delimiter that gives the most known columns, or the most fields when no column is known; `None` when there is
/// only one field.
fn delimiter(text: &str) -> Option<u8> {
    let score = |delimiter: u8| {
        let header = first_row(text, delimiter);
        (header.iter().filter(|name| Field::is_listed_heading(name)).count(), header.len())
    };
    let candidates = [b'|', b'\t', b';', b','].into_iter().filter(|sign| text.as_bytes().contains(sign));
    let scored = candidates.map(|delimiter| (score(delimiter), delimiter));
    // `max_by_key` returns the last of several maxima: the comma.
    let best = scored.max_by_key(|(score, _)| *score).filter(|((_, fields), _)| *fields > 1);
    best.map(|(_, delimiter)| delimiter)
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
fn is_blank(row: &StringRecord) -> bool {
    row.iter().all(|field| field.trim().is_empty())
}

/// Whether the first line has no delimiter but blanks, between values or known headings of one word each.
fn is_blank_separated(text: &str) -> bool {
    let row = first_row(text, b',');
    let [line] = row.iter().collect::<Vec<_>>()[..] else { return false };
    let words: Vec<&str> = line.split_whitespace().collect();
    let headings = words.iter().filter(|word| Field::is_listed_heading(word)).count();
    words.len() > 1
        && (words.iter().any(|word| guess::is_data(word)) || (headings > 1 && headings == words.len()))
}

/// The text with a tab for each run of blanks; the lines stay.
fn tab_separated(text: &str) -> Zeroizing<String> {
    let mut tabbed = Zeroizing::new(String::with_capacity(text.len()));
    let mut is_gap = false;
    for c in text.chars() {
        match c {
            ' ' | '\t' | '\u{a0}' => is_gap = true,
            '\r' | '\n' => {
                is_gap = false;
                tabbed.push(c);
            }
            _ => {
                if is_gap && !tabbed.ends_with(['\r', '\n']) && !tabbed.is_empty() {
                    tabbed.push('\t');
                }
                is_gap = false;
                tabbed.push(c);
            }
        }
    }
    tabbed
}
