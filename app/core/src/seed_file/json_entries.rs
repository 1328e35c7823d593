//! Reads the entries of a JSON file: Microsoft Graph's bulk body, the `inventory` of the PowerShell module OATHTokens, an
//! array, or one object.
//!
//! Opening checks the syntax of the whole file and finds the range of each entry. The entries are parsed one by one, so
//! that an invalid one does not affect the others.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    FileIssue,
    field::{Field, RankedField},
    raw_row::{RawRow, RowReader},
};
use crate::issue::Issue;

const SHAPES: &str = "Expected Microsoft Graph's bulk body {\"@context\":\"#$delta\",\"value\":[…]}, an array of tokens, or one token.";

/// The columns of the table that the entries make, by the names of Graph's properties.
const COLUMNS: [(Field, &str); 12] = [
    (Field::Serial, "serialNumber"),
    (Field::Key, "secretKey"),
    (Field::KeyNotation, "secretFormat"),
    (Field::Interval, "timeIntervalInSeconds"),
    (Field::Manufacturer, "manufacturer"),
    (Field::Model, "model"),
    (Field::Hash, "hashFunction"),
    (Field::Upn, "assignTo"),
    (Field::Digits, "digits"),
    (Field::Kind, "type"),
    (Field::Epoch, "startTime"),
    (Field::Drift, "clockDrift"),
];

/// The entries of a file with valid syntax.
pub(super) struct JsonEntries {
    text: Zeroizing<String>,
    header: Vec<String>,
    ranges: Vec<Range<usize>>,
    /// How many assignments of existing tokens the file has beside its tokens.
    assignments: usize,
    next: usize,
}

#[derive(Deserialize)]
struct BulkBody<'a> {
    #[serde(borrow)]
    value: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    inventory: Option<Vec<&'a RawValue>>,
    assignments: Option<Vec<IgnoredAny>>,
}

impl JsonEntries {
    pub fn open(text: Zeroizing<String>) -> Result<Self, FileIssue> {
        let (ranges, assignments) = entry_ranges(&text)?;
        let header = COLUMNS.iter().map(|(_, name)| (*name).to_owned()).collect();
        Ok(Self { text, header, ranges, assignments, next: 0 })
    }

    /// What the file has beside tokens.
    pub fn notice(&self) -> Option<String> {
        (self.assignments > 0).then(|| {
            format!(
                "{} entries under \"assignments\" concern tokens that exist already and are not read: assign those by list.",
                self.assignments
            )
        })
    }
}

impl RowReader for JsonEntries {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_row(&mut self) -> Option<RawRow> {
        let text = self.text.get(self.ranges.get(self.next)?.clone())?;
        self.next += 1;
        let number = self.next as u64;
        let row = match serde_json::from_str::<Properties<'_>>(text) {
            Ok(properties) => properties.row(number),
            Err(_) => {
                RawRow { is_broken: true, issues: vec![not_an_object()], ..RawRow::new(number, Vec::new()) }
            }
        };
        Some(RawRow { json: Some(Zeroizing::new(text.to_owned())), ..row })
    }

    fn progress(&self) -> f32 {
        if self.ranges.is_empty() { 1.0 } else { self.next as f32 / self.ranges.len() as f32 }
    }
}

/// The ranges of the entries in the text, and the number of assignments beside them.
fn entry_ranges(text: &str) -> Result<(Vec<Range<usize>>, usize), FileIssue> {
    let whole = text.trim();
    let (entries, assignments): (Vec<&RawValue>, usize) = if whole.starts_with('[') {
        (serde_json::from_str(text).map_err(|error| syntax_issue(&error))?, 0)
    } else {
        let body: BulkBody = serde_json::from_str(text).map_err(|error| syntax_issue(&error))?;
        let assignments = body.assignments.map_or(0, |all| all.len());
        match body.value.or(body.inventory) {
            Some(entries) => (entries, assignments),
            None if is_token(whole) => return Ok((vec![range_of(text, whole)], 0)),
            None => return Err(FileIssue::new("The JSON holds no tokens.", SHAPES)),
        }
    };
    Ok((entries.into_iter().map(|entry| range_of(text, entry.get())).collect(), assignments))
}

/// Whether an object has a serial or a key.
fn is_token(object: &str) -> bool {
    // An object that names a property twice is one too, if a bad one.
    let Ok(properties) = serde_json::from_str::<Properties<'_>>(object) else { return true };
    let has = |field| properties.0.iter().any(|(found, _)| found.field == field);
    has(Field::Serial) || has(Field::Key)
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

/// The properties of an entry that say something of a token, of any type. A name that occurs twice is an error.
struct Properties<'a>(Vec<(RankedField, &'a RawValue)>);

impl<'de> Deserialize<'de> for Properties<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Properties<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut properties = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    match RankedField::of(&name) {
                        Some(found) if properties.iter().any(|(other, _)| *other == found) => {
                            return Err(A::Error::custom("a property occurs twice"));
                        }
                        Some(found) => properties.push((found, map.next_value()?)),
                        None => _ = map.next_value::<IgnoredAny>()?,
                    }
                }
                Ok(Properties(properties))
            }
        }
        from.deserialize_map(Object)
    }
}

impl Properties<'_> {
    fn row(&self, number: u64) -> RawRow {
        let mut row = RawRow::new(number, Vec::with_capacity(COLUMNS.len()));
        for (field, column) in COLUMNS {
            let named = self.0.iter().filter(|(found, _)| found.field == field);
            let value = named.min_by_key(|(found, _)| found.rank).map(|(_, value)| *value);
            let text = if field == Field::Upn {
                owner(value)
            } else {
                scalar(value).ok_or_else(|| mistyped(column))
            };
            row.cells.push(match text {
                Ok(text) => text,
                Err(issue) => {
                    row.issues.push(issue);
                    String::new()
                }
            });
        }
        row
    }
}

fn mistyped(column: &str) -> Issue {
    Issue::in_column(column, "The value is neither a text nor a number.", "Write it in quotation marks.")
}

/// The text of a string or number, empty for null; `None` for any other type.
fn scalar(value: Option<&RawValue>) -> Option<String> {
    let Some(value) = value else { return Some(String::new()) };
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        b'n' => Some(String::new()),
        _ => None,
    }
}

/// Microsoft Graph identifies the user by `{"id": "<object id>"}`; the PowerShell module writes a user principal name
/// there too.
fn owner(assign_to: Option<&RawValue>) -> Result<String, Issue> {
    #[derive(Deserialize)]
    struct AssigneeId {
        id: String,
    }
    let Some(value) = assign_to else { return Ok(String::new()) };
    if value.get() == "null" {
        return Ok(String::new());
    }
    let id = match serde_json::from_str::<AssigneeId>(value.get()) {
        Ok(assignee) => Some(assignee.id),
        Err(_) => serde_json::from_str::<String>(value.get()).ok(),
    };
    id.filter(|id| !id.trim().is_empty()).ok_or_else(|| {
        Issue::in_column(
            "assignTo",
            "The owner is not given by an object id or a user principal name.",
            "Write {\"id\":\"…\"} with the user's object id (a GUID) or user principal name.",
        )
    })
}
