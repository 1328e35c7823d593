//! Escapes the cells of exported tables, so that spreadsheets neither evaluate nor change them.

use std::borrow::Cow;

use crate::seed_file::cell::Cell;

/// First characters that are escaped with an apostrophe: those that begin a formula, and the apostrophe and quotation
/// mark, which [`unescape_serial`] would otherwise remove.
const ESCAPED_PREFIXES: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\'', '"'];
/// The longest whole number that Excel keeps: 15 digits.
const EXCEL_DIGITS: usize = 15;

/// What begins a formula, at the start of a cell.
const FORMULA_PREFIXES: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Characters at which a spreadsheet may begin a new cell, whatever separates the columns of the file: where the comma is the decimal
/// sign, Excel splits at semicolons, and then does not see the quotation marks around a cell.
const SEPARATORS: [char; 3] = [';', '\t', '\n'];

/// Escapes a cell so that no spreadsheet interprets it, or what follows a separator in it, as a formula: with an apostrophe before each.
/// For tables with commas between their columns.
pub fn escape_formula(cell: &str) -> Cow<'_, str> {
    escape_behind(cell, &SEPARATORS)
}

/// As [`escape_formula`], for tables with any separator: behind a comma, too, which does not bring quotation marks there.
pub(crate) fn escape_formula_anywhere(cell: &str) -> Cow<'_, str> {
    escape_behind(cell, &[';', '\t', '\n', ','])
}

fn escape_behind<'a>(cell: &'a str, separators: &[char]) -> Cow<'a, str> {
    let is_formula = |part: &str| part.trim_start_matches([' ', '"']).starts_with(FORMULA_PREFIXES);
    if !cell.starts_with(FORMULA_PREFIXES) && !cell.split(separators).skip(1).any(is_formula) {
        return Cow::Borrowed(cell);
    }
    let mut escaped = String::with_capacity(cell.len() + 1);
    for (at, part) in cell.split_inclusive(separators).enumerate() {
        let begins_formula = if at == 0 { part.starts_with(FORMULA_PREFIXES) } else { is_formula(part) };
        if begins_formula {
            escaped.push('\'');
        }
        escaped.push_str(part);
    }
    Cow::Owned(escaped)
}

/// A serial as a cell of an exported table; see [`crate::manage::export`].
pub(crate) fn escape_serial(serial: &str) -> Cow<'_, str> {
    let mut parts = serial.split(';');
    let begins_escaped = parts.next().is_some_and(|first| first.starts_with(ESCAPED_PREFIXES));
    if begins_escaped || parts.any(is_escaped_behind_semicolon) {
        let escaped = serial.split(';').enumerate().map(|(at, part)| match at {
            0 if begins_escaped => format!("'{part}"),
            1.. if is_escaped_behind_semicolon(part) => format!("'{part}"),
            _ => part.to_owned(),
        });
        Cow::Owned(escaped.collect::<Vec<_>>().join(";"))
    } else if is_changed_by_excel(serial) {
        Cow::Owned(format!("=\"{serial}\""))
    } else {
        Cow::Borrowed(serial)
    }
}

/// The serial in a cell: reverses [`escape_serial`], and removes what people and spreadsheets write around it.
pub(crate) fn unescape_serial(cell: &str) -> Cow<'_, str> {
    let text = Cell::new("", cell).text;
    let text = match text.strip_prefix('\'') {
        Some(inner) if inner.starts_with(ESCAPED_PREFIXES) => inner,
        _ => text,
    };
    if !text.contains(";'") {
        return Cow::Borrowed(text);
    }
    let plain = text.split(';').enumerate().map(|(at, part)| match part.strip_prefix('\'') {
        Some(inner) if at > 0 && is_escaped_behind_semicolon(inner) => inner,
        _ => part,
    });
    Cow::Owned(plain.collect::<Vec<_>>().join(";"))
}

/// Whether this part of a serial, behind a semicolon, is escaped.
fn is_escaped_behind_semicolon(part: &str) -> bool {
    part.trim_start_matches(' ').starts_with(ESCAPED_PREFIXES)
}

/// Whether Excel would read the serial as a number that it shortens, a date, a time or a boolean. Such a serial has
/// only letters, digits and a few signs, so it is safe between quotation marks.
fn is_changed_by_excel(serial: &str) -> bool {
    let is_sign = |c: char| matches!(c, '.' | ',' | ':' | '/' | '-' | ' ' | '%');
    if !serial.chars().all(|c| c.is_ascii_alphanumeric() || is_sign(c)) {
        return false;
    }
    let is_short_number = serial.bytes().all(|b| b.is_ascii_digit())
        && serial.len() <= EXCEL_DIGITS
        && (serial.len() == 1 || !serial.starts_with('0'));
    let letters: String = serial.chars().filter(char::is_ascii_alphabetic).collect();
    !is_short_number && is_of_a_number_or_date(&letters.to_ascii_lowercase())
}

/// Whether these are the letters of a number or date: as in `1E5`, `SEP15`, `3 March` or `7 PM`, or none.
fn is_of_a_number_or_date(letters: &str) -> bool {
    let months = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is_month = months.iter().any(|month| letters.len() >= 3 && month.starts_with(letters));
    is_month || matches!(letters, "" | "e" | "a" | "p" | "am" | "pm" | "true" | "false" | "sept")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::SerialNumber;
    use proptest::prelude::*;

    #[test]
    fn what_excel_would_change_is_written_as_text() {
        for (serial, cell) in [
            ("00123", "=\"00123\""),
            ("1234567890123456", "=\"1234567890123456\""),
            ("12E5", "=\"12E5\""),
            ("SEP15", "=\"SEP15\""),
            ("10-11", "=\"10-11\""),
            ("123456789012345", "123456789012345"),
            ("0", "0"),
            ("GALT11420104", "GALT11420104"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-5", "'-5"),
            ("'=x", "''=x"),
            ("a;=1+1", "a;'=1+1"),
            ("a;'=1;b", "a;''=1;b"),
            ("=1; -2", "'=1;' -2"),
        ] {
            assert_eq!(escape_serial(serial), cell);
            assert_eq!(unescape_serial(cell), serial);
        }
    }

    #[test]
    fn a_formula_behind_a_semicolon_is_escaped_too() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("Ann;=HYPERLINK(1)", "Ann;'=HYPERLINK(1)"),
            ("a; +1;b;@x", "a;' +1;b;'@x"),
            ("a;\"=1", "a;'\"=1"),
            ("a\n-1", "a\n'-1"),
            ("a;b - c", "a;b - c"),
            ("assigned; then activated", "assigned; then activated"),
        ] {
            assert_eq!(escape_formula(text), cell);
        }
    }

    #[test]
    fn a_formula_behind_a_comma_is_escaped_where_commas_do_not_separate() {
        let cell = "assigned to Ann,=cmd|' /C calc'!A0";
        assert_eq!(escape_formula(cell), cell);
        assert_eq!(escape_formula_anywhere(cell), "assigned to Ann,'=cmd|' /C calc'!A0");
        assert_eq!(escape_formula_anywhere("a, b;=1"), "a, b;'=1");
    }

    #[test]
    fn an_apostrophe_of_the_serial_itself_is_kept() {
        assert_eq!(unescape_serial("'7"), "'7");
        assert_eq!(unescape_serial("'=7"), "=7");
    }

    proptest! {
        #[test]
        fn unescape_reverses_escape(text in "\\PC{1,20}|[0-9]{1,20}|[-='\"+@0-9E;]{1,6}") {
            if let Some(serial) = SerialNumber::parse(&text) {
                let cell = escape_serial(serial.as_str());
                prop_assert_eq!(unescape_serial(&cell), serial.as_str());
            }
        }

        #[test]
        fn no_escaped_serial_is_a_formula_except_of_a_plain_text(text in "\\PC{1,20}|[-='\"+@0-9E]{1,8}") {
            let cell = escape_serial(&text);
            let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
            prop_assert!(
                !cell.starts_with(['=', '+', '-', '@']) || formula.is_some_and(|inner| !inner.contains('"'))
            );
        }
    }
}
