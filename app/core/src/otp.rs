//! One-time codes: HOTP (RFC 4226) and TOTP (RFC 6238), six digits, SHA-1 or SHA-256.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac, digest::Output};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    seed::Seed,
    token::{HashFunction, Interval},
};

/// Number of digits of a code: Microsoft supports six-digit tokens only.
pub const DIGITS: u32 = 6;

/// A code from a token. `Debug` hides it; there is no `Display`.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// Accepts six digits; white space around or between them is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let valid = digits.len() == DIGITS as usize && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then_some(Self(digits))
    }

    /// The digits, to be sent to Microsoft.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digits as a number, to be compared with those of many steps.
    pub(crate) fn value(&self) -> u32 {
        self.0.bytes().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(••••••)")
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a code has six digits"))
    }
}

/// A code that was read from a display, and when. Holds a secret, which `Debug` hides.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The code.
    pub code: Code,
    /// When it was typed by the server's time, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The key of a token, prepared for the codes of many steps. Holds a secret; it has neither `Debug` nor `Display`.
pub(crate) enum CodeKey {
    Sha1(Option<Hmac<sha1::Sha1>>),
    Sha256(Option<Hmac<sha2::Sha256>>),
}

impl CodeKey {
    /// The key of a seed. HMAC accepts a key of any length (RFC 2104 section 3), so there always is one.
    pub fn new(seed: &Seed, hash: HashFunction) -> Self {
        match hash {
            HashFunction::Sha1 => Self::Sha1(KeyInit::new_from_slice(seed.bytes()).ok()),
            HashFunction::Sha256 => Self::Sha256(KeyInit::new_from_slice(seed.bytes()).ok()),
        }
    }

    /// The digits of the code for a counter (RFC 4226 section 5.3) as a number.
    pub fn value(&self, counter: u64) -> u32 {
        let truncated = match self {
            Self::Sha1(key) => key.as_ref().map(|key| truncate(&mac(key, counter))),
            Self::Sha256(key) => key.as_ref().map(|key| truncate(&mac(key, counter))),
        };
        truncated.unwrap_or_default() % 10_u32.pow(DIGITS)
    }
}

/// The code for a counter (RFC 4226 section 5.3).
pub fn hotp(seed: &Seed, hash: HashFunction, counter: u64) -> Code {
    Code(format!("{:06}", CodeKey::new(seed, hash).value(counter)))
}

/// The code that a token shows at a time (RFC 6238 section 4), `unix_ms` in milliseconds since 1970.
pub fn totp(seed: &Seed, hash: HashFunction, interval: Interval, unix_ms: u64) -> Code {
    hotp(seed, hash, step(interval, unix_ms))
}

/// The time step (RFC 6238 section 4.2) of a time.
pub fn step(interval: Interval, unix_ms: u64) -> u64 {
    unix_ms / 1000 / u64::from(interval.seconds())
}

/// How long the code of this time remains valid, in milliseconds.
pub fn remaining_ms(interval: Interval, unix_ms: u64) -> u64 {
    let length = u64::from(interval.seconds()) * 1000;
    length - unix_ms % length
}

fn mac<M: Mac + Clone>(key: &M, counter: u64) -> Output<M> {
    key.clone().chain_update(counter.to_be_bytes()).finalize().into_bytes()
}

/// Dynamic truncation (RFC 4226 section 5.3): 31 bits at the offset that the last nibble gives.
fn truncate(mac: &[u8]) -> u32 {
    let offset = usize::from(mac.last().copied().unwrap_or_default() & 0x0f);
    let four = mac.get(offset..offset + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    four.map_or(0, u32::from_be_bytes) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4226 appendix D.
    #[test]
    fn agrees_with_rfc_4226() {
        let seed = Seed::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, code) in expected.iter().enumerate() {
            assert_eq!(hotp(&seed, HashFunction::Sha1, counter as u64).expose(), *code);
        }
    }

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn agrees_with_rfc_6238() {
        let sha1 = Seed::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let sha256 = Seed::from_bytes(b"12345678901234567890123456789012".to_vec()).unwrap();
        let vectors = [
            (59, "287082", "119246"),
            (1_111_111_109, "081804", "084774"),
            (1_111_111_111, "050471", "062674"),
            (1_234_567_890, "005924", "819424"),
            (2_000_000_000, "279037", "698825"),
            (20_000_000_000, "353130", "737706"),
        ];
        for (time, with_sha1, with_sha256) in vectors {
            let code = |seed, hash| totp(seed, hash, Interval::S30, time * 1000);
            assert_eq!(code(&sha1, HashFunction::Sha1).expose(), with_sha1, "SHA-1 at {time}");
            assert_eq!(code(&sha256, HashFunction::Sha256).expose(), with_sha256, "SHA-256 at {time}");
        }
    }

    #[test]
    fn debug_output_hides_the_code() {
        let code = Code::parse("012 345").unwrap();
        assert_eq!(code.expose(), "012345");
        assert_eq!(format!("{code:?}"), "Code(••••••)");
    }
}
