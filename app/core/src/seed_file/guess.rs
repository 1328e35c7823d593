//! Guesses what the columns of a table hold from their values.

use super::{
    RawRow,
    address::is_address,
    cell::{Cell, letters_and_digits, notation_named},
    field::{Field, HEADING_LETTERS, RankedField},
};
use crate::{
    seed::{KeyNotation, Seed},
    user::UserId,
};

/// Fewest bytes of a key that is told from other texts.
const SEED_BYTES: usize = 10;

/// Whether a text is a key by its characters and length.
pub(super) fn looks_like_seed(text: &str) -> bool {
    Seed::parse(text).is_ok_and(|seed| seed.len() >= SEED_BYTES)
}

/// Whether a cell of the first line is a value, not a heading: a long heading has the letters of a key, but neither
/// digits nor capitals alone.
pub fn is_data(field: &str) -> bool {
    field.contains('@') || is_address(field.trim()) || matches!(field.trim(), "30" | "60") || is_key(field)
}

/// Whether a cell of a first line that has a heading is a key all the same. A heading in capitals has the letters of a key,
/// but seldom digits, and is shorter than most keys.
pub(super) fn is_key_not_heading(field: &str) -> bool {
    is_key(field)
        && (field.contains(|c: char| c.is_ascii_digit()) || letters_and_digits(field).len() > HEADING_LETTERS)
}

/// Whether a cell of the first line is a key.
fn is_key(field: &str) -> bool {
    let has_form_of_key =
        field.contains(|c: char| c.is_ascii_digit()) || !field.contains(|c: char| c.is_ascii_lowercase());
    has_form_of_key && looks_like_seed(field)
}

/// Whether a column has any value.
pub(super) fn holds_values(rows: &[&RawRow], index: usize) -> bool {
    column_passes(rows, index, |_| true)
}

/// Whether a column has users that can be told from mere names.
pub(super) fn holds_users(rows: &[&RawRow], index: usize) -> bool {
    column_passes(rows, index, |text| text.contains('@') || UserId::parse(text).is_some())
}

/// Whether a value may be one of a field.
type CellTest = fn(&str) -> bool;

/// A field of a column, and the reason for this guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub field: Field,
    pub reason: &'static str,
}

/// What the columns hold that have no known heading. `known` are the fields that are found already.
pub(super) fn by_values(rows: &[&RawRow], width: usize, known: &[Option<Field>]) -> Vec<Option<Guess>> {
    let mut taken: Vec<Field> = known.iter().flatten().copied().collect();
    let mut guesses = vec![None; width];
    // Keys first: a hex key without letters would pass for a serial.
    let tests: [(Field, CellTest, &str); 8] = [
        (Field::Upn, |text| text.contains('@') && !text.contains(char::is_whitespace), "values with an @"),
        (Field::Key, is_long_key, "values that are keys by length and characters"),
        (Field::Interval, |text| matches!(text, "30" | "60" | "30s" | "60s"), "values 30 or 60"),
        (Field::Digits, |text| matches!(text, "6" | "8"), "values 6 or 8"),
        (Field::Hash, is_hash, "names of hash functions"),
        (Field::Kind, is_kind, "kinds of tokens"),
        (Field::Serial, is_serial, "values with digits that all differ"),
        (Field::Key, looks_like_seed, "values that are keys by their characters"),
    ];
    for (field, test, reason) in tests {
        // The kind and the hash of a token may stand in several columns, under any heading.
        let may_repeat = matches!(field, Field::Kind | Field::Hash);
        if taken.contains(&field) && !may_repeat {
            continue;
        }
        let fits = |index: &usize| {
            let is_free = guesses.get(*index).is_some_and(Option::is_none)
                && known.get(*index).is_none_or(Option::is_none);
            is_free
                && column_passes(rows, *index, test)
                && (field != Field::Serial || all_differ(rows, *index))
        };
        let most = if may_repeat { width } else { 1 };
        let found: Vec<usize> = (0..width).filter(fits).take(most).collect();
        for index in found {
            if let Some(guess) = guesses.get_mut(index) {
                *guess = Some(Guess { field, reason });
                taken.push(field);
            }
        }
    }
    guesses
}

/// Whether a column says how keys are written.
pub(super) fn holds_key_formats(rows: &[&RawRow], index: usize, heading: &str) -> bool {
    column_passes(rows, index, |text| is_key_format(heading, text))
}

/// Whether a value is a format of keys under a heading that other things have, too: "format", "encoding", "Seed type". There
/// an encoding such as UTF-8 is that of a text, and "plain" is no encryption.
pub(super) fn is_key_format(heading: &str, text: &str) -> bool {
    let is_format_of_key = RankedField::of(heading).is_some_and(|found| !found.is_listed())
        && !letters_and_digits(heading).contains("type");
    match notation_named(text) {
        Some(KeyNotation::Text) => is_format_of_key || text.trim().eq_ignore_ascii_case("text"),
        notation => notation.is_some(),
    }
}

/// Whether a column with "hash" or "algorithm" in its heading concerns something else, such as the encryption of keys: it has
/// values that are no hash of codes, and none that is one or that refuses a token.
pub(super) fn holds_no_hashes(rows: &[&RawRow], index: usize, heading: &str) -> bool {
    let is_about_codes = |text: &str| {
        let cell = Cell::new(heading, text);
        cell.names_hash() || cell.kind_beside_hash().is_err()
    };
    let mut values = rows.iter().filter_map(|row| row.cells.get(index)).map(String::as_str);
    values.clone().any(|text| Cell::new(heading, text).hash().is_err()) && !values.any(is_about_codes)
}

/// Whether a column has values and all of them pass.
fn column_passes(rows: &[&RawRow], index: usize, test: impl Fn(&str) -> bool) -> bool {
    let mut values = rows.iter().filter_map(|row| row.cells.get(index)).map(|text| text.trim());
    let mut values = values.by_ref().filter(|text| !text.is_empty()).peekable();
    values.peek().is_some() && values.all(test)
}

fn all_differ(rows: &[&RawRow], index: usize) -> bool {
    let mut seen = std::collections::HashSet::new();
    rows.iter().filter_map(|row| row.cells.get(index)).all(|text| seen.insert(text.trim()))
}

/// A key of at least sixteen bytes: decimal serials are shorter.
fn is_long_key(text: &str) -> bool {
    Seed::parse(text).is_ok_and(|seed| seed.len() >= 14) && text.len() >= 26
}

fn is_serial(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().count() <= 40 && !text.contains('@')
}

fn is_hash(text: &str) -> bool {
    let word = letters_and_digits(text);
    let size = word.trim_start_matches("hmac").strip_prefix("sha");
    size.is_some_and(|size| !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit()))
}

fn is_kind(text: &str) -> bool {
    let word = letters_and_digits(text);
    let is_one = ["time", "timebased", "event", "eventbased"].contains(&word.as_str());
    is_one || (text.len() <= 40 && ["totp", "hotp", "ocra", "motp"].iter().any(|kind| word.contains(kind)))
}
