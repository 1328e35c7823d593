//! OpenDocument sheets (ODF 1.3 part 3).

use quick_xml::events::BytesStart;
use token_core::seed_file::{CellMark, FileIssue};

use super::{
    SheetChoice, damaged,
    sheet_rows::{SheetCell, SheetRows, number, too_large},
    xml::{Tag, Walk, attribute},
};
use crate::{OpenNeed, archive::Parts};

/// Columns and rows of a sheet, at most.
const MAX_COLUMNS: usize = 16_384;
const MAX_ROWS: u32 = 1_048_576;

/// The sheets that hold something, and the rows of the chosen one.
pub(super) async fn read(
    parts: &mut Parts<'_>,
    wanted: Option<&str>,
    pause: &impl AsyncFn(),
) -> Result<SheetChoice, OpenNeed> {
    let manifest = parts.text("META-INF/manifest.xml", pause).await?;
    if manifest.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(FileIssue::new(
            "The workbook has a password.",
            "Open it in LibreOffice, take the password away and save it again, or save the sheet as CSV.",
        )
        .into());
    }
    let content = parts.text("content.xml", pause).await?.ok_or_else(damaged)?;
    let mut walk = Walk::new(&content);
    let mut choice = SheetChoice::new(wanted);
    let mut sheet = OpenSheet::default();
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        match &tag {
            Tag::Start(element) if element.local_name().into_inner() == "table" => {
                sheet = OpenSheet {
                    name: attribute(element, "name").unwrap_or_default(),
                    ..OpenSheet::default()
                };
            }
            Tag::End(name) if name == "table" => {
                let done = std::mem::take(&mut sheet);
                let is_read = choice.wants(&done.name);
                choice.add(done.name, is_read, done.rows.finish());
            }
            _ => sheet.add(&tag)?,
        }
    }
    Ok(choice)
}

/// A sheet in the making.
#[derive(Default)]
struct OpenSheet {
    name: String,
    rows: SheetRows,
    /// The rows that are closed.
    row: u32,
    row_repeats: u32,
    /// The cells of the row that is open: column, how often, cell.
    cells: Vec<(usize, usize, SheetCell)>,
    column: usize,
    cell: Option<OpenCell>,
}

/// A cell in the making.
#[derive(Default)]
struct OpenCell {
    repeats: usize,
    kind: String,
    /// What its attributes say: the exact number, where the text is rounded.
    value: Option<String>,
    text: String,
    paragraphs: usize,
    is_formula: bool,
    /// How many notes are open, whose text is not the cell's.
    annotations: usize,
    is_paragraph: bool,
}

impl OpenSheet {
    fn add(&mut self, tag: &Tag<'_>) -> Result<(), FileIssue> {
        match (tag, &mut self.cell) {
            (Tag::Start(element), None) => match element.local_name().into_inner() {
                "table-row" => {
                    self.row_repeats = repeats(element, "number-rows-repeated");
                    self.column = 0;
                }
                "table-cell" | "covered-table-cell" => self.cell = Some(OpenCell::new(element)),
                _ => {}
            },
            (Tag::End(name), Some(_)) if name == "table-cell" || name == "covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    let (column, repeats) = (self.column, cell.repeats);
                    self.column = column.saturating_add(repeats);
                    let cell = cell.finish();
                    if !cell.text.trim().is_empty() {
                        self.cells.push((column, repeats, cell));
                    }
                }
            }
            (Tag::End(name), None) if name == "table-row" => return self.close_row(),
            (tag, Some(cell)) => cell.add(tag),
            _ => {}
        }
        Ok(())
    }

    fn close_row(&mut self) -> Result<(), FileIssue> {
        let first = self.row;
        self.row = first.saturating_add(self.row_repeats);
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        if self.row > MAX_ROWS {
            return Err(too_large());
        }
        // A row that is repeated is read once: its copies are the same token, and a few bytes can repeat it a million times.
        for (column, repeats, cell) in cells {
            if column.saturating_add(repeats) > MAX_COLUMNS {
                return Err(too_large());
            }
            for at in column..column + repeats {
                self.rows.add((first, at), cell.clone())?;
            }
        }
        Ok(())
    }
}

impl OpenCell {
    fn new(element: &BytesStart<'_>) -> Self {
        let kind = attribute(element, "value-type").unwrap_or_default();
        let name = match kind.as_str() {
            "date" => "date-value",
            "time" => "time-value",
            "boolean" => "boolean-value",
            "string" => "string-value",
            _ => "value",
        };
        Self {
            repeats: usize::try_from(repeats(element, "number-columns-repeated")).unwrap_or(usize::MAX),
            value: attribute(element, name),
            is_formula: attribute(element, "formula").is_some_and(|formula| !formula.is_empty()),
            kind,
            ..Self::default()
        }
    }

    fn add(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Start(element) => match element.local_name().into_inner() {
                "annotation" => self.annotations += 1,
                _ if self.annotations > 0 => {}
                "p" => {
                    if self.paragraphs > 0 {
                        self.text.push('\n');
                    }
                    self.paragraphs += 1;
                    self.is_paragraph = true;
                }
                "s" => {
                    let blanks = attribute(element, "c").and_then(|count| count.parse().ok()).unwrap_or(1);
                    self.text.extend(std::iter::repeat_n(' ', std::cmp::min(blanks, 1_000)));
                }
                "tab" => self.text.push('\t'),
                "line-break" => self.text.push('\n'),
                _ => {}
            },
            Tag::End(name) if name == "annotation" => self.annotations = self.annotations.saturating_sub(1),
            Tag::End(name) if name == "p" && self.annotations == 0 => self.is_paragraph = false,
            Tag::Text(text) if self.is_paragraph && self.annotations == 0 => self.text.push_str(text),
            _ => {}
        }
    }

    fn finish(self) -> SheetCell {
        let value = self.value.unwrap_or_default();
        let cell = match self.kind.as_str() {
            "float" | "percentage" | "currency" => shown_digits(number(&value), self.text.trim()),
            "date" | "time" => SheetCell { text: value, mark: Some(CellMark::Date), is_formula: false },
            "boolean" => SheetCell { text: value, ..SheetCell::default() },
            _ if value.is_empty() => SheetCell { text: self.text, ..SheetCell::default() },
            _ => SheetCell { text: value, ..SheetCell::default() },
        };
        SheetCell { is_formula: self.is_formula, ..cell }
    }
}

/// A whole number as the sheet shows it, with zeros before it. What it shows is what was meant.
fn shown_digits(cell: SheetCell, shown: &str) -> SheetCell {
    if shown.len() > cell.text.len() && shown.trim_start_matches('0') == cell.text {
        return SheetCell { text: shown.to_owned(), ..SheetCell::default() };
    }
    cell
}

fn repeats(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).map_or(1, |text| text.parse().unwrap_or(u32::MAX))
}
