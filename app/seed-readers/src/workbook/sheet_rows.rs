//! The rows of a sheet, in the making.

use std::{collections::BTreeMap, ops::RangeInclusive};

use token_core::seed_file::{CellMark, FileIssue, RawRow};

/// Most cells of a sheet, empty ones between others included.
const MAX_CELLS: usize = 2_000_000;

/// A cell: its text as the sheet shows it, and what is to be known of it.
#[derive(Default, Clone)]
pub(super) struct SheetCell {
    pub text: String,
    pub mark: Option<CellMark>,
    pub is_formula: bool,
}

/// The rows of a sheet.
#[derive(Default)]
pub(super) struct SheetRows {
    rows: BTreeMap<u32, RawRow>,
    /// Cells that are held, empty ones between others included.
    held: usize,
}

impl SheetRows {
    /// Whether a cell has a text.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a cell at this row and column, both from 0.
    pub fn add(&mut self, (row, column): (u32, usize), cell: SheetCell) -> Result<(), FileIssue> {
        // A formula without a result is kept, to be told from an empty cell.
        if cell.text.trim().is_empty() && !cell.is_formula {
            return Ok(());
        }
        let row = self.rows.entry(row).or_insert_with(|| RawRow::new(u64::from(row) + 1, Vec::new()));
        let missing = column.saturating_add(1).saturating_sub(row.cells.len());
        self.held = self.held.saturating_add(missing);
        if self.held > MAX_CELLS {
            return Err(too_large());
        }
        row.cells.extend(std::iter::repeat_n(String::new(), missing));
        if let Some(place) = row.cells.get_mut(column) {
            *place = cell.text;
        }
        row.marks.extend(cell.mark.map(|mark| (column, mark)));
        row.marks.extend(cell.is_formula.then_some((column, CellMark::Formula)));
        Ok(())
    }

    /// Fills the empty cells of a merged range of one column with the value of its first.
    pub fn merge(&mut self, column: usize, rows: RangeInclusive<u32>) -> Result<(), FileIssue> {
        let Some(first) = self.rows.get(rows.start()) else { return Ok(()) };
        let Some(text) = first.cells.get(column).filter(|text| !text.is_empty()) else { return Ok(()) };
        let cell = SheetCell {
            text: text.clone(),
            mark: first.marks.iter().find(|(marked, _)| *marked == column).map(|(_, mark)| *mark),
            is_formula: false,
        };
        let below: Vec<u32> = self.rows.range(rows).skip(1).map(|(row, _)| *row).collect();
        // Ranges may overlap in a damaged file.
        self.held = self.held.saturating_add(below.len());
        if self.held > MAX_CELLS {
            return Err(too_large());
        }
        for row in below {
            let is_empty = |row: &RawRow| row.cells.get(column).is_none_or(String::is_empty);
            if self.rows.get(&row).is_some_and(is_empty) {
                self.add((row, column), cell.clone())?;
            }
        }
        Ok(())
    }

    /// The rows that have a text, in their order.
    pub fn finish(self) -> Vec<RawRow> {
        self.rows.into_values().collect()
    }
}

/// The issue of a sheet that expands to too many cells.
pub(super) fn too_large() -> FileIssue {
    FileIssue::new(
        "The sheet is too large.",
        "Delete empty rows and columns at its end, or save it as \"CSV UTF-8\".",
    )
}

/// The text of a number, and that it is one. A number of more digits than workbooks keep has the form of a rounded one,
/// which the check refuses.
pub(super) fn number(text: &str) -> SheetCell {
    const EXACT_DIGITS: usize = 15;
    let is_exact = text.len() <= EXACT_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
    let shown = match text.parse::<f64>() {
        _ if is_exact => text.to_owned(),
        Ok(number) if number.abs() >= 1e15 => format!("{number:E}").replace('E', "E+"),
        Ok(number) => number.to_string(),
        Err(_) => text.to_owned(),
    };
    SheetCell { text: shown, mark: Some(CellMark::Number), is_formula: false }
}
