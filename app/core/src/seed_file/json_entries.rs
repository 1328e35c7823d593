//! Reads the entries of a JSON file: Microsoft Graph's bulk body, the `inventory` of the PowerShell module OATHTokens, an
//! array, or one object.
//!
//! Opening checks the syntax of the whole file and finds the range of each entry. The entries are parsed one by one, so
//! that an invalid one does not affect the others.

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    FileIssue,
    cell::letters_and_digits,
    field::{Field, RankedField, is_bare_format, is_bare_length, notation_of_heading},
    guess::is_key_format,
    raw_row::{CellMark, RawRow, RowReader},
};
use crate::{issue::Issue, seed::KeyNotation};

const SHAPES: &str = "Expected Microsoft Graph's bulk body {\"@context\":\"#$delta\",\"value\":[…]}, an array of tokens, or one token.";

/// The columns of the table that the entries make, by the names of Graph's properties. What several properties may say has
/// two columns for other names than Graph's.
const COLUMNS: [(Field, &str); 17] = [
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
    (Field::Kind, "tokenType"),
    (Field::Hash, "algorithm"),
    (Field::Hash, "hash"),
    (Field::Digits, "otpLength"),
    (Field::Epoch, "t0"),
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

/// The properties of an object whose shape is not known.
type Object<'a> = BTreeMap<String, &'a RawValue>;

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
    let has = |field| properties.0.iter().any(|one| one.found.field == field);
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
struct Properties<'a>(Vec<Property<'a>>);

struct Property<'a> {
    /// The letters and digits of its name.
    name: String,
    found: RankedField,
    /// How a key is written, if the name says so.
    notation: Option<KeyNotation>,
    value: &'a RawValue,
}

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
                    let Some(found) = RankedField::of(&name) else {
                        _ = map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let (word, notation) = (letters_and_digits(&name), notation_of_heading(&name));
                    if properties.iter().any(|one: &Property<'_>| one.name == word) {
                        return Err(A::Error::custom("a property occurs twice"));
                    }
                    let value: &RawValue = map.next_value()?;
                    let is_format = scalar(Some(value)).is_some_and(|text| is_key_format(&text));
                    if !is_bare_format(&name) || is_format {
                        properties.push(Property { name: word, found, notation, value });
                    }
                }
                Ok(Properties(properties))
            }
        }
        from.deserialize_map(Object)
    }
}

impl Properties<'_> {
    /// The properties of a field: those with a value first, then by their names.
    fn of(&self, field: Field) -> Vec<&Property<'_>> {
        let mut all: Vec<_> = self.0.iter().filter(|one| one.found.field == field).collect();
        let says_it = |one: &&Property<'_>| !is_bare_length(&one.name) && !is_nothing(one.value.get());
        if field == Field::Digits && all.iter().any(says_it) {
            all.retain(|one| !is_bare_length(&one.name));
        }
        all.sort_by_key(|one| (is_nothing(one.value.get()), one.found.rank));
        all
    }

    fn best(&self, field: Field) -> Option<&Property<'_>> {
        self.of(field).into_iter().next()
    }

    /// Which of the columns of a field its best property fills: that of Graph's own name for the hash takes no other, since
    /// others may name the kind of token.
    fn first_column(&self, field: Field) -> usize {
        usize::from(field == Field::Hash && self.best(field).is_some_and(|best| best.found.rank > 0))
    }

    fn row(&self, number: u64) -> RawRow {
        let mut row = RawRow::new(number, Vec::with_capacity(COLUMNS.len()));
        for (index, (field, column)) in COLUMNS.into_iter().enumerate() {
            let columns_before = COLUMNS.iter().take(index).filter(|(other, _)| *other == field).count();
            let place = columns_before.checked_sub(self.first_column(field));
            let value = place.and_then(|place| Some(self.of(field).get(place)?.value));
            if field == Field::Serial && value.is_some_and(|value| is_number(value.get())) {
                row.marks.push((index, CellMark::Number));
            }
            let text = if field == Field::Upn {
                owner(value)
            } else {
                scalar(value).ok_or_else(|| mistyped(column))
            };
            row.cells.push(match text {
                Ok(text) if field == Field::KeyNotation && text.is_empty() => {
                    let of_key = self.best(Field::Key).and_then(|property| property.notation);
                    of_key.map(|notation| notation.to_string()).unwrap_or_default()
                }
                Ok(text) => text,
                Err(issue) => {
                    row.issues.push(issue);
                    String::new()
                }
            });
        }
        let has_more = |field: &Field| {
            let columns =
                COLUMNS.iter().filter(|(other, _)| other == field).count() - self.first_column(*field);
            let named = self.of(*field);
            field.may_repeat() && named.get(columns).is_some_and(|next| !is_nothing(next.value.get()))
        };
        row.issues.extend(Field::ALL.into_iter().filter(has_more).map(|field| {
            Issue::new(
                format!("The entry names its {field} more than twice."),
                "Leave the property that says what the token computes, and take the others out.",
            )
        }));
        row
    }
}

/// The entry of a row as the file has it, with the values of the row where they differ: what was changed by hand, and what
/// a mapping gives for all rows. Properties that say nothing of a token stay.
pub(super) fn entry_of(row: &RawRow) -> Zeroizing<String> {
    let Some(entry) = &row.json else { return Zeroizing::default() };
    let (Ok(found), Ok(EntryPairs(pairs))) =
        (serde_json::from_str::<Properties<'_>>(entry), serde_json::from_str::<EntryPairs<'_>>(entry))
    else {
        return entry.clone();
    };
    let in_file = found.row(row.line);
    let cells = COLUMNS.iter().zip(in_file.cells.iter().zip(row.cells.iter()));
    let changed: Vec<(Field, &str, &String)> = cells
        .filter(|(_, (before, now))| before.trim() != now.trim())
        .map(|((field, column), (_, now))| (*field, *column, now))
        .collect();
    if changed.is_empty() {
        return entry.clone();
    }
    let mut json = Zeroizing::new(String::with_capacity(entry.len() + 200));
    let mut push = |name: &str, value: &str| {
        let begin = if json.is_empty() { "{ " } else { ", " };
        json.push_str(begin);
        json.push_str(&text_json(name));
        json.push_str(": ");
        json.push_str(value);
    };
    for (name, value) in &pairs {
        let replaced = changed.iter().find(|(field, ..)| {
            let is_best = |best: &Property<'_>| best.name == letters_and_digits(name);
            found.best(*field).is_some_and(is_best)
        });
        match replaced {
            Some((field, _, now)) => push(name, &value_json(*field, now, value.get())),
            None => push(name, value.get()),
        }
    }
    for (field, column, now) in &changed {
        if found.best(*field).is_none() {
            push(column, &value_json(*field, now, ""));
        }
    }
    json.push_str(" }");
    json
}

/// A value as the entry writes values of its kind: a number where one was or is usual, an object for the user of a Graph
/// body.
fn value_json(field: Field, text: &str, before: &str) -> Zeroizing<String> {
    let is_number_field = matches!(field, Field::Interval | Field::Digits | Field::Epoch | Field::Drift)
        && !before.starts_with('"');
    Zeroizing::new(match field {
        _ if text.trim().is_empty() => "null".to_owned(),
        Field::Upn if !before.starts_with('"') => format!("{{ \"id\": {} }}", text_json(text)),
        _ if is_number_field && text.parse::<i32>().is_ok() => text.to_owned(),
        _ => text_json(text),
    })
}

/// A text in quotation marks.
fn text_json(text: &str) -> String {
    // A text can always be written.
    serde_json::to_string(text).unwrap_or_default()
}

/// All properties of an object in their order.
struct EntryPairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for EntryPairs<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = EntryPairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let pairs = std::iter::from_fn(|| map.next_entry().transpose());
                Ok(EntryPairs(pairs.collect::<Result<_, _>>()?))
            }
        }
        from.deserialize_map(Object)
    }
}

/// Whether a value says nothing: null, an empty text, or an object that has such values only.
fn is_nothing(json: &str) -> bool {
    let is_empty = |json: &str| json == "null" || json.trim_matches('"').trim().is_empty();
    is_empty(json)
        || serde_json::from_str::<Object<'_>>(json)
            .is_ok_and(|object| !object.is_empty() && object.values().all(|value| is_empty(value.get())))
}

fn is_number(json: &str) -> bool {
    json.starts_with(|c: char| c == '-' || c.is_ascii_digit())
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
/// there too. Nothing is nobody.
fn owner(assign_to: Option<&RawValue>) -> Result<String, Issue> {
    let Some(json) = assign_to.map(RawValue::get).filter(|json| !is_nothing(json)) else {
        return Ok(String::new());
    };
    let id = match serde_json::from_str::<Object<'_>>(json) {
        Ok(object) => object.get("id").and_then(|id| serde_json::from_str::<String>(id.get()).ok()),
        Err(_) => serde_json::from_str::<String>(json).ok(),
    };
    id.filter(|id| !id.trim().is_empty()).ok_or_else(|| {
        Issue::in_column(
            "assignTo",
            "The user is not given by an object id or a user principal name.",
            "Write {\"id\":\"…\"} with the user's object id (a GUID) or user principal name.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_tell_every_column() {
        for (field, name) in COLUMNS {
            assert_eq!(Field::of_heading(name), Some(field), "{name}");
        }
    }
}
