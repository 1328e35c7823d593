//! A token's secret key: parsed from Base32 or hex, zeroized on drop.

use std::fmt;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
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

/// How a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyNotation {
    /// RFC 4648 section 6: A–Z and 2–7.
    Base32,
    /// Two hex digits a byte.
    Hex,
    /// RFC 4648 section 4. It is read only where a file says so.
    Base64,
    /// The bytes of the text itself, in UTF-8.
    Text,
}

impl KeyNotation {
    /// The bytes of a Base64 text in either alphabet (RFC 4648 sections 4 and 5), with or without padding, white space
    /// ignored.
    pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let standard = |c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        };
        let digits = text.chars().filter(|c| !c.is_whitespace()).map(standard);
        let digits: Zeroizing<String> = Zeroizing::new(digits.collect());
        GeneralPurpose::new(&STANDARD, config).decode(digits.as_bytes()).ok()
    }
}

impl fmt::Display for KeyNotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base32 => "Base32",
            Self::Hex => "hex",
            Self::Base64 => "Base64",
            Self::Text => "text",
        })
    }
}

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
    /// A text that is not in the notation that its file names.
    #[error("the secret key is not {0}, as the file says")]
    NotAsNamed(KeyNotation),
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

    /// Parses Base32 (RFC 4648 section 6) or hex in any case, with white space, dashes and padding anywhere, and hex also
    /// with colons or `0x`.
    ///
    /// The characters determine the notation. A text of hex digits is hex when it contains one that Base32 lacks (0, 1,
    /// 8 or 9), a colon or `0x`. Texts of only A–F and 2–7 are [ambiguous](Self::ambiguous_notation): those of 40 or 64
    /// characters are hex, because seeds have 20 or 32 bytes and such a text is about 2⁴⁰ times as likely in hex as in
    /// Base32; all others are Base32, the notation of Microsoft's own files.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        let clean = normalize(text)?;
        match notation(&clean) {
            Notation::Hex | Notation::AmbiguousReadAsHex => Self::from_bytes(decode_hex(&clean.digits)?),
            Notation::Base32 | Notation::AmbiguousReadAsBase32 => Self::from_base32(text),
        }
    }

    /// Parses a text whose notation is known.
    pub fn parse_as(text: &str, notation: KeyNotation) -> Result<Self, SeedError> {
        match notation {
            KeyNotation::Base32 => Self::from_base32(text),
            KeyNotation::Hex => {
                let clean = normalize(text)?;
                if !clean.digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(SeedError::NotAsNamed(notation));
                }
                Self::from_bytes(decode_hex(&clean.digits)?)
            }
            KeyNotation::Base64 => {
                Self::from_bytes(KeyNotation::decode_base64(text).ok_or(SeedError::NotAsNamed(notation))?)
            }
            KeyNotation::Text => Self::from_bytes(text.as_bytes().to_vec()),
        }
    }

    /// Parses Base32 only, for the wire format and Microsoft Graph's JSON, where the notation is fixed.
    pub fn from_base32(text: &str) -> Result<Self, SeedError> {
        let clean = normalize(text)?;
        if let Some(index) = text.chars().position(|c| !is_separator(c) && !is_base32(c)) {
            return Err(SeedError::BadCharacter { position: index + 1 });
        }
        Self::from_bytes(decode_base32(&clean.digits)?)
    }

    /// How [`Self::parse`] reads a text that is valid Base32 and valid hex; `None` for any other text.
    pub fn ambiguous_notation(text: &str) -> Option<KeyNotation> {
        match notation(&normalize(text).ok()?) {
            Notation::AmbiguousReadAsHex => Some(KeyNotation::Hex),
            Notation::AmbiguousReadAsBase32 => Some(KeyNotation::Base32),
            Notation::Base32 | Notation::Hex => None,
        }
    }

    /// The notation that a key's characters leave no doubt of; `None` for an ambiguous text and for one that is no key.
    pub fn certain_notation(text: &str) -> Option<KeyNotation> {
        let clean = normalize(text).ok()?;
        let certain = match notation(&clean) {
            Notation::Hex => KeyNotation::Hex,
            Notation::Base32 => KeyNotation::Base32,
            Notation::AmbiguousReadAsHex | Notation::AmbiguousReadAsBase32 => return None,
        };
        Self::parse(text).is_ok().then_some(certain)
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

fn notation(clean: &Normalized) -> Notation {
    let digits = &clean.digits;
    let all_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let all_base32 = !clean.is_marked_hex && digits.chars().all(is_base32);
    match (all_hex, all_base32, digits.len()) {
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

/// A key without its separators.
struct Normalized {
    /// In upper case.
    digits: Zeroizing<String>,
    /// Whether a colon or `0x` marks it as hex.
    is_marked_hex: bool,
}

/// The characters without separators; fails on a character that no notation has.
fn normalize(text: &str) -> Result<Normalized, SeedError> {
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    let mut is_marked_hex = false;
    // Where the digits of the current group begin: a group may start with `0x`.
    let mut group = 0;
    for (index, c) in text.chars().enumerate() {
        if matches!(c, 'x' | 'X') && digits.get(group..) == Some("0") {
            digits.pop();
            is_marked_hex = true;
        } else if c.is_ascii_alphanumeric() {
            digits.push(c.to_ascii_uppercase());
        } else if c == ':' || is_separator(c) {
            is_marked_hex |= c == ':';
            group = digits.len();
        } else {
            return Err(SeedError::BadCharacter { position: index + 1 });
        }
    }
    if digits.is_empty() { Err(SeedError::Empty) } else { Ok(Normalized { digits, is_marked_hex }) }
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
    fn hex_may_have_colons_and_0x() {
        for text in ["AB:CD:EF:22", "0xABCDEF22", "0XAB 0xCD 0xEF 0x22", "ab cd-ef:22"] {
            assert_eq!(bytes(text), Ok(vec![0xAB, 0xCD, 0xEF, 0x22]), "{text}");
            assert_eq!(Seed::certain_notation(text), Some(KeyNotation::Hex), "{text}");
        }
        assert!(Seed::from_base32("AB:CD:EF:22").is_err(), "no Base32 has colons");
        assert_eq!(bytes("JBSWX3DP").unwrap().len(), 5, "an X elsewhere is Base32");
    }

    #[test]
    fn a_named_notation_is_obeyed() {
        let named = |text, notation| Seed::parse_as(text, notation).map(|seed| seed.bytes().to_vec());
        let text = "ABCDEFGHIJKLMNOP";
        assert_eq!(named(text, KeyNotation::Text), Ok(text.as_bytes().to_vec()));
        assert_eq!(named("SGVsbG8=", KeyNotation::Base64), Ok(b"Hello".to_vec()));
        assert_eq!(named("SGVs bG8", KeyNotation::Base64), Ok(b"Hello".to_vec()));
        assert_eq!(named("ABCDEF27", KeyNotation::Hex), Ok(vec![0xAB, 0xCD, 0xEF, 0x27]));
        assert_eq!(named("ABCDEFG7", KeyNotation::Hex), Err(SeedError::NotAsNamed(KeyNotation::Hex)));
        assert_eq!(named("!", KeyNotation::Base64), Err(SeedError::NotAsNamed(KeyNotation::Base64)));
    }

    #[test]
    fn ambiguous_texts_are_read_by_length() {
        let base32_of_the_documentation = "2234567abcdef2234567abcdef";
        assert_eq!(bytes(base32_of_the_documentation).unwrap().len(), 16);
        assert_eq!(Seed::ambiguous_notation(base32_of_the_documentation), Some(KeyNotation::Base32));
        for (characters, expected) in [(32, 20), (40, 20), (64, 32), (56, 35)] {
            assert_eq!(
                bytes(&"AB".repeat(characters / 2)).unwrap().len(),
                expected,
                "{characters} characters"
            );
        }
        assert_eq!(Seed::ambiguous_notation(&"AB".repeat(20)), Some(KeyNotation::Hex));
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
