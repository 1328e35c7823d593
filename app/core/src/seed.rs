//! A token's secret key: Base32 or hex in, bytes inside, wiped on drop.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Longest secret in Base32 characters that Microsoft documents (the CSV page of the admin center).
pub const MAX_BASE32_LEN: usize = 128;

/// The secret key of one token.
///
/// It has no `Display`, no `Serialize` and no comparison; `Debug` shows a length. The bytes come out through
/// [`Seed::bytes`] (to compute codes) and [`Seed::expose_base32`] (to send the seed on, or to hand a person's own
/// input back), and nowhere else.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Seed(Vec<u8>);

/// Why a text is no seed. Never holds any part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// Nothing but blanks, dashes and padding.
    #[error("the secret key is empty")]
    Empty,
    /// A character that neither Base32 nor hex has.
    #[error("character {position} of the secret key is neither Base32 (A–Z, 2–7) nor hex (0–9, A–F)")]
    BadCharacter {
        /// Position in the text as typed, from 1.
        position: usize,
    },
    /// Base32 whose last group cannot be decoded, or hex with an odd number of digits.
    #[error("the secret key is cut short: {characters} characters do not make whole bytes")]
    CutShort {
        /// Number of significant characters.
        characters: usize,
    },
    /// More than [`MAX_BASE32_LEN`] characters when written as Base32.
    #[error("the secret key is longer than {MAX_BASE32_LEN} Base32 characters")]
    TooLong,
}

impl Seed {
    /// Wraps the bytes of a secret.
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

    /// Reads Base32 (any case, RFC 4648 alphabet) or hex, with blanks, dashes and padding anywhere.
    ///
    /// A text of 0–9 and A–F alone is hex when a digit that Base32 lacks (0, 1, 8 or 9) occurs in it; otherwise it
    /// is Base32, which is what vendors' files for Microsoft hold.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        let clean = significant(text)?;
        let is_hex = clean.bytes().all(|b| b.is_ascii_hexdigit())
            && clean.bytes().any(|b| matches!(b, b'0' | b'1' | b'8' | b'9'));
        let bytes = if is_hex { decode_hex(&clean)? } else { decode_base32(&clean)? };
        Self::from_bytes(bytes)
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

    /// The secret as unpadded upper-case Base32: the form that Microsoft Graph takes.
    pub fn expose_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(base32::encode(base32::Alphabet::Rfc4648 { padding: false }, &self.0))
    }

    /// Whether two seeds are the same secret; for finding contradicting duplicates in a person's own file.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seed({} bytes)", self.0.len())
    }
}

/// How a seed travels from the browser to the server: inside [`crate::ports::NewToken`], the one wire type.
pub(crate) mod wire {
    use super::Seed;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(seed: &Seed, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&seed.expose_base32())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Seed, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        Seed::parse(&text).map_err(D::Error::custom)
    }
}

/// The characters that count, upper-cased; says which character is neither Base32 nor hex.
fn significant(text: &str) -> Result<Zeroizing<String>, SeedError> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    for (index, c) in text.chars().enumerate() {
        match c {
            '-' | '=' | '_' | '\u{2010}'..='\u{2015}' => {}
            c if c.is_whitespace() => {}
            c if c.is_ascii_alphanumeric() => clean.push(c.to_ascii_uppercase()),
            _ => return Err(SeedError::BadCharacter { position: index + 1 }),
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
    if let Some(bad) = clean.bytes().position(|b| !matches!(b, b'A'..=b'Z' | b'2'..=b'7')) {
        return Err(SeedError::BadCharacter { position: bad + 1 });
    }
    // 1, 3 and 6 characters over a group of eight leave no whole byte (RFC 4648 section 6).
    if matches!(clean.len() % 8, 1 | 3 | 6) {
        return Err(SeedError::CutShort { characters: clean.len() });
    }
    base32::decode(base32::Alphabet::Rfc4648 { padding: false }, clean)
        .ok_or(SeedError::CutShort { characters: clean.len() })
}

fn base32_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}
