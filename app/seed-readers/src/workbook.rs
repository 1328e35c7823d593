//! Sheets of workbooks: xlsx and ods.

mod ods_size;

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, Ods, Reader, Xlsx};
use token_core::seed_file::{CellMark, Field, FileIssue, FileKind, RawRow, SeedSource, WholeTable, is_data};
use zeroize::Zeroizing;

use crate::{OpenNeed, archive};

/// Rows above the header that are passed over: titles and dates.
const ROWS_ABOVE_HEADER: usize = 10;
/// Most cells of a sheet, empty ones between others included.
const MAX_CELLS: usize = 5_000_000;
/// Cells that are read between two pauses.
const CELLS_PER_PAUSE: usize = 2_000;
/// The longest whole number that a workbook keeps.
const EXACT_DIGITS: f64 = 1e15;

/// A sheet that was read.
pub(crate) struct Sheet {
    pub source: SeedSource,
    pub name: String,
    /// The sheets that hold something.
    pub others: Vec<String>,
}

/// Whether an archive is a workbook.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    archive::has_members(bytes, &["[Content_Types].xml", "xl/workbook.xml"])
        || (archive::has_members(bytes, &["content.xml"])
            && archive::has_members(bytes, &["mimetype", "META-INF/manifest.xml"]))
}

/// Reads a sheet: the one that was chosen, or the first that holds something.
pub(crate) async fn read(
    bytes: Zeroizing<Vec<u8>>,
    wanted: Option<&str>,
    pause: &impl AsyncFn(),
) -> Result<Sheet, OpenNeed> {
    if archive::has_members(&bytes, &["xl/workbook.bin"]) {
        return Err(FileIssue::new(
            "The file is a binary Excel workbook (xlsb).",
            "Save it as an Excel workbook (xlsx) or as \"CSV UTF-8\".",
        )
        .into());
    }
    let sheets = if archive::has_members(&bytes, &["[Content_Types].xml", "xl/workbook.xml"]) {
        xlsx_sheets(&bytes, pause).await?
    } else {
        ods_sheets(&bytes)?
    };
    let mut filled = sheets.into_iter().filter(|(_, rows)| !rows.is_empty());
    let mut others = Vec::new();
    let mut chosen = None;
    for (name, rows) in filled.by_ref() {
        others.push(name.clone());
        if wanted.map_or(chosen.is_none(), |wanted| wanted == name) {
            chosen = Some((name, rows));
        }
    }
    let Some((name, rows)) = chosen else {
        if wanted.is_some() && !others.is_empty() {
            return Err(OpenNeed::Sheet(others));
        }
        return Err(FileIssue::new("The workbook is empty.", "Choose the workbook with the seeds.").into());
    };
    Ok(Sheet { source: source(rows)?, name, others })
}

/// The rows of each sheet, without the empty ones.
type Sheets = Vec<(String, Vec<RawRow>)>;

async fn xlsx_sheets(bytes: &[u8], pause: &impl AsyncFn()) -> Result<Sheets, FileIssue> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        // A sheet may be a chart, which has no cells.
        let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else { continue };
        let mut rows = SheetRows::default();
        while let Some(cell) = cells.next_cell_with_formula().map_err(|_| damaged())? {
            rows.add(cell.pos, &cell.value.into(), cell.formula.is_some())?;
            if rows.read.is_multiple_of(CELLS_PER_PAUSE) {
                pause().await;
            }
        }
        sheets.push((name, rows.finish()));
    }
    Ok(sheets)
}

fn ods_sheets(bytes: &[u8]) -> Result<Sheets, FileIssue> {
    let content = archive::text_member(bytes, "content.xml").ok_or_else(damaged)?;
    if ods_size::cells(&content).ok_or_else(damaged)? > MAX_CELLS {
        return Err(too_large());
    }
    let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(|_| damaged())?;
        // A sheet without formulas has an empty range of them.
        let formulas = workbook.worksheet_formula(&name).unwrap_or_default();
        let (top, left) = range.start().unwrap_or_default();
        let mut rows = SheetRows::default();
        for (row, column, value) in range.used_cells() {
            let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
            let place = (top + row, left + column);
            let is_formula = formulas.get_value(place).is_some_and(|formula| !formula.is_empty());
            rows.add((top + row, column), value, is_formula)?;
        }
        sheets.push((name, rows.finish()));
    }
    Ok(sheets)
}

/// The rows of a sheet, in the making.
#[derive(Default)]
struct SheetRows {
    rows: BTreeMap<u32, RawRow>,
    /// Cells that were read.
    read: usize,
    /// Cells that are held, empty ones between others included.
    held: usize,
}

impl SheetRows {
    fn add(&mut self, (row, column): (u32, u32), value: &Data, is_formula: bool) -> Result<(), FileIssue> {
        self.read += 1;
        let (text, mark) = text(value);
        if text.is_empty() {
            return Ok(());
        }
        let index = usize::try_from(column).unwrap_or(usize::MAX);
        let row = self.rows.entry(row).or_insert_with(|| RawRow::new(u64::from(row) + 1, Vec::new()));
        let missing = index.saturating_add(1).saturating_sub(row.cells.len());
        self.held = self.held.saturating_add(missing);
        if self.held > MAX_CELLS {
            return Err(too_large());
        }
        row.cells.extend(std::iter::repeat_n(String::new(), missing));
        if let Some(cell) = row.cells.get_mut(index) {
            *cell = text;
        }
        row.marks.extend(mark.map(|mark| (index, mark)));
        if is_formula {
            row.marks.push((index, CellMark::Formula));
        }
        Ok(())
    }

    fn finish(self) -> Vec<RawRow> {
        let has_text = |row: &RawRow| row.cells.iter().any(|cell| !cell.trim().is_empty());
        self.rows.into_values().filter(has_text).collect()
    }
}

/// The rows as a table: below the first row that has headings, or all of them.
fn source(mut rows: Vec<RawRow>) -> Result<SeedSource, FileIssue> {
    let headings = |row: &RawRow| row.cells.iter().filter(|cell| Field::of_heading(cell).is_some()).count();
    let header = rows.iter().take(ROWS_ABOVE_HEADER).position(|row| headings(row) > 1);
    let is_headless = header.is_none()
        && rows.first().is_some_and(|row| headings(row) == 0 && row.cells.iter().any(|cell| is_data(cell)));
    if is_headless {
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let header = (1..=width).map(|n| format!("column {n}")).collect();
        let table = WholeTable::new(header, rows)?;
        return Ok(SeedSource::new(FileKind::Workbook, Box::new(table)).without_header());
    }
    let below = rows.split_off((header.unwrap_or_default() + 1).min(rows.len()));
    let header = rows.pop().map(|row| row.cells.to_vec()).unwrap_or_default();
    Ok(SeedSource::new(FileKind::Workbook, Box::new(WholeTable::new(header, below)?)))
}

/// A cell's text as the sheet shows it, and what is to be known of it.
fn text(cell: &Data) -> (String, Option<CellMark>) {
    match cell {
        Data::String(text) => (text.clone(), None),
        Data::Int(number) => (number.to_string(), Some(CellMark::Number)),
        // The form of a rounded number, which the check refuses.
        Data::Float(number) if number.abs() >= EXACT_DIGITS => {
            (format!("{number:E}").replace('E', "E+"), Some(CellMark::Number))
        }
        Data::Float(number) => (number.to_string(), Some(CellMark::Number)),
        Data::Bool(value) => (value.to_string(), None),
        Data::DateTime(date) => (date.to_string(), Some(CellMark::Date)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => (text.clone(), Some(CellMark::Date)),
        Data::Error(error) => (error.to_string(), None),
        Data::Empty => (String::new(), None),
    }
}

fn too_large() -> FileIssue {
    FileIssue::new(
        "The sheet is too large.",
        "Delete empty rows and columns at its end, or save it as \"CSV UTF-8\".",
    )
}

fn damaged() -> FileIssue {
    FileIssue::new(
        "The workbook is damaged.",
        "Open it in Excel or LibreOffice and save it again, or save the sheet as \"CSV UTF-8\".",
    )
}
