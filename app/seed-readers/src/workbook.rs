//! Sheets of workbooks: xlsx and ods.

use std::io::{Cursor, Read, Seek};

use calamine::{Data, Ods, Range, Reader, Xlsx};
use token_core::seed_file::{CellMark, Field, FileIssue, FileKind, RawRow, SeedSource, WholeTable};
use zeroize::Zeroizing;

use crate::archive;

/// Rows above the header that are passed over: titles and dates.
const ROWS_ABOVE_HEADER: usize = 10;
/// Most cells of a sheet.
const MAX_CELLS: usize = 5_000_000;
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
pub(crate) fn read(bytes: Zeroizing<Vec<u8>>, sheet: Option<&str>) -> Result<Sheet, FileIssue> {
    if archive::has_members(&bytes, &["xl/workbook.bin"]) {
        return Err(FileIssue::new(
            "The file is a binary Excel workbook (xlsb).",
            "Save it as an Excel workbook (xlsx) or as \"CSV UTF-8\".",
        ));
    }
    let is_xlsx = archive::has_members(&bytes, &["[Content_Types].xml", "xl/workbook.xml"]);
    let data = Cursor::new(bytes.as_slice());
    if is_xlsx {
        read_sheet(&mut Xlsx::new(data).map_err(|_| damaged())?, sheet)
    } else {
        read_sheet(&mut Ods::new(data).map_err(|_| damaged())?, sheet)
    }
}

fn read_sheet<R: Read + Seek, W: Reader<R>>(
    workbook: &mut W,
    wanted: Option<&str>,
) -> Result<Sheet, FileIssue> {
    let mut chosen: Option<(String, Range<Data>)> = None;
    let mut others = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(|_| damaged())?;
        if range.is_empty() {
            continue;
        }
        if wanted.map_or(chosen.is_none(), |wanted| wanted == name) {
            chosen = Some((name.clone(), range));
        }
        others.push(name);
    }
    let Some((name, range)) = chosen else {
        let message = match wanted {
            Some(_) => format!("The workbook has no such sheet with values. It has: {}.", others.join(", ")),
            None => "The workbook is empty.".to_owned(),
        };
        return Err(FileIssue::new(message, "Choose the sheet or workbook with the seeds."));
    };
    let (height, width) = range.get_size();
    if height.saturating_mul(width) > MAX_CELLS {
        return Err(FileIssue::new(
            "The sheet is too large.",
            "Delete empty rows and columns at its end, or save it as \"CSV UTF-8\".",
        ));
    }
    // A file without formulas has an empty range of them.
    let formulas = workbook.worksheet_formula(&name).unwrap_or_default();
    let (header, rows) = table(&range, &formulas);
    let names_something = header.iter().any(|heading| Field::of_heading(heading).is_some());
    let source = if names_something {
        SeedSource::new(FileKind::Workbook, Box::new(WholeTable::new(header, rows)?))
    } else {
        without_header(header, rows)?
    };
    Ok(Sheet { source, name, others })
}

/// The header and the rows below it.
fn table(range: &Range<Data>, formulas: &Range<String>) -> (Vec<String>, Vec<RawRow>) {
    let top = range.start().map_or(0, |(row, _)| row);
    let left = range.start().map_or(0, |(_, column)| column);
    let mut rows = Vec::new();
    for (cells, line) in range.rows().zip(u64::from(top) + 1..) {
        let mut row = RawRow::new(line, Vec::with_capacity(cells.len()));
        for (index, cell) in cells.iter().enumerate() {
            let (text, mark) = text(cell);
            row.cells.push(text);
            row.marks.extend(mark.map(|mark| (index, mark)));
            let at = u32::try_from(line - 1).ok().zip(u32::try_from(index).ok().map(|index| index + left));
            if at.and_then(|at| formulas.get_value(at)).is_some_and(|formula| !formula.is_empty()) {
                row.marks.push((index, CellMark::Formula));
            }
        }
        if row.cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(row);
        }
    }
    let headings = |row: &RawRow| row.cells.iter().filter(|cell| Field::of_heading(cell).is_some()).count();
    let header = rows.iter().take(ROWS_ABOVE_HEADER).position(|row| headings(row) > 1).unwrap_or_default();
    let below = rows.split_off((header + 1).min(rows.len()));
    (rows.pop().map(|row| row.cells.to_vec()).unwrap_or_default(), below)
}

/// A sheet whose first row names nothing: it may be data.
fn without_header(first: Vec<String>, below: Vec<RawRow>) -> Result<SeedSource, FileIssue> {
    let is_data = first.iter().any(|cell| token_core::seed_file::is_data(cell));
    if !is_data {
        return Ok(SeedSource::new(FileKind::Workbook, Box::new(WholeTable::new(first, below)?)));
    }
    let width = below.iter().map(|row| row.cells.len()).chain([first.len()]).max().unwrap_or_default();
    let header = (1..=width).map(|n| format!("column {n}")).collect();
    let rows = std::iter::once(RawRow::new(1, first)).chain(below).collect();
    let table = WholeTable::new(header, rows)?;
    Ok(SeedSource::new(FileKind::Workbook, Box::new(table)).without_header())
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

fn damaged() -> FileIssue {
    FileIssue::new(
        "The workbook is damaged.",
        "Open it in Excel or LibreOffice and save it again, or save the sheet as \"CSV UTF-8\".",
    )
}
