//! The rows of a file that was read, to be changed before the plan is carried out.

use std::{collections::HashMap, ops::Range};

use super::{Field, FileFormat, Judge, ParsedRow, RawRow, SeedRow};
use crate::{
    seed::{KeyNotation, Seed},
    token::HashFunction,
};

/// A value for a field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEdit {
    /// The row's place in the file.
    pub row: usize,
    /// The field.
    pub field: Field,
    /// The value.
    pub value: String,
}

/// A row whose key fits Base32 and hex, read in both: the codes tell which is right.
#[derive(Debug)]
pub struct TwoReadings {
    /// How many rows of the file have such keys.
    pub rows: usize,
    /// The row in Base32.
    pub base32: SeedRow,
    /// The row in hex.
    pub hex: SeedRow,
}

/// The rows of a file, and what judges them.
///
/// A row that was changed is judged again alone; after a choice for the whole file [`SeedTable::judge_again`] goes through
/// all of them, in slices.
#[derive(Clone, Default)]
pub struct SeedTable {
    judge: Judge,
    rows: Vec<ParsedRow>,
    file_notices: Vec<String>,
    leaves_notation_open: bool,
    choices: FileChoices,
}

/// What was chosen for all rows that leave it open; `None` for the usual rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileChoices {
    /// The hash of rows that name none.
    pub hash: Option<HashFunction>,
    /// How keys are read that fit Base32 and hex.
    pub notation: Option<KeyNotation>,
}

impl std::fmt::Debug for SeedTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeedTable({} rows)", self.rows.len())
    }
}

impl SeedTable {
    pub(super) fn new(judge: Judge, rows: Vec<ParsedRow>, file_notices: Vec<String>) -> Self {
        let leaves_notation_open = judge.leaves_notation_open();
        Self { judge, rows, file_notices, leaves_notation_open, choices: FileChoices::default() }
    }

    /// The rows.
    pub fn rows(&self) -> &[ParsedRow] {
        &self.rows
    }

    /// The format in which rows to correct are written, with the columns that were added.
    pub fn format(&self) -> FileFormat {
        self.judge.format()
    }

    /// Notices about the whole file: what was assumed or ignored.
    pub fn notices(&self) -> Vec<String> {
        self.file_notices.iter().cloned().chain(self.judge.notices()).collect()
    }

    /// Says when the codes that the tokens showed were read, in milliseconds since 1970, and judges the rows again that have one.
    pub fn date_codes(&mut self, read_at_ms: u64) {
        self.judge.date_codes(read_at_ms);
        let has_code = |row: &ParsedRow| row.result.as_ref().is_ok_and(|row| row.shown.is_some());
        for row in self.rows.iter_mut().filter(|row| has_code(row)) {
            let raw = std::mem::take(&mut row.raw);
            *row = self.judge.judge_changed(raw);
        }
    }

    /// How many rows name no hash.
    pub fn silent_rows(&self) -> usize {
        self.judge.silent_rows()
    }

    /// The text of a field in a row; empty when the file does not say.
    pub fn value(&self, row: usize, field: Field) -> &str {
        self.rows.get(row).map_or("", |row| self.judge.value(&row.raw, field).trim())
    }

    /// Changes a row and judges it again.
    pub fn apply(&mut self, edit: &RowEdit) {
        self.change(edit.row, |judge, raw| judge.set(raw, edit.field, &edit.value));
    }

    /// Makes a row what it is in the file.
    pub fn restore(&mut self, row: usize) {
        self.change(row, |_, raw| {
            if let Some(changes) = raw.changes.take() {
                *raw = changes.original;
            }
        });
    }

    fn change(&mut self, row: usize, change: impl FnOnce(&mut Judge, &mut RawRow)) {
        if let Some(row) = self.rows.get_mut(row) {
            let mut raw = std::mem::take(&mut row.raw);
            change(&mut self.judge, &mut raw);
            *row = self.judge.judge_changed(raw);
        }
    }

    /// The rows that name the same user or have the same text in another field, in any case.
    pub fn rows_with(&self, field: Field, value: &str) -> Vec<usize> {
        let value = value.trim().to_lowercase();
        (0..self.rows.len()).filter(|row| self.value(*row, field).to_lowercase() == value).collect()
    }

    /// What replacing a text in a column changes.
    pub fn replacements(&self, field: Field, find: &str, with: &str) -> Vec<RowEdit> {
        let edit = |row| {
            let value = self.value(row, field);
            let is_hit = !find.is_empty() && value.contains(find);
            is_hit.then(|| RowEdit { row, field, value: value.replace(find, with) })
        };
        (0..self.rows.len()).filter_map(edit).collect()
    }

    /// How many rows were changed by hand.
    pub fn changed_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.raw.changes.is_some()).count()
    }

    /// What was changed by hand, by the lines of the file: to change the rows of the same file in the same way after it
    /// was read again.
    pub fn changes(&self) -> Vec<(u64, Field, String)> {
        let of_row = |row: &ParsedRow| {
            let changes = row.raw.changes.as_ref();
            let changed = Field::ALL.into_iter().filter_map(|field| {
                let value = self.judge.value(&row.raw, field);
                let is_changed = self.judge.value(&changes?.original, field) != value;
                (is_changed && field != Field::Key).then(|| (row.line, field, value.to_owned()))
            });
            changed.collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// Changes made before, as edits of these rows.
    pub fn edits_of(&self, changes: &[(u64, Field, String)]) -> Vec<RowEdit> {
        // The lines of a corrected file may be in any order.
        let by_line: HashMap<u64, usize> =
            self.rows.iter().enumerate().rev().map(|(index, row)| (row.line, index)).collect();
        let edit = |(line, field, value): &(u64, Field, String)| {
            Some(RowEdit { row: *by_line.get(line)?, field: *field, value: value.clone() })
        };
        changes.iter().filter_map(edit).collect()
    }

    /// What was chosen for the file.
    pub fn choices(&self) -> FileChoices {
        self.choices
    }

    /// Takes these choices; [`SeedTable::judge_again`] applies them.
    pub fn choose(&mut self, choices: FileChoices) {
        self.choices = choices;
        self.judge.choose_hash(choices.hash);
        if self.leaves_notation_open {
            self.judge.choose_notation(choices.notation);
        }
        self.judge.restart();
    }

    /// Judges some of the rows again.
    pub fn judge_again(&mut self, rows: Range<usize>) {
        for row in self.rows.get_mut(rows).into_iter().flatten() {
            let raw = std::mem::take(&mut row.raw);
            *row = self.judge.parsed(raw);
        }
    }

    /// The first row whose key fits Base32 and hex, read in both; `None` when there is none, or the file or other keys tell
    /// how keys are written.
    pub fn two_readings(&self) -> Option<TwoReadings> {
        if !self.leaves_notation_open {
            return None;
        }
        let is_ambiguous = |row: &&ParsedRow| {
            self.judge.value(&row.raw, Field::KeyNotation).trim().is_empty()
                && Seed::ambiguous_notation(self.judge.value(&row.raw, Field::Key).trim()).is_some()
        };
        let ambiguous: Vec<RawRow> =
            self.rows.iter().filter(is_ambiguous).take(1).map(|row| row.raw.clone()).collect();
        let rows = self.rows.iter().filter(is_ambiguous).count();
        let raw = ambiguous.into_iter().next()?;
        let read = |notation| {
            let mut judge = self.judge.clone();
            judge.choose_notation(Some(notation));
            judge.parsed(raw.clone()).result.ok()
        };
        Some(TwoReadings { rows, base32: read(KeyNotation::Base32)?, hex: read(KeyNotation::Hex)? })
    }
}
