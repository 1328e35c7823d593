//! Decodes a file's bytes: byte order marks, UTF-8, UTF-16, else Windows-1252.

use zeroize::Zeroizing;

use super::{FileIssue, MAX_FILE_BYTES, content};

/// Windows-1252's characters 0x80 to 0x9F, which differ from Latin-1 (index of the WHATWG Encoding Standard).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The file's text, and a notice when its encoding had to be guessed.
pub fn decode(bytes: Zeroizing<Vec<u8>>) -> Result<(Zeroizing<String>, Option<String>), FileIssue> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileIssue::too_large());
    }
    content::reject_bytes(&bytes)?;
    let decoded = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => utf8_or_1252(bytes, 3),
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes), None),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes), None),
        // A seed file begins with an ASCII character, so a zero byte beside it means UTF-16.
        [1..=u8::MAX, 0, ..] => (utf16(&bytes, u16::from_le_bytes), None),
        [0, 1..=u8::MAX, ..] => (utf16(&bytes, u16::from_be_bytes), None),
        _ => utf8_or_1252(bytes, 0),
    };
    Ok(decoded)
}

/// Like [`decode`], with a remedy for lists of serials or assignments.
pub(crate) fn decode_list(bytes: Vec<u8>) -> Result<(Zeroizing<String>, Option<String>), FileIssue> {
    let remedy = "Save the list as CSV (\"CSV UTF-8\" in Excel) or as plain text. Compare the serial numbers with those on the tokens first: zeros and last digits that Excel dropped do not come back when the cells are formatted as text.";
    let read = decode(Zeroizing::new(bytes)).and_then(|decoded| {
        content::reject_text(&decoded.0)?;
        Ok(decoded)
    });
    read.map_err(|issue| FileIssue::new(issue.message, remedy))
}

fn utf8_or_1252(mut bytes: Zeroizing<Vec<u8>>, mark: usize) -> (Zeroizing<String>, Option<String>) {
    bytes.drain(..mark);
    let bytes = match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => return (Zeroizing::new(text), None),
        Err(error) => Zeroizing::new(error.into_bytes()),
    };
    let notice = "The file is not Unicode and was read as Windows-1252. If accented letters look wrong, save it as UTF-8.";
    // Capacity for the longest characters: reallocation would leave copies of secrets in memory.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 3));
    text.extend(bytes.iter().map(|byte| {
        let special = byte.checked_sub(0x80).and_then(|index| WINDOWS_1252.get(usize::from(index)));
        special.copied().unwrap_or(char::from(*byte))
    }));
    (text, Some(notice.to_owned()))
}

/// Unpaired surrogates and an odd byte become U+FFFD, which the cells report.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Zeroizing<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() / 2 * 3 + 3));
    let characters = char::decode_utf16(units.iter().map(|pair| unit(*pair)));
    text.extend(characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.extend(rest.iter().map(|_| char::REPLACEMENT_CHARACTER));
    text
}
