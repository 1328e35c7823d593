//! Tokens by serial number, and the escaping of serial numbers in spreadsheets.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    rollout::plan::PlanIssue,
    seed_file::cell::Cell,
    token::{SerialNumber, Token},
};

/// First characters that are escaped with an apostrophe: those that begin a formula, and the apostrophe and quotation
/// mark, which [`unescape`] would otherwise remove.
const ESCAPED_PREFIXES: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\'', '"'];
/// The longest whole number that Excel keeps: 15 digits.
const EXCEL_DIGITS: usize = 15;

/// Tokens by serial, compared without case.
pub(super) struct BySerial<'a>(HashMap<String, Vec<&'a Token>>);

impl<'a> BySerial<'a> {
    pub fn new(tokens: impl IntoIterator<Item = &'a Token>) -> Self {
        let mut all: HashMap<String, Vec<&Token>> = HashMap::new();
        for token in tokens {
            all.entry(token.serial.key()).or_default().push(token);
        }
        Self(all)
    }

    /// All tokens with a serial: more than one if two manufacturers use the same.
    pub fn all(&self, serial: &SerialNumber) -> &[&'a Token] {
        self.0.get(&serial.key()).map_or(&[], Vec::as_slice)
    }

    pub fn contains(&self, serial: &str) -> bool {
        SerialNumber::parse(serial).is_some_and(|serial| !self.all(&serial).is_empty())
    }

    /// The one token whose serial a text is, or why there is not exactly one.
    pub fn named(&self, text: &str) -> Result<&'a Token, PlanIssue> {
        match SerialNumber::parse(text) {
            Some(serial) => self.one(&serial),
            None => Err(PlanIssue {
                column: Some("serial number".to_owned()),
                message: "The serial number is missing, too long or not plain text".to_owned(),
                remedy: "Compare with the back of the token.".to_owned(),
            }),
        }
    }

    /// The one token with a serial, or why there is not exactly one.
    pub fn one(&self, serial: &SerialNumber) -> Result<&'a Token, PlanIssue> {
        let issue = |message: String, remedy: &str| PlanIssue {
            column: Some("serial number".to_owned()),
            message,
            remedy: remedy.to_owned(),
        };
        match self.all(serial) {
            [token] => Ok(token),
            [] => Err(issue(
                format!("The inventory has no token {serial}"),
                "Compare with the back of the token; import it first if it is new.",
            )),
            several => {
                let manufacturers: Vec<&str> =
                    several.iter().map(|token| token.manufacturer.trim()).collect();
                Err(issue(
                    format!(
                        "{} tokens have the serial number {serial} ({})",
                        several.len(),
                        manufacturers.join(", ")
                    ),
                    "Choose the right one in the inventory.",
                ))
            }
        }
    }
}

/// A serial as a cell of an exported table; see [`super::export`].
pub(crate) fn escape(serial: &str) -> Cow<'_, str> {
    if serial.starts_with(ESCAPED_PREFIXES) {
        Cow::Owned(format!("'{serial}"))
    } else if is_changed_by_excel(serial) {
        Cow::Owned(format!("=\"{serial}\""))
    } else {
        Cow::Borrowed(serial)
    }
}

/// The serial in a cell: reverses [`escape`], and removes what people and spreadsheets write around it.
pub(super) fn unescape(cell: &str) -> &str {
    let text = Cell::new("", cell).text;
    match text.strip_prefix('\'') {
        Some(inner) if inner.starts_with(ESCAPED_PREFIXES) => inner,
        _ => text,
    }
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
        ] {
            assert_eq!(escape(serial), cell);
            assert_eq!(unescape(cell), serial);
        }
    }

    proptest! {
        #[test]
        fn unescape_reverses_escape(text in "\\PC{1,20}|[0-9]{1,20}|[-='\"+@0-9E]{1,6}") {
            if let Some(serial) = SerialNumber::parse(&text) {
                let cell = escape(serial.as_str());
                prop_assert_eq!(unescape(&cell), serial.as_str());
            }
        }

        #[test]
        fn no_escaped_serial_is_a_formula_except_of_a_plain_text(text in "\\PC{1,20}|[-='\"+@0-9E]{1,8}") {
            let cell = escape(&text);
            let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
            prop_assert!(
                !cell.starts_with(['=', '+', '-', '@']) || formula.is_some_and(|inner| !inner.contains('"'))
            );
        }
    }
}
