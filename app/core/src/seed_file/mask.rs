//! What may be shown of a cell: never a key, nor what may be one.

use super::guess;

/// Letters and digits from which on a value may be a key, also a damaged one: ten bytes in Base32.
const KEY_CHARACTERS: usize = 16;
/// Characters of a value that are shown.
const SHOWN_CHARACTERS: usize = 40;

/// A value to be shown: its first two characters and its length if it is or may be a key.
pub(super) fn masked(text: &str, is_key: bool) -> String {
    let text = text.trim();
    if text.is_empty() || !(is_key || may_be_key(text)) {
        return text.chars().take(SHOWN_CHARACTERS).collect();
    }
    let characters = text.chars().count();
    let shown: String = text.chars().take(2).collect();
    format!("{shown}… ({characters} characters)")
}

/// Whether a cell of the first line may be a value, and a secret one, where a heading is expected.
pub(super) fn is_no_heading(text: &str) -> bool {
    guess::is_data(text) || guess::looks_like_seed(text)
}

fn may_be_key(text: &str) -> bool {
    !text.contains('@') && text.chars().filter(|c| c.is_alphanumeric()).count() >= KEY_CHARACTERS
}
