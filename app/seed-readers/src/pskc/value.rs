//! A value of a key: plain, or encrypted with a MAC.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::{PskcError, cipher::Cipher, xml::Element};

/// A value as the file has it.
pub(super) enum Value {
    /// The text of a plain value.
    Plain(Zeroizing<String>),
    /// A value of the drafts with a digest: encrypted if the container names an algorithm for all of them.
    Digested {
        /// The value.
        text: Zeroizing<String>,
        /// The digest.
        mac: Vec<u8>,
    },
    /// An encrypted value.
    Encrypted(Encrypted),
    /// A value that lacks its parts or is no Base64.
    Damaged,
}

impl Value {
    /// The value in an element like `Secret` or `TimeInterval`; `None` when it is empty. `beside` is a MAC outside it.
    pub fn of(element: &Element, beside: Option<&str>) -> Option<Self> {
        if let Some(plain) = element.child(&["PlainValue", "Value"]) {
            let text = Zeroizing::new(plain.text()?.to_owned());
            let digest = element.child(&["ValueDigest", "ValueMAC"]).and_then(Element::text);
            return Some(match digest.and_then(base64) {
                Some(mac) if plain.is(&["Value"]) => Self::Digested { text, mac: mac.to_vec() },
                _ => Self::Plain(text),
            });
        }
        let encrypted = element.child(&["EncryptedValue"])?;
        let mac = element.child_text("ValueMAC").or_else(|| encrypted.child_text("ValueMAC")).or(beside);
        Some(Encrypted::of(encrypted, mac).map_or(Self::Damaged, Self::Encrypted))
    }

    /// The value once it is known whether the container's values are encrypted.
    pub fn settled(self, is_encrypted: bool) -> Self {
        match self {
            Self::Digested { text, mac } if is_encrypted => base64(&text).map_or(Self::Damaged, |bytes| {
                Self::Encrypted(Encrypted { algorithm: None, bytes: bytes.to_vec(), mac: Some(mac) })
            }),
            other => other,
        }
    }
}

/// An encrypted value with its algorithm.
pub(super) struct Encrypted {
    /// The algorithm's name; without one it is that of the container.
    pub algorithm: Option<String>,
    /// The bytes, with the initialization vector first where the algorithm has one.
    pub bytes: Vec<u8>,
    /// The MAC, if there is one.
    pub mac: Option<Vec<u8>>,
}

impl Encrypted {
    /// The value in an element of XML Encryption.
    pub fn of(element: &Element, mac: Option<&str>) -> Option<Self> {
        let method = element.child(&["EncryptionMethod"]);
        // PBES2 of a draft names the cipher in an element of its own.
        let method = method.map(|method| method.child(&["EncryptionScheme"]).unwrap_or(method));
        let text = element.child(&["CipherData"])?.child_text("CipherValue")?;
        Some(Self {
            algorithm: method.and_then(|method| method.attribute(&["Algorithm"])).map(str::to_owned),
            bytes: base64(text)?.to_vec(),
            mac: match mac {
                Some(mac) => Some(base64(mac)?.to_vec()),
                None => None,
            },
        })
    }

    /// The algorithm, or the one that holds for the whole container.
    pub fn cipher(&self, of_container: Option<Cipher>) -> Result<Cipher, PskcError> {
        match (&self.algorithm, of_container) {
            (Some(name), _) => Cipher::named(name).ok_or_else(|| PskcError::Unsupported(name.clone())),
            (None, Some(cipher)) => Ok(cipher),
            (None, None) => Err(PskcError::Incomplete("no encryption algorithm is named")),
        }
    }
}

/// Decodes Base64, with or without padding, blanks anywhere.
pub(super) fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let digits: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    GeneralPurpose::new(&STANDARD, config).decode(digits.as_bytes()).ok().map(Zeroizing::new)
}

/// Characters from which on a text that is no Base64 by its looks is none: random Base64 has other letters.
const TOLD_FROM: usize = 32;

/// The notation of a plain secret that is Base64 only by chance.
pub(super) fn other_notation(text: &str) -> Option<&'static str> {
    let digits: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    let all = |test: fn(u8) -> bool| digits.len() >= TOLD_FROM && digits.bytes().all(test);
    let is_hex =
        all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) || all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    match () {
        () if is_hex => Some("hex"),
        () if all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')) => Some("Base32"),
        () => None,
    }
}

/// Whether a plain number is none: privacyIDEA writes Python's word for it.
pub(super) fn is_nothing(text: &str) -> bool {
    ["none", "null"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// A number in a plain value: decimal, or the Base64 of its bytes.
pub(super) fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = if fraction.bytes().all(|b| b == b'0') { whole } else { text };
    match whole.parse() {
        Ok(number) => Some(number),
        Err(_) => number_of_bytes(&base64(text)?),
    }
}

/// A number of at most eight bytes, the highest first; or in decimal digits.
pub(super) fn number_of_bytes(bytes: &[u8]) -> Option<i64> {
    if let Some(number) = std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()) {
        return Some(number);
    }
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    let value = bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    i64::try_from(value).ok()
}
