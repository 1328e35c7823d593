//! One entry of a JSON file: the properties that say something of a token, as a row, and the entry with what was changed in
//! the row.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::{
    issue::Issue,
    seed::KeyNotation,
    seed_file::{
        cell::{Cell, letters_and_digits},
        field::{Field, RankedField, is_bare_length, notation_of_heading},
        guess::is_key_format,
        raw_row::{CellMark, RawRow},
    },
};

/// The columns of the table that the entries make, by the names of Graph's properties. What several properties may say has
/// two columns for other names than Graph's.
pub(super) const COLUMNS: [(Field, &str); 17] = [
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

/// The properties of an object whose shape is not known.
pub(super) type Object<'a> = BTreeMap<String, &'a RawValue>;

/// The properties of an entry that say something of a token, of any type. Those of a field follow each other by how much they
/// count: with a value before those without, what may refuse the token before the rest, then by their names. A name that occurs
/// twice is an error.
pub(super) struct Properties<'a>(Vec<Property<'a>>);

struct Property<'a> {
    /// The letters and digits of its name.
    name: String,
    found: RankedField,
    /// How a key is written, if the name says so.
    notation: Option<KeyNotation>,
    value: &'a RawValue,
    is_nothing: bool,
    /// Whether the value refuses the token or names its hash.
    counts: bool,
}

impl<'a> Property<'a> {
    /// The property of this name; `None` if it says nothing of a token.
    fn new(name: &str, found: RankedField, value: &'a RawValue) -> Option<Self> {
        let (field, is_nothing) = (found.field, is_nothing(value.get()));
        // A key is not copied here.
        let is_judged = field == Field::KeyNotation || field.may_repeat();
        let text = scalar(Some(value).filter(|_| is_judged));
        let counts = !is_nothing && text.as_deref().is_none_or(|text| counts(found, &Cell::new(name, text)));
        // Other things may have such a name, too. Kinds and hashes are judged by it, so that none moves under another.
        let is_of_other = match (field, text) {
            _ if found.is_certain() => false,
            (Field::KeyNotation, text) => !text.is_some_and(|text| is_key_format(name, &text)),
            (Field::Kind | Field::Hash, _) if !counts => true,
            (_, text) => text.is_none(),
        };
        (!is_of_other).then(|| Self {
            name: letters_and_digits(name),
            found,
            notation: notation_of_heading(name),
            value,
            is_nothing,
            counts,
        })
    }
}

/// Whether a value refuses its token or names its hash.
fn counts(found: RankedField, cell: &Cell<'_>) -> bool {
    match found.field {
        Field::Kind => cell.kind().is_err() || !matches!(cell.hash_of_kind(), Ok(None)),
        Field::Hash => {
            cell.kind_beside_hash().is_err()
                || cell.names_hash()
                || (found.is_listed() && cell.hash().is_err())
        }
        Field::Digits => cell.digits().is_err(),
        Field::Epoch => cell.epoch().is_err(),
        _ => true,
    }
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
                let mut names = BTreeSet::new();
                let mut properties: Vec<Property<'_>> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let Some(found) = RankedField::of(&name) else {
                        _ = map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    if !names.insert(letters_and_digits(&name)) {
                        return Err(A::Error::custom("a property occurs twice"));
                    }
                    properties.extend(Property::new(&name, found, map.next_value()?));
                }
                let says_digits = |one: &Property<'_>| {
                    one.found.field == Field::Digits && !is_bare_length(&one.name) && !one.is_nothing
                };
                if properties.iter().any(says_digits) {
                    properties.retain(|one| !is_bare_length(&one.name));
                }
                properties.sort_by_key(|one| (one.is_nothing, !one.counts, one.found.rank));
                Ok(Properties(properties))
            }
        }
        from.deserialize_map(Object)
    }
}

impl Properties<'_> {
    /// Whether there is a property of a field.
    pub fn has(&self, field: Field) -> bool {
        self.of(field).next().is_some()
    }

    /// The properties of a field, the best first.
    fn of(&self, field: Field) -> impl Iterator<Item = &Property<'_>> {
        self.0.iter().filter(move |one| one.found.field == field)
    }

    fn best(&self, field: Field) -> Option<&Property<'_>> {
        self.of(field).next()
    }

    /// Which of the columns of a field its best property fills: that of Graph's own name for the hash takes no other, since
    /// others may name the kind of token.
    fn first_column(&self, field: Field) -> usize {
        usize::from(field == Field::Hash && self.best(field).is_some_and(|best| best.found.rank > 0))
    }

    /// The row of an entry, with one cell for each of [`COLUMNS`].
    pub fn row(&self, number: u64) -> RawRow {
        let mut row = RawRow::new(number, Vec::with_capacity(COLUMNS.len()));
        for (index, (field, column)) in COLUMNS.into_iter().enumerate() {
            let columns_before = COLUMNS.iter().take(index).filter(|(other, _)| *other == field).count();
            let place = columns_before.checked_sub(self.first_column(field));
            let value = place.and_then(|place| Some(self.of(field).nth(place)?.value));
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
        // What one of the properties in the columns says as well is no reason to refuse the entry.
        let word = |one: &Property<'_>| letters_and_digits(one.value.get());
        let has_more = |field: &Field| {
            let columns =
                COLUMNS.iter().filter(|(other, _)| other == field).count() - self.first_column(*field);
            let is_said =
                |one: &Property<'_>| self.of(*field).take(columns).any(|two| word(two) == word(one));
            field.may_repeat() && self.of(*field).skip(columns).any(|one| one.counts && !is_said(one))
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
pub fn entry_of(row: &RawRow) -> Zeroizing<String> {
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
