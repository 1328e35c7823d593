//! Characters that nobody sees and that make two equal serials or names differ.

use std::borrow::Cow;

use super::field::Field;

/// Zero-width characters, marks of writing direction, soft hyphens and byte order marks: pasted from web pages and PDFs.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Blanks that do not break: no serial or user principal name has them.
const fn is_firm_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// Takes invisible characters out of a cell; whether there were any.
pub(super) fn remove(field: Field, cell: &mut String) -> bool {
    if cell.is_ascii() {
        return false;
    }
    let has_no_blanks = matches!(field, Field::Serial | Field::Upn);
    let is_removed = |c: char| is_invisible(c) || (has_no_blanks && is_firm_blank(c));
    let has_any = cell.contains(is_removed);
    if has_any {
        cell.retain(|c| !is_removed(c));
    }
    has_any
}

/// The text of a serial or a user principal name without invisible characters.
pub(crate) fn without(text: &str) -> Cow<'_, str> {
    let is_removed = |c: char| is_invisible(c) || is_firm_blank(c);
    if text.is_ascii() || !text.contains(is_removed) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_removed(*c)).collect())
}
