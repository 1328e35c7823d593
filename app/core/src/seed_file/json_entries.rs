//! Reads the entries of a JSON file: Microsoft Graph's bulk body, the `inventory` of the PowerShell module OATHTokens, an
//! array, or one object.
//!
//! Opening checks the syntax of the whole file and finds the range of each entry. The entries are parsed one by one, so
//! that an invalid one does not affect the others.

mod entry;

use std::ops::Range;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use self::entry::{COLUMNS, Object, Properties};
use super::{
    FileIssue,
    field::Field,
    raw_row::{RawRow, RowReader},
};
use crate::issue::Issue;

pub(super) use self::entry::entry_of;

const SHAPES: &str = "Expected Microsoft Graph's bulk body {\"@context\":\"#$delta\",\"value\":[…]}, an array of tokens, or one token.";

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
    } else if let Some(objects) = objects_in_a_row(text) {
        (objects, 0)
    } else {
        let body: BulkBody = serde_json::from_str(text).map_err(|error| syntax_issue(&error))?;
        let assignments = body.assignments.map_or(0, |all| all.len());
        match body.value.or(body.inventory) {
            Some(entries) => (entries, assignments),
            None if is_token(whole) => return Ok((vec![range_of(text, whole)], 0)),
            None => (tokens_of_other_shape(whole)?, 0),
        }
    };
    Ok((entries.into_iter().map(|entry| range_of(text, entry.get())).collect(), assignments))
}

/// Several tokens one after the other, such as one a line.
fn objects_in_a_row(text: &str) -> Option<Vec<&RawValue>> {
    let objects = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let objects: Vec<&RawValue> = objects.collect::<Result<_, _>>().ok()?;
    (objects.len() > 1 && objects.iter().all(|object| is_token(object.get()))).then_some(objects)
}

/// The array of tokens in an object that calls it otherwise than Graph, such as `{"tokens":[…]}`.
fn tokens_of_other_shape(whole: &str) -> Result<Vec<&RawValue>, FileIssue> {
    let no_tokens = || FileIssue::new("The JSON holds no tokens.", SHAPES);
    let object: Object<'_> = serde_json::from_str(whole).map_err(|_| no_tokens())?;
    if let Some(app) = authenticator_app(&object) {
        return Err(FileIssue::new(
            format!("The file is an export of {app}, whose accounts have no serial numbers."),
            "Export the accounts as a list of otpauth:// addresses, or write a CSV with the serial numbers of the tokens.",
        ));
    }
    let arrays = object.values().filter_map(|value| serde_json::from_str::<Vec<&RawValue>>(value.get()).ok());
    let mut arrays = arrays.filter(|array| array.first().is_some_and(|first| is_token(first.get())));
    arrays.next().ok_or_else(no_tokens)
}

/// The program that an export of accounts comes from, by the names of its properties.
fn authenticator_app(object: &Object<'_>) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().all(|name| object.contains_key(*name));
    let apps: [(&[&str], &str); 5] = [
        (&["db", "header"], "Aegis Authenticator"),
        (&["services", "schemaVersion"], "2FAS"),
        (&["servicesEncrypted", "schemaVersion"], "2FAS"),
        (&["items", "encrypted"], "Bitwarden"),
        (&["tokens", "tokenOrder"], "FreeOTP"),
    ];
    apps.into_iter().find(|(names, _)| has(names)).map(|(_, app)| app)
}

/// Whether an object has a serial or a key.
fn is_token(object: &str) -> bool {
    // An object that names a property twice is one too, if a bad one.
    let Ok(properties) = serde_json::from_str::<Properties<'_>>(object) else {
        return object.starts_with('{');
    };
    properties.has(Field::Serial) || properties.has(Field::Key)
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
