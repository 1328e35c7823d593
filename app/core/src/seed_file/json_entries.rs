//! Reads the entries of a JSON file: Microsoft Graph's bulk body, an array, or one object.
//!
//! Opening checks the syntax of the whole file and finds the range of each entry. The entries are parsed one by one, so
//! that an invalid one does not affect the others.

use std::ops::Range;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    FileIssue, Owner, ParsedRow, RawRow, SeedRow,
    cell::Cell,
    check::{self, FormatRules, RowCells},
    file_notices::FileNotices,
};
use crate::{issue::Issue, user::UserId};

const SHAPES: &str = "Expected Microsoft Graph's bulk body {\"@context\":\"#$delta\",\"value\":[…]}, an array of tokens, or one token.";

/// The entries of a file with valid syntax.
pub(super) struct JsonEntries {
    text: Zeroizing<String>,
    ranges: Vec<Range<usize>>,
    next: usize,
}

#[derive(Deserialize)]
struct BulkBody<'a> {
    #[serde(borrow)]
    value: Option<Vec<&'a RawValue>>,
    #[serde(rename = "serialNumber")]
    serial_number: Option<IgnoredAny>,
    #[serde(rename = "secretKey")]
    secret_key: Option<IgnoredAny>,
}

impl JsonEntries {
    pub fn open(text: Zeroizing<String>) -> Result<Self, FileIssue> {
        let ranges = entry_ranges(&text)?;
        Ok(Self { text, ranges, next: 0 })
    }

    pub fn progress(&self) -> f32 {
        if self.ranges.is_empty() { 1.0 } else { self.next as f32 / self.ranges.len() as f32 }
    }

    pub fn next_entry(&mut self, file_notices: &mut FileNotices) -> Option<ParsedRow> {
        let text = self.text.get(self.ranges.get(self.next)?.clone())?;
        self.next += 1;
        let (serial, result) = match serde_json::from_str::<EntryFields>(text) {
            Ok(fields) => fields.read(file_notices),
            Err(_) => (String::new(), Err(vec![not_an_object()])),
        };
        let raw = RawRow(Zeroizing::new(vec![text.to_owned()]));
        Some(ParsedRow { line: self.next as u64, serial, result, raw })
    }
}

/// The ranges of the entries in the text.
fn entry_ranges(text: &str) -> Result<Vec<Range<usize>>, FileIssue> {
    let whole = text.trim();
    let entries: Vec<&RawValue> = if whole.starts_with('[') {
        serde_json::from_str(text).map_err(|error| syntax_issue(&error))?
    } else {
        let body: BulkBody = serde_json::from_str(text).map_err(|error| syntax_issue(&error))?;
        match body.value {
            Some(entries) => entries,
            None if body.serial_number.is_some() || body.secret_key.is_some() => {
                return Ok(vec![range_of(text, whole)]);
            }
            None => return Err(FileIssue::new("The JSON holds no tokens.", SHAPES)),
        }
    };
    Ok(entries.into_iter().map(|entry| range_of(text, entry.get())).collect())
}

/// The range of a part in its text.
fn range_of(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start + part.len()
}

/// Uses serde's message for syntax errors only: other messages quote the file's values.
fn syntax_issue(error: &serde_json::Error) -> FileIssue {
    let place = format!("line {}, column {}", error.line(), error.column());
    if !error.is_syntax() && !error.is_eof() {
        return FileIssue::new(format!("The JSON has an unexpected shape at {place}."), SHAPES);
    }
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    FileIssue::new(
        format!("The JSON is damaged at {place}: {reason}."),
        "Correct that place; often a comma, a bracket or a quotation mark is missing or too many just before it.",
    )
}

fn not_an_object() -> Issue {
    Issue::new(
        "This entry is not an object that names each property once.",
        "Write it as {\"serialNumber\":\"…\",\"manufacturer\":\"…\",\"model\":\"…\",\"secretKey\":\"…\",\"timeIntervalInSeconds\":30}.",
    )
}

/// One entry's properties, of any type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryFields<'a> {
    #[serde(borrow)]
    serial_number: Option<&'a RawValue>,
    #[serde(borrow)]
    secret_key: Option<&'a RawValue>,
    #[serde(borrow)]
    time_interval_in_seconds: Option<&'a RawValue>,
    #[serde(borrow)]
    manufacturer: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    hash_function: Option<&'a RawValue>,
    #[serde(borrow)]
    assign_to: Option<&'a RawValue>,
}

impl EntryFields<'_> {
    fn read(&self, file_notices: &mut FileNotices) -> (String, Result<SeedRow, Vec<Issue>>) {
        let mut mistyped = Vec::new();
        let mut text = |column: &'static str, value: Option<&RawValue>| {
            let text = scalar(value);
            if text.is_none() {
                mistyped.push(column);
            }
            (column, text.unwrap_or_default())
        };
        let serial = text("serialNumber", self.serial_number);
        let key = text("secretKey", self.secret_key);
        let interval = text("timeIntervalInSeconds", self.time_interval_in_seconds);
        let manufacturer = text("manufacturer", self.manufacturer);
        let model = text("model", self.model);
        let hash = text("hashFunction", self.hash_function);
        let cells = RowCells {
            serial: Cell::new(serial.0, &serial.1),
            key: Cell::new(key.0, &key.1),
            interval: Cell::new(interval.0, &interval.1),
            manufacturer: Cell::new(manufacturer.0, &manufacturer.1),
            model: Cell::new(model.0, &model.1),
            hash: Cell::new(hash.0, &hash.1),
        };
        let row = check::check(&cells, owner(self.assign_to), FormatRules::Graph, file_notices);
        (check::display_serial(&cells), reject_mistyped(row, &mistyped))
    }
}

/// The text of a string or number, empty for null; `None` for any other type.
fn scalar(value: Option<&RawValue>) -> Option<Zeroizing<String>> {
    let Some(value) = value else { return Some(Zeroizing::default()) };
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok().map(Zeroizing::new),
        b'-' | b'0'..=b'9' => Some(Zeroizing::new(text.to_owned())),
        _ => None,
    }
}

/// Replaces the issues of properties with a wrong type by one that reports the type.
fn reject_mistyped(row: Result<SeedRow, Vec<Issue>>, mistyped: &[&str]) -> Result<SeedRow, Vec<Issue>> {
    if mistyped.is_empty() {
        return row;
    }
    let others = row.err().into_iter().flatten();
    let others = others.filter(|p| p.column.as_deref().is_none_or(|column| !mistyped.contains(&column)));
    let wrong = mistyped.iter().map(|column| {
        Issue::in_column(*column, "The value is neither a text nor a number.", "Write it in quotation marks.")
    });
    Err(wrong.chain(others).collect())
}

/// Microsoft Graph identifies the user only by `{"id": "<object id>"}`.
fn owner(assign_to: Option<&RawValue>) -> Result<Option<Owner>, Issue> {
    #[derive(Deserialize)]
    struct AssigneeId {
        id: String,
    }
    let Some(value) = assign_to else { return Ok(None) };
    let id = serde_json::from_str::<AssigneeId>(value.get()).ok().and_then(|to| UserId::parse(to.id.trim()));
    id.map(|id| Some(Owner::Id(id))).ok_or_else(|| {
        Issue::in_column(
            "assignTo",
            "The owner is not given by an object id.",
            "Write {\"id\":\"…\"} with the user's object id (a GUID), or use a CSV, which knows owners by UPN.",
        )
    })
}
