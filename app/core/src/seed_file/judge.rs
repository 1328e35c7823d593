//! Judges raw rows: fills in the values that hold for all of them, cleans cells, and checks.

use super::{
    FileFormat, ParsedRow, RawRow,
    cell::notation_named,
    check::{self, RowCells},
    field::Field,
    file_notices::FileNotices,
    invisible,
    layout::Layout,
    mask::masked,
    raw_row::RowChanges,
    rules::CheckRules,
};
use crate::{
    seed::{KeyNotation, Seed},
    token::HashFunction,
};

/// What is known of a file beside its rows: it turns a [`RawRow`] into a [`ParsedRow`], also again after the row was
/// changed or a choice was made for the whole file.
#[derive(Clone, Default)]
pub struct Judge {
    header: Vec<String>,
    layout: Layout,
    rules: CheckRules,
    /// How many columns the file has; those after them hold constants and what was mended.
    file_width: usize,
    constants: Vec<(Field, String)>,
    format: FileFormat,
    notices: FileNotices,
}

impl Judge {
    pub(super) fn new(
        header: Vec<String>,
        layout: Layout,
        constants: Vec<(Field, String)>,
        rules: CheckRules,
        format: FileFormat,
    ) -> Self {
        let rules =
            CheckRules { named_notation: rules.named_notation.or(layout.named_notation(&header)), ..rules };
        let file_width = header.len();
        let mut judge =
            Self { header, layout, rules, file_width, constants, format, notices: FileNotices::default() };
        for (field, _) in judge.constants.clone() {
            judge.column(field);
        }
        judge
    }

    /// The column of a field; `None` when the file has none and nothing was filled in.
    pub fn position(&self, field: Field) -> Option<usize> {
        self.layout.position(field)
    }

    /// The format in which rows to correct are written, with the columns that were added.
    pub fn format(&self) -> FileFormat {
        match &self.format {
            FileFormat::Csv { delimiter, .. } => {
                FileFormat::Csv { delimiter: *delimiter, header: self.header.clone() }
            }
            FileFormat::Json => FileFormat::Json,
        }
    }

    /// How many of the rows that were judged name no hash.
    pub fn silent_rows(&self) -> usize {
        self.notices.silent_rows()
    }

    /// Takes this hash for the rows that name none; `None` for the usual rule. Judge the rows again afterwards.
    pub fn choose_hash(&mut self, hash: Option<HashFunction>) {
        self.rules.chosen_hash = hash;
    }

    /// Reads keys in this notation that are Base32 as well as hex. Judge the rows again afterwards.
    pub fn choose_notation(&mut self, notation: Option<KeyNotation>) {
        self.rules.ambiguous_notation = notation;
    }

    /// Says when the codes of the file's column were read, in milliseconds since 1970. Judge the rows again afterwards.
    pub(super) fn date_codes(&mut self, read_at_ms: u64) {
        self.rules.codes_read_at_ms = Some(read_at_ms);
    }

    /// Forgets what was noticed, before all rows are judged again.
    pub fn restart(&mut self) {
        self.notices = FileNotices::default();
    }

    /// The columns of the file that are not read.
    pub(super) fn ignored(&self) -> Vec<String> {
        self.layout.ignored(&self.header)
    }

    /// Judges a row as the reader yielded it.
    pub fn judge(&mut self, row: RawRow) -> ParsedRow {
        let row = self.filled(row);
        self.parsed(row)
    }

    /// Judges a row again that was changed. What was noticed about the whole file stays as it was read.
    pub(super) fn judge_changed(&mut self, row: RawRow) -> ParsedRow {
        let noticed = std::mem::take(&mut self.notices);
        let parsed = self.parsed(row);
        self.notices = noticed;
        parsed
    }

    /// Judges a row that was filled in already.
    pub(super) fn parsed(&mut self, row: RawRow) -> ParsedRow {
        let cells = RowCells { layout: &self.layout, header: &self.header, row: &row };
        let (serial, result) = check::parse_row(&cells, &self.rules, &mut self.notices);
        ParsedRow { line: row.line, serial, result, raw: row }
    }

    /// The cell of a field in a raw row.
    pub fn value<'a>(&self, row: &'a RawRow, field: Field) -> &'a str {
        let cell = self.layout.position(field).and_then(|index| row.cells.get(index));
        cell.map_or("", String::as_str)
    }

    /// Changes a raw row: writes a value into the column of a field, which is added if the file has none. A row that is
    /// as it was again has no changes.
    pub fn set(&mut self, row: &mut RawRow, field: Field, value: &str) {
        let original = row.changes.take().map_or_else(|| row.clone(), |changes| changes.original);
        let index = self.column(field);
        let missing = (index + 1).saturating_sub(row.cells.len());
        row.cells.extend(std::iter::repeat_n(String::new(), missing));
        if let Some(cell) = row.cells.get_mut(index) {
            zeroize::Zeroize::zeroize(cell);
            value.clone_into(cell);
        }
        row.marks.retain(|(column, _)| *column != index);
        let column = self.header.get(index).map(String::as_str);
        row.issues.retain(|issue| issue.column.as_deref() != column);
        let notes = self.change_notes(&original, row);
        if notes.is_empty() {
            *row = original;
        } else {
            row.changes = Some(Box::new(RowChanges { original, notes }));
        }
    }

    /// What differs between a row and what the file has.
    fn change_notes(&self, original: &RawRow, row: &RawRow) -> Vec<String> {
        let note = |field: Field| {
            let before = self.value(original, field).trim();
            if before == self.value(row, field).trim() {
                return None;
            }
            Some(match (field, before) {
                (_, "") => format!("the {field} was filled in here"),
                (Field::Key | Field::Code, _) => format!("the {field} was changed here"),
                _ => format!("the {field} was changed here: it was {}", masked(before, false)),
            })
        };
        Field::ALL.into_iter().filter_map(note).collect()
    }

    /// Whether keys are read by their length that fit Base32 and hex, because neither the file nor other keys of the
    /// column tell.
    pub(super) fn leaves_notation_open(&self) -> bool {
        self.rules.named_notation.is_none() && self.rules.ambiguous_notation.is_none()
    }

    /// Notices about the rows that were judged.
    pub fn notices(&self) -> Vec<String> {
        let has_hash_column = self.position(Field::Hash).is_some();
        self.notices.notices(has_hash_column)
    }

    /// Learns from the first rows how keys are written, so that a key that fits Base32 as well as hex is read like the
    /// others of its column.
    pub(super) fn learn_notation<'a>(&mut self, rows: impl Iterator<Item = &'a RawRow>) {
        let Some(index) = self.layout.position(Field::Key) else { return };
        if self.rules.ambiguous_notation.is_some() || self.rules.named_notation.is_some() {
            return;
        }
        let mut certain =
            rows.filter_map(|row| row.cells.get(index)).filter_map(|key| Seed::certain_notation(key));
        // A column that mixes both tells nothing.
        self.rules.ambiguous_notation = certain.next().filter(|first| certain.all(|other| other == *first));
    }

    /// The column of a field, added if there is none.
    fn column(&mut self, field: Field) -> usize {
        self.layout.position(field).unwrap_or_else(|| {
            self.layout.push(field);
            self.header.push(field.name().to_owned());
            self.header.len() - 1
        })
    }

    /// The row with constants where it has no value, and without invisible characters.
    fn filled(&self, mut row: RawRow) -> RawRow {
        if row.is_broken {
            return row;
        }
        let added = self.header.len() - self.file_width;
        if added > 0 {
            let missing = self.file_width.saturating_sub(row.cells.len());
            row.cells.extend(std::iter::repeat_n(String::new(), missing));
            row.cells.splice(self.file_width..self.file_width, std::iter::repeat_n(String::new(), added));
        }
        for (field, value) in &self.constants {
            let is_blank = |index| row.cells.get(index).is_none_or(|cell: &String| cell.trim().is_empty());
            if self.layout.positions(*field).all(is_blank)
                && let Some(cell) = self.layout.position(*field).and_then(|index| row.cells.get_mut(index))
            {
                value.clone_into(cell);
            }
        }
        let notation = notation_named(self.value(&row, Field::KeyNotation)).or(self.rules.named_notation);
        for (field, cell) in self.layout.fields().iter().zip(row.cells.iter_mut()) {
            if let Some(field) = field
                // A key that is a text has all of its characters.
                && !(*field == Field::Key && notation == Some(KeyNotation::Text))
                && invisible::remove(*field, cell)
            {
                row.notes.push(format!("invisible characters were taken out of the {field}"));
            }
        }
        row
    }
}
