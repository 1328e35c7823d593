//! Sheets of workbooks: xlsx and ods.
//!
//! `xlsx` and `ods` read the parts of the archive with `xml`, in slices: a library reads a whole part at once, which blocks a page for longer
//! than a keystroke may take. `sheet_rows` collects the cells.

mod ods;
mod sheet_rows;
mod xlsx;
mod xml;

use token_core::seed_file::{
    Field, FileIssue, FileKind, RawRow, SeedSource, WholeTable, is_address, is_data, with_addresses,
};
use zeroize::Zeroizing;

use crate::{
    OpenNeed,
    archive::{self, Parts},
};

/// Rows above the header that are passed over: titles and dates.
const ROWS_ABOVE_HEADER: usize = 10;

/// A sheet that was read.
pub(crate) struct Sheet {
    pub source: SeedSource,
    pub name: String,
    /// The sheets that hold something.
    pub others: Vec<String>,
}

/// Whether an archive is a workbook, or another document of an office program.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    archive::has_members(bytes, &["[Content_Types].xml", "xl/workbook.xml"])
        || (archive::has_members(bytes, &["content.xml"])
            && archive::has_members(bytes, &["mimetype", "META-INF/manifest.xml"]))
}

/// Most sheets that are read in search of the first one with tokens: each unpacks the workbook anew.
const MAX_TRIED: usize = 10;

/// Reads a sheet: the one that was chosen, or the first that holds something.
pub(crate) async fn read(
    bytes: Zeroizing<Vec<u8>>,
    wanted: Option<&str>,
    pause: &impl AsyncFn(),
) -> Result<Sheet, OpenNeed> {
    let sheet = read_sheet(&bytes, wanted, pause).await?;
    let Err(no_tokens) = sheet.source else { return sheet.whole() };
    // A cover sheet: the next one that has rows, if the user chose none.
    let others = sheet.others.iter().filter(|name| wanted.is_none() && **name != sheet.name);
    for name in others.take(MAX_TRIED) {
        let other = read_sheet(&bytes, Some(name), pause).await?;
        if other.source.is_ok() {
            return other.whole();
        }
    }
    Err(no_tokens.into())
}

/// A sheet, and its table if it has one.
struct ReadSheet {
    source: Result<SeedSource, FileIssue>,
    name: String,
    others: Vec<String>,
}

impl ReadSheet {
    fn whole(self) -> Result<Sheet, OpenNeed> {
        Ok(Sheet { source: self.source?, name: self.name, others: self.others })
    }
}

async fn read_sheet(
    bytes: &[u8],
    wanted: Option<&str>,
    pause: &impl AsyncFn(),
) -> Result<ReadSheet, OpenNeed> {
    let mut parts = Parts::open(bytes)?;
    let choice = if archive::has_members(bytes, &["[Content_Types].xml", "xl/workbook.xml"]) {
        xlsx::read(&mut parts, wanted, pause).await?
    } else {
        ods::read(&mut parts, wanted, pause).await?
    };
    let Some((name, rows)) = choice.chosen else {
        if wanted.is_some() && !choice.filled.is_empty() {
            return Err(OpenNeed::Sheet(choice.filled));
        }
        return Err(
            FileIssue::new("The workbook is empty.", "Choose the workbook with the secret keys.").into()
        );
    };
    Ok(ReadSheet { source: source(rows), name, others: choice.filled })
}

/// Which sheet is read: the wanted one, or the first that holds something.
struct SheetChoice {
    wanted: Option<String>,
    /// The sheets that hold something.
    filled: Vec<String>,
    chosen: Option<(String, Vec<RawRow>)>,
}

impl SheetChoice {
    fn new(wanted: Option<&str>) -> Self {
        Self { wanted: wanted.map(str::to_owned), filled: Vec::new(), chosen: None }
    }

    /// Whether the rows of a sheet are needed; of others only whether there are any.
    fn wants(&self, name: &str) -> bool {
        self.chosen.is_none() && self.wanted.as_ref().is_none_or(|wanted| wanted == name)
    }

    fn add(&mut self, name: String, is_read: bool, rows: Vec<RawRow>) {
        if rows.is_empty() {
            return;
        }
        self.filled.push(name.clone());
        if is_read {
            self.chosen = Some((name, rows));
        }
    }
}

/// The rows as a table: below the first row that has headings, or all of them.
fn source(mut rows: Vec<RawRow>) -> Result<SeedSource, FileIssue> {
    let headings = |row: &RawRow| row.cells.iter().filter(|cell| Field::is_listed_heading(cell)).count();
    let header = rows.iter().take(ROWS_ABOVE_HEADER).position(|row| headings(row) > 1);
    let is_headless = header.is_none()
        && rows.first().is_some_and(|row| headings(row) == 0 && row.cells.iter().any(|cell| is_data(cell)));
    let (header, below) = if is_headless {
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        ((1..=width).map(|n| format!("column {n}")).collect(), rows)
    } else {
        let below = rows.split_off((header.unwrap_or_default() + 1).min(rows.len()));
        (rows.pop().map(|row| row.cells.to_vec()).unwrap_or_default(), below)
    };
    let has_addresses = below.iter().any(|row| row.cells.iter().any(|cell| is_address(cell.trim())));
    let (header, rows) = with_addresses(header, below);
    let source = SeedSource::new(FileKind::Workbook, Box::new(WholeTable::new(header, rows)?));
    // What the addresses say has headings.
    Ok(if is_headless && !has_addresses { source.without_header() } else { source })
}

fn damaged() -> FileIssue {
    FileIssue::new(
        "The workbook is damaged.",
        "Open it in Excel or LibreOffice and save it again, or save the sheet as \"CSV UTF-8\".",
    )
}
