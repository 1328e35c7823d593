//! Validates a row: the result is a token to create, or all errors of the row.

use super::{
    CellMark, RawRow, SeedRow,
    cell::Cell,
    field::Field,
    file_notices::{Assumption, FileNotices},
    hash_rule::{self, HashOrigin},
    layout::Layout,
    rules::CheckRules,
};
use crate::{
    issue::Issue,
    offset::Offset,
    otp::Reading,
    ports::NewToken,
    seed::{KeyNotation, Seed},
    token::{HashFunction, Interval, MAX_TEXT_LEN},
};

/// Fewest characters of a serial that is treated as a misplaced seed: 16 bytes in Base32. No serial is as long.
const MIN_SEED_TEXT_LEN: usize = 26;

/// The cells of a row by what they hold.
pub(super) struct RowCells<'a> {
    pub layout: &'a Layout,
    pub header: &'a [String],
    pub row: &'a RawRow,
}

impl<'a> RowCells<'a> {
    /// The cell of a field; empty when the row or the file lacks it.
    fn cell(&self, field: Field) -> Cell<'a> {
        self.all_cells(field).next().unwrap_or_else(|| Cell::new("", ""))
    }

    /// The cells of a field, of all columns that say it.
    fn all_cells(&self, field: Field) -> impl Iterator<Item = Cell<'a>> {
        let (header, row) = (self.header, self.row);
        self.layout.positions(field).map(move |index| {
            let name = header.get(index).map_or("", String::as_str);
            Cell::new(name, row.cells.get(index).map_or("", String::as_str))
        })
    }

    fn has_mark(&self, field: Field, mark: CellMark) -> bool {
        let column = self.layout.position(field);
        column.is_some_and(|column| self.row.marks.contains(&(column, mark)))
    }

    /// A serial or key that the workbook turned into a date.
    fn date_issue(&self, field: Field) -> Option<Issue> {
        self.has_mark(field, CellMark::Date).then(|| {
            self.cell(field).issue(
                format!("Excel has turned the {field} into a date."),
                "Go back to the vendor's file, and format the column as text before you paste.",
            )
        })
    }

    /// A formula whose result the workbook does not have: programs that only write workbooks leave it out.
    fn formula_issue(&self, field: Field) -> Option<Issue> {
        let cell = self.cell(field);
        (self.has_mark(field, CellMark::Formula) && cell.text.is_empty()).then(|| {
            cell.issue(
                format!("The {field} is a formula without a result."),
                "Open the workbook in Excel or LibreOffice and save it, so that the results are in it.",
            )
        })
    }

    /// Whether the serial is or was a number.
    fn is_number_serial(&self) -> bool {
        self.has_mark(Field::Serial, CellMark::Number) || self.cell(Field::Serial).has_empty_fraction()
    }

    /// A key that the workbook stores as a number.
    fn number_issue(&self) -> Option<Issue> {
        self.has_mark(Field::Key, CellMark::Number).then(|| {
            self.cell(Field::Key).issue(
                "The secret key is stored as a number: zeros at its beginning, if there were any, are lost.",
                "Go back to the vendor's file, and format the column as text before you paste.",
            )
        })
    }

    /// What the workbook says of the row's cells.
    fn mark_notes(&self) -> impl Iterator<Item = String> {
        let is_number = self.is_number_serial();
        let number = is_number.then(|| {
            "the serial number is stored as a number: zeros at its beginning, if there were any, are lost"
                .to_owned()
        });
        let formulas = Field::ALL.into_iter().filter(|field| self.has_mark(*field, CellMark::Formula));
        let formulas: Vec<String> =
            formulas.map(|field| format!("the {field} is the result of a formula")).collect();
        let apostrophe = self.cell(Field::Serial).has_apostrophe().then(|| {
            "the apostrophe before the serial number was taken off: it keeps a text in Excel".to_owned()
        });
        number.into_iter().chain(apostrophe).chain(formulas)
    }

    /// What the reader found wrong, and a row that is longer than the header.
    fn shape_issues(&self) -> Vec<Issue> {
        let mut issues = self.row.issues.clone();
        let width = self.header.len();
        if self.row.cells.iter().skip(width).any(|field| !field.trim().is_empty()) {
            issues.push(too_many_fields(width));
        }
        issues
    }

    fn line_break_issue(&self) -> Option<Issue> {
        (self.row.last_line > self.row.line).then(|| {
            Issue::new(
                format!("The row goes on to line {}, inside quotation marks.", self.row.last_line),
                "If it should not, close the quotation mark: an open one swallows the rows after it.",
            )
        })
    }
}

/// The issue of a row that is longer than its header.
pub(super) fn too_many_fields(width: usize) -> Issue {
    Issue::new(
        format!("The row has more fields than the header, which has {width}."),
        "Put quotation marks around a value that holds the delimiter.",
    )
}

/// Validates a row: its serial as far as it could be read, and its token or all errors.
pub(super) fn parse_row(
    cells: &RowCells<'_>,
    rules: &CheckRules,
    notices: &mut FileNotices,
) -> (String, Result<SeedRow, Vec<Issue>>) {
    let shape_issues = cells.shape_issues();
    let result = if cells.row.is_broken {
        Err(shape_issues)
    } else {
        match check(cells, rules, notices) {
            Ok(row) if shape_issues.is_empty() => Ok(row),
            Ok(_) => Err(shape_issues),
            Err(own) => {
                let is_new = |issue: &Issue| {
                    issue.column.is_none() || !shape_issues.iter().any(|one| one.column == issue.column)
                };
                let (first, last): (Vec<_>, Vec<_>) =
                    shape_issues.iter().cloned().partition(|issue| issue.column.is_some());
                Err(first.into_iter().chain(own.into_iter().filter(is_new)).chain(last).collect())
            }
        }
    };
    let result = result.map_err(|issues| issues.into_iter().chain(cells.line_break_issue()).collect());
    (display_serial(cells), result)
}

fn check(cells: &RowCells<'_>, rules: &CheckRules, notices: &mut FileNotices) -> Result<SeedRow, Vec<Issue>> {
    let mut issues = Vec::new();
    let key = cells.cell(Field::Key);
    let serial_cell = cells.cell(Field::Serial);
    let serial = if serial_holds_seed(cells) {
        Err(shifted_columns(&serial_cell))
    } else {
        serial_cell.serial(cells.has_mark(Field::Serial, CellMark::Number))
    };
    issues.extend([Field::Serial, Field::Key].into_iter().filter_map(|field| cells.date_issue(field)));
    issues.extend(Field::ALL.into_iter().filter_map(|field| cells.formula_issue(field)));
    let owner = collect_issue(cells.cell(Field::Upn).owner(), &mut issues);
    let serial = collect_issue(serial, &mut issues);
    let notation = collect_issue(cells.cell(Field::KeyNotation).key_notation(), &mut issues);
    let named = notation.flatten().or(rules.named_notation);
    let seed = key.seed(named, rules.ambiguous_notation);
    let seed = seed.and_then(|seed| cells.number_issue().map_or(Ok(seed), Err));
    let seed = collect_issue(seed, &mut issues);
    let interval = collect_issue(cells.cell(Field::Interval).interval(), &mut issues);
    let manufacturer = collect_issue(cells.cell(Field::Manufacturer).name("manufacturer"), &mut issues);
    let model = collect_issue(cells.cell(Field::Model).name("model"), &mut issues);
    let hash = stated_hash(cells, &mut issues);
    for cell in cells.all_cells(Field::Kind) {
        collect_issue(cell.kind(), &mut issues);
    }
    for cell in cells.all_cells(Field::Digits) {
        collect_issue(cell.digits(), &mut issues);
    }
    for cell in cells.all_cells(Field::Epoch) {
        collect_issue(cell.epoch(), &mut issues);
    }
    let code = collect_issue(cells.cell(Field::Code).code(), &mut issues).flatten();
    let hash = match (hash, &seed, &model) {
        (Some(Some(stated)), ..) => Some((stated, HashOrigin::File)),
        (Some(None), Some(seed), Some(model)) => {
            collect_issue(hash_rule::silent(&key, seed, model, rules), &mut issues)
        }
        _ => None,
    };
    let (Some(owner), Some(serial), Some(seed), Some(interval), Some(manufacturer), Some(model), Some(hash)) =
        (owner, serial, seed, interval, manufacturer, model, hash)
    else {
        return Err(issues);
    };
    if !issues.is_empty() {
        return Err(issues);
    }
    let (hash, hash_origin) = hash;
    let mut assumptions = Vec::new();
    if named.is_none()
        && rules.ambiguous_notation.is_none()
        && let Some(notation) = Seed::ambiguous_notation(key.text)
    {
        assumptions.push(Assumption::KeyReads(notation));
    }
    assumptions.extend(Assumption::of_hash(hash_origin, hash, seed.len()));
    let interval = interval.unwrap_or_else(|| {
        assumptions.push(Assumption::IntervalAssumed);
        Interval::S30
    });
    assumptions.iter().for_each(|assumption| notices.record(*assumption));
    notices.record_row(serial.as_str(), seed.len(), hash_origin);
    let mut notes: Vec<String> = assumptions.iter().map(Assumption::to_string).collect();
    if named == Some(KeyNotation::Text) && key.has_wrapping() {
        notes
            .push("the secret key is a text: it includes the blanks or quotation marks around it".to_owned());
    }
    notes.extend(cells.row.notes.iter().chain(cells.row.change_notes()).cloned().chain(cells.mark_notes()));
    notices.record_number(cells.is_number_serial());
    if cells.row.last_line > cells.row.line {
        notes.push(format!("quoted line break: the row goes on to line {}", cells.row.last_line));
    }
    let token = NewToken { serial, manufacturer, model, seed, interval, hash };
    let shown = code.and_then(|code| {
        notices.record_code();
        rules.codes_read_at_ms.map(|at_ms| Reading { code, at_ms })
    });
    let row = SeedRow { token, owner, notes, hash_origin, drift: cells.cell(Field::Drift).drift(), shown };
    Ok(with_clock_note(row))
}

/// The hash that the row names, in any of its columns for the hash and the kind.
fn stated_hash(cells: &RowCells<'_>, issues: &mut Vec<Issue>) -> Option<Option<HashFunction>> {
    let of_hash =
        cells.all_cells(Field::Hash).map(|cell| (cell, cell.kind_beside_hash().and_then(|()| cell.hash())));
    let of_kind = cells.all_cells(Field::Kind).map(|cell| (cell, cell.hash_of_kind()));
    let mut stated = None;
    for (cell, read) in of_hash.chain(of_kind) {
        let hash = collect_issue(read, issues)?;
        match (stated, hash) {
            (Some(first), Some(other)) if first != other => {
                issues.push(cell.issue(
                    "The row names two hash functions.",
                    "Ask the vendor which one the token computes, and leave the other cell empty.",
                ));
                return None;
            }
            _ => stated = stated.or(hash),
        }
    }
    Some(stated)
}

/// Says for which clock the token will be activated, if its file knows one.
fn with_clock_note(mut row: SeedRow) -> SeedRow {
    let interval = row.token.interval;
    let stated = Offset::from_steps(row.drift.unwrap_or_default(), interval);
    if stated != Offset::default() && row.shown.is_none() {
        row.notes.push(if stated.activates(interval) {
            format!("clock {stated} when the file was made: activated at that drift")
        } else {
            format!("clock {stated} when the file was made: more than Microsoft accepts, so it is left out")
        });
    }
    row
}

/// The serial that identifies a row in messages: empty when it seems to be a seed.
fn display_serial(cells: &RowCells<'_>) -> String {
    if serial_holds_seed(cells) {
        String::new()
    } else {
        cells.cell(Field::Serial).text.chars().take(MAX_TEXT_LEN).collect()
    }
}

fn collect_issue<T>(checked: Result<T, Issue>, issues: &mut Vec<Issue>) -> Option<T> {
    // Two cells may say the same of a token, such as its kind and its hash.
    let push = |issue: Issue| {
        if !issues.iter().any(|one| one.message == issue.message) {
            issues.push(issue);
        }
    };
    checked.map_err(push).ok()
}

/// Whether the serial is a long key and the key is not: the columns are shifted or swapped.
fn serial_holds_seed(cells: &RowCells<'_>) -> bool {
    let is_long_key = |text: &str| text.len() >= MIN_SEED_TEXT_LEN && Seed::parse(text).is_ok();
    is_long_key(cells.cell(Field::Serial).text) && !is_long_key(cells.cell(Field::Key).text)
}

fn shifted_columns(serial: &Cell<'_>) -> Issue {
    serial.issue(
        "This looks like a secret key, not like a serial number.",
        "Check that the columns have not slipped or changed places.",
    )
}
