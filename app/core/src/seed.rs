//! A token's secret key: parsed from Base32 or hex, zeroized on drop.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Longest secret in Base32 characters that Microsoft documents (the CSV page of the admin center).
pub const MAX_BASE32_LEN: usize = 128;

/// The secret key of one token.
///
/// It has no `Display`, no `Serialize` and no comparison; `Debug` prints its length. Only [`Seed::bytes`] (to compute
/// codes) and [`Seed::expose_base32`] (to send the seed to Microsoft Graph, or to write it back into a user's own file)
/// return the secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Seed(Vec<u8>);

/// Why a text is not a seed. Never contains any part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// Only white space, dashes and padding.
    #[error("the secret key is empty")]
    Empty,
    /// Neither Base32 nor hex throughout.
    #[error("the secret key is neither Base32 (A–Z, 2–7) nor hex (0–9, A–F): see its character {position}")]
    BadCharacter {
        /// Position of the first character that is not Base32, in the text as typed, from 1.
        position: usize,
    },
    /// Base32 whose last group cannot be decoded, or hex with an odd number of digits.
    #[error("the secret key is cut short: {characters} characters do not make whole bytes")]
    CutShort {
        /// Number of significant characters.
        characters: usize,
    },
    /// More than [`MAX_BASE32_LEN`] characters in Base32.
    #[error("the secret key is longer than {MAX_BASE32_LEN} Base32 characters")]
    TooLong,
}

impl Seed {
    /// A seed of these bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SeedError> {
        let seed = Self(bytes);
        if seed.0.is_empty() {
            return Err(SeedError::Empty);
        }
        if base32_len(seed.0.len()) > MAX_BASE32_LEN {
            return Err(SeedError::TooLong);
        }
        Ok(seed)
    }

    /// Parses Base32 (RFC 4648 section 6) or hex in any case, with white space, dashes and padding anywhere.
    ///
    /// The characters determine the notation. A text of hex digits is hex when it contains one that Base32 lacks (0, 1,
    /// 8 or 9). Texts of only A–F and 2–7 are [ambiguous](Self::ambiguous_notation): those of 40 or 64 characters are
    /// hex, because seeds have 20 or 32 bytes and such a text is about 2⁴⁰ times as likely in hex as in Base32; all
    /// others are Base32, the notation of Microsoft's own files.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        let clean = normalize(text)?;
        match notation(&clean) {
            Notation::Hex | Notation::AmbiguousReadAsHex => Self::from_bytes(decode_hex(&clean)?),
            Notation::Base32 | Notation::AmbiguousReadAsBase32 => Self::from_base32(text),
        }
    }

    /// Parses Base32 only, for the wire format and Microsoft Graph's JSON, where the notation is fixed.
    pub fn from_base32(text: &str) -> Result<Self, SeedError> {
        let clean = normalize(text)?;
        if let Some(index) = text.chars().position(|c| !is_separator(c) && !is_base32(c)) {
            return Err(SeedError::BadCharacter { position: index + 1 });
        }
        Self::from_bytes(decode_base32(&clean)?)
    }

    /// How [`Self::parse`] reads a text that is valid Base32 and valid hex: `"hex"` or `"Base32"`; `None` for any other
    /// text.
    pub fn ambiguous_notation(text: &str) -> Option<&'static str> {
        match notation(&normalize(text).ok()?) {
            Notation::AmbiguousReadAsHex => Some("hex"),
            Notation::AmbiguousReadAsBase32 => Some("Base32"),
            Notation::Base32 | Notation::Hex => None,
        }
    }

    /// The secret's bytes, for an HMAC.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Number of bytes.
    #[allow(clippy::len_without_is_empty, reason = "a seed is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The secret as unpadded upper-case Base32, the notation that Microsoft Graph expects.
    pub fn expose_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(base32::encode(base32::Alphabet::Rfc4648 { padding: false }, &self.0))
    }

    /// Whether two seeds are the same secret; for finding conflicting duplicates in a file.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seed({} bytes)", self.0.len())
    }
}

/// The wire format of a seed, used only inside [`crate::ports::NewToken`], from the browser to the server.
pub(crate) mod wire {
    use super::Seed;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(seed: &Seed, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&seed.expose_base32())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Seed, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        Seed::from_base32(&text).map_err(D::Error::custom)
    }
}

enum Notation {
    Base32,
    Hex,
    AmbiguousReadAsBase32,
    AmbiguousReadAsHex,
}

fn notation(clean: &str) -> Notation {
    let all_hex = clean.bytes().all(|b| b.is_ascii_hexdigit());
    let all_base32 = clean.chars().all(is_base32);
    match (all_hex, all_base32, clean.len()) {
        (true, false, _) => Notation::Hex,
        (true, true, 40 | 64) => Notation::AmbiguousReadAsHex,
        (true, true, characters) if characters % 2 == 0 => Notation::AmbiguousReadAsBase32,
        _ => Notation::Base32,
    }
}

fn is_base32(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '2'..='7')
}

/// Characters between those of a key: white space, dashes of any kind, padding.
fn is_separator(c: char) -> bool {
    matches!(c, '-' | '=' | '\u{2010}'..='\u{2015}') || c.is_whitespace()
}

/// The characters without separators, in upper case; fails on a character that neither notation has.
fn normalize(text: &str) -> Result<Zeroizing<String>, SeedError> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    for (index, c) in text.chars().enumerate() {
        if c.is_ascii_alphanumeric() {
            clean.push(c.to_ascii_uppercase());
        } else if !is_separator(c) {
            return Err(SeedError::BadCharacter { position: index + 1 });
        }
    }
    if clean.is_empty() { Err(SeedError::Empty) } else { Ok(clean) }
}

fn decode_hex(clean: &str) -> Result<Vec<u8>, SeedError> {
    let digits = Zeroizing::new(clean.chars().filter_map(|c| c.to_digit(16)).collect::<Vec<_>>());
    if digits.len() % 2 != 0 {
        return Err(SeedError::CutShort { characters: digits.len() });
    }
    Ok(digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair.first()? * 16 + pair.last()?).ok())
        .collect())
}

fn decode_base32(clean: &str) -> Result<Vec<u8>, SeedError> {
    let cut_short = SeedError::CutShort { characters: clean.len() };
    // A last group of 1, 3 or 6 characters is not a whole number of bytes (RFC 4648 section 6).
    if matches!(clean.len() % 8, 1 | 3 | 6) {
        return Err(cut_short);
    }
    base32::decode(base32::Alphabet::Rfc4648 { padding: false }, clean).ok_or(cut_short)
}

fn base32_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Result<Vec<u8>, SeedError> {
        Seed::parse(text).map(|seed| seed.bytes().to_vec())
    }

    #[test]
    fn reads_base32_however_it_is_typed() {
        for text in ["JBSWY3DP", "jbswy3dp", " JbSw-Y3dP== ", "JBSW\u{2011}Y3DP", "JBSW Y3DP======"] {
            assert_eq!(bytes(text), Ok(b"Hello".to_vec()), "{text}");
        }
    }

    #[test]
    fn hex_is_recognized_by_digits_that_base32_lacks() {
        assert_eq!(bytes("48 65-6c 6C 6f 90"), Ok(b"Hello\x90".to_vec()));
        assert_eq!(Seed::ambiguous_notation("4865906c"), None);
    }

    #[test]
    fn ambiguous_texts_are_read_by_length() {
        let base32_of_the_documentation = "2234567abcdef2234567abcdef";
        assert_eq!(bytes(base32_of_the_documentation).unwrap().len(), 16);
        assert_eq!(Seed::ambiguous_notation(base32_of_the_documentation), Some("Base32"));
        for (characters, expected) in [(32, 20), (40, 20), (64, 32), (56, 35)] {
            assert_eq!(
                bytes(&"AB".repeat(characters / 2)).unwrap().len(),
                expected,
                "{characters} characters"
            );
        }
        assert_eq!(Seed::ambiguous_notation(&"AB".repeat(20)), Some("hex"));
        assert_eq!(Seed::ambiguous_notation("ABCDEF2"), None, "an odd number of digits is not hex");
        assert_eq!(Seed::from_base32(&"AB".repeat(20)).unwrap().len(), 25);
    }

    #[test]
    fn errors_give_the_position_as_typed() {
        let bad = |position| Err(SeedError::BadCharacter { position });
        assert_eq!(bytes("JB-SW Y0DP"), bad(8), "a zero among Base32");
        assert_eq!(bytes("JB-SW Y!DP"), bad(8));
        assert_eq!(bytes("ÄBSW"), bad(1));
        assert_eq!(bytes("JBSW_Y3DP"), bad(5));
    }

    #[test]
    fn refuses_what_is_empty_cut_short_or_too_long() {
        assert_eq!(bytes(" -= "), Err(SeedError::Empty));
        assert_eq!(bytes("JBSWY3"), Err(SeedError::CutShort { characters: 6 }));
        assert_eq!(bytes("0123456"), Err(SeedError::CutShort { characters: 7 }));
        assert_eq!(bytes(&"Z".repeat(128)).unwrap().len(), 80);
        assert_eq!(bytes(&"Z".repeat(130)), Err(SeedError::TooLong));
    }

    #[test]
    fn debug_output_is_the_length_only() {
        assert_eq!(format!("{:?}", Seed::parse("JBSWY3DP").unwrap()), "Seed(5 bytes)");
    }
}
