//! Excel workbooks (ECMA-376, SpreadsheetML): shared strings, the formats that make a number a date, and sheets.

mod number_style;

use std::collections::HashMap;

use quick_xml::events::BytesStart;
use token_core::seed_file::{CellMark, FileIssue, RawRow};
use zeroize::Zeroizing;

use self::number_style::{NumberStyle, shown_date, shown_digits};
use super::{
    SheetChoice, damaged,
    sheet_rows::{SheetCell, SheetRows, number},
    xml::{Tag, Walk, attribute},
};
use crate::{OpenNeed, archive::Parts};

/// Columns and rows of a sheet, at most.
const MAX_COLUMNS: usize = 16_384;
const MAX_ROWS: u32 = 1_048_576;

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    part: String,
    is_hidden: bool,
}

/// What cells refer to.
#[derive(Default)]
struct Shared {
    strings: Vec<Zeroizing<String>>,
    /// What a number in the style of this index shows.
    styles: Vec<NumberStyle>,
}

/// The sheets that hold something, and the rows of the chosen one.
pub(super) async fn read(
    parts: &mut Parts<'_>,
    wanted: Option<&str>,
    pause: &impl AsyncFn(),
) -> Result<SheetChoice, OpenNeed> {
    let main = relations(parts, "", pause).await?;
    let main = main.into_iter().find(|relation| relation.kind == "officeDocument");
    let workbook = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
    if !workbook.starts_with("xl/") && !parts.has("xl/workbook.xml") {
        return Err(FileIssue::new(
            "The file is an Office document, and no workbook.",
            "Choose the vendor's seed file. If the tokens are in this one, paste them as rows.",
        )
        .into());
    }
    if workbook.ends_with(".bin") {
        return Err(FileIssue::new(
            "The file is a binary Excel workbook (xlsb).",
            "Save it as an Excel workbook (xlsx) or as \"CSV UTF-8\".",
        )
        .into());
    }
    let relations = relations(parts, &workbook, pause).await?;
    // Some producers leave these relations out, and use the usual names.
    let part_of = |kind: &str| {
        let found = relations.iter().find(|one| one.kind == kind);
        found.map_or_else(|| format!("xl/{kind}.xml"), |one| one.target.clone())
    };
    let mut shared = Shared::default();
    if let Some(text) = parts.text(&part_of("sharedStrings"), pause).await? {
        shared.strings = shared_strings(&text, pause).await?;
    }
    if let Some(text) = parts.text(&part_of("styles"), pause).await? {
        shared.styles = number_styles(&text, pause).await?;
    }
    let text = parts.text(&workbook, pause).await?.ok_or_else(damaged)?;
    let mut choice = SheetChoice::new(wanted);
    for sheet in listed(&text, &relations, pause).await? {
        let Some(text) = parts.text(&sheet.part, pause).await? else { continue };
        let is_read = choice.wants(&sheet.name);
        let rows = sheet_rows(&text, &shared, is_read, pause).await?;
        choice.add(sheet.name, is_read, rows);
    }
    Ok(choice)
}

/// What one part refers to.
struct Relation {
    id: String,
    /// The last word of the type's URI.
    kind: String,
    /// The path in the archive.
    target: String,
}

/// The relations of a part; of the package for the empty name.
async fn relations(
    parts: &mut Parts<'_>,
    of: &str,
    pause: &impl AsyncFn(),
) -> Result<Vec<Relation>, OpenNeed> {
    let (folder, file) = of.rsplit_once('/').map_or(("", of), |(folder, file)| (folder, file));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let name = format!("{prefix}_rels/{file}.rels");
    let Some(text) = parts.text(&name, pause).await? else { return Ok(Vec::new()) };
    let mut walk = Walk::new(&text);
    let mut relations = Vec::new();
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        let Tag::Start(element) = tag else { continue };
        let (Some(id), Some(kind), Some(target)) =
            (attribute(&element, "Id"), attribute(&element, "Type"), attribute(&element, "Target"))
        else {
            continue;
        };
        let target = match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{prefix}{target}"),
        };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        relations.push(Relation { id, kind, target });
    }
    Ok(relations)
}

/// The sheets in their order, those first that are not hidden.
async fn listed(
    text: &str,
    relations: &[Relation],
    pause: &impl AsyncFn(),
) -> Result<Vec<Listed>, FileIssue> {
    let mut walk = Walk::new(text);
    let mut sheets = Vec::new();
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        let Tag::Start(element) = tag else { continue };
        if element.local_name().into_inner() != "sheet" {
            continue;
        }
        let id = attribute(&element, "id");
        // A sheet may be a chart, which has no cells.
        let relation = relations.iter().find(|one| Some(&one.id) == id.as_ref() && one.kind == "worksheet");
        if let (Some(relation), Some(name)) = (relation, attribute(&element, "name")) {
            let is_hidden = attribute(&element, "state").is_some_and(|state| state != "visible");
            sheets.push(Listed { name, part: relation.target.clone(), is_hidden });
        }
    }
    sheets.sort_by_key(|sheet| sheet.is_hidden);
    Ok(sheets)
}

async fn shared_strings(text: &str, pause: &impl AsyncFn()) -> Result<Vec<Zeroizing<String>>, FileIssue> {
    let mut walk = Walk::new(text);
    let mut strings = Vec::new();
    let mut string = RichText::default();
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        match &tag {
            Tag::Start(element) if element.local_name().into_inner() == "si" => string = RichText::default(),
            Tag::End(name) if name == "si" => strings.push(Zeroizing::new(string.take())),
            _ => string.add(&tag),
        }
    }
    Ok(strings)
}

/// A string item: the texts of its runs, without how they are pronounced.
#[derive(Default)]
struct RichText {
    text: String,
    is_text: bool,
    is_phonetic: bool,
}

impl RichText {
    fn add(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Start(element) => match element.local_name().into_inner() {
                "t" => self.is_text = true,
                "rPh" => self.is_phonetic = true,
                _ => {}
            },
            Tag::End(name) => match name.as_str() {
                "t" => self.is_text = false,
                "rPh" => self.is_phonetic = false,
                _ => {}
            },
            Tag::Text(text) if self.is_text && !self.is_phonetic => self.text.push_str(text),
            Tag::Text(_) => {}
        }
    }

    fn take(&mut self) -> String {
        unescaped(std::mem::take(&mut self.text))
    }
}

/// Decodes `_x000D_`, as which control characters are stored (ECMA-376 part 1, 22.4.2.4).
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut rest = text.as_str();
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let code = escape.get(2..6).filter(|_| escape.get(6..7) == Some("_"));
        let code = code.filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)) {
            Some(character) => {
                plain.push(character);
                rest = escape.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = escape.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

async fn number_styles(text: &str, pause: &impl AsyncFn()) -> Result<Vec<NumberStyle>, FileIssue> {
    let mut walk = Walk::new(text);
    let mut formats: HashMap<String, NumberStyle> = HashMap::new();
    let mut styles = Vec::new();
    let mut is_cell_style = false;
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        match tag {
            Tag::Start(element) => match element.local_name().into_inner() {
                "numFmt" => {
                    let code = attribute(&element, "formatCode").unwrap_or_default();
                    let id = attribute(&element, "numFmtId").unwrap_or_default();
                    formats.insert(id, NumberStyle::of_format(&code));
                }
                "cellXfs" => is_cell_style = true,
                "xf" if is_cell_style => {
                    let id = attribute(&element, "numFmtId").unwrap_or_default();
                    let own = formats.get(&id).cloned();
                    styles.push(own.unwrap_or_else(|| NumberStyle::of_id(&id)));
                }
                _ => {}
            },
            Tag::End(name) if name == "cellXfs" => is_cell_style = false,
            _ => {}
        }
    }
    Ok(styles)
}

/// A cell in the making.
#[derive(Default)]
struct OpenCell {
    kind: String,
    style: NumberStyle,
    value: String,
    inline: RichText,
    is_value: bool,
    is_formula: bool,
}

impl OpenCell {
    fn new(element: &BytesStart<'_>, shared: &Shared) -> Self {
        let style = attribute(element, "s").and_then(|index| index.parse::<usize>().ok()).unwrap_or_default();
        Self {
            kind: attribute(element, "t").unwrap_or_default(),
            style: shared.styles.get(style).cloned().unwrap_or_default(),
            ..Self::default()
        }
    }

    fn add(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Start(element) if element.local_name().into_inner() == "v" => self.is_value = true,
            Tag::Start(element) if element.local_name().into_inner() == "f" => self.is_formula = true,
            Tag::End(name) if name == "v" => self.is_value = false,
            Tag::Text(text) if self.is_value => self.value.push_str(text),
            other => self.inline.add(other),
        }
    }

    fn finish(mut self, shared: &Shared) -> Result<SheetCell, FileIssue> {
        let text = |text: String| SheetCell { text, ..SheetCell::default() };
        let cell = match self.kind.as_str() {
            "s" => {
                let index: usize = self.value.trim().parse().map_err(|_| damaged())?;
                text(shared.strings.get(index).ok_or_else(damaged)?.to_string())
            }
            "inlineStr" => text(self.inline.take()),
            "str" => text(unescaped(self.value)),
            "b" => text(if self.value.trim() == "1" { "true" } else { "false" }.to_owned()),
            "e" => text(self.value),
            "d" => SheetCell { text: self.value, mark: Some(CellMark::Date), is_formula: false },
            _ if self.value.trim().is_empty() => SheetCell::default(),
            _ => match self.style {
                NumberStyle::Date => SheetCell {
                    text: shown_date(self.value.trim()),
                    mark: Some(CellMark::Date),
                    is_formula: false,
                },
                // What the sheet shows is what was meant, so it is no number any more.
                NumberStyle::Digits(pattern) => match shown_digits(&pattern, self.value.trim()) {
                    Some(shown) => text(shown),
                    None => number(self.value.trim()),
                },
                NumberStyle::Other => number(self.value.trim()),
            },
        };
        Ok(SheetCell { is_formula: self.is_formula, ..cell })
    }
}

/// The rows of a sheet; of one that is not read (`is_read`) only as many as show that it holds something.
async fn sheet_rows(
    text: &str,
    shared: &Shared,
    is_read: bool,
    pause: &impl AsyncFn(),
) -> Result<Vec<RawRow>, FileIssue> {
    let mut walk = Walk::new(text);
    let mut rows = SheetRows::default();
    // Rows and cells may lack their place: then they follow those before.
    let (mut row, mut column) = (0_u32, 0_usize);
    let mut open: Option<OpenCell> = None;
    while let Some(tag) = walk.next(pause).await.map_err(|_| damaged())? {
        match (&tag, &mut open) {
            (Tag::Start(element), None) => match element.local_name().into_inner() {
                "row" => {
                    let named = attribute(element, "r").and_then(|number| number.parse::<u32>().ok());
                    row = named.unwrap_or(row + 1);
                    column = 0;
                    if row == 0 || row > MAX_ROWS {
                        return Err(damaged());
                    }
                }
                "c" => {
                    if let Some(reference) = attribute(element, "r") {
                        column = column_of(&reference).ok_or_else(damaged)?;
                    }
                    open = Some(OpenCell::new(element, shared));
                }
                "mergeCell" if is_read => {
                    if let Some((column, first, last)) =
                        attribute(element, "ref").and_then(|range| merged_in_column(&range))
                    {
                        rows.merge(column, first..=last)?;
                    }
                }
                _ => {}
            },
            (Tag::End(name), Some(_)) if name == "c" => {
                if let Some(cell) = open.take() {
                    rows.add((row.saturating_sub(1), column), cell.finish(shared)?)?;
                    column += 1;
                    if !is_read && !rows.is_empty() {
                        break;
                    }
                }
            }
            (tag, Some(cell)) => cell.add(tag),
            _ => {}
        }
    }
    Ok(rows.finish())
}

/// The column, the first and the last row of a merged range of one column such as `E4:E5`, from 0. Others are titles.
fn merged_in_column(range: &str) -> Option<(usize, u32, u32)> {
    let (first, last) = range.split_once(':')?;
    let row = |reference: &str| {
        let number: u32 = reference.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
        number.checked_sub(1).filter(|row| *row < MAX_ROWS)
    };
    let (column, top, bottom) = (column_of(first)?, row(first)?, row(last)?);
    (column_of(last)? == column && top < bottom).then_some((column, top, bottom))
}

/// The column of a reference such as `AB12`, from 0.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.fold(0_usize, |column, letter| {
        column.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    column.checked_sub(1).filter(|column| *column < MAX_COLUMNS)
}
