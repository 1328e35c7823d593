//! The MACs of encrypted values, and what producers compute instead of what the standard says.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// The algorithm of a MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MacAlgorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl MacAlgorithm {
    /// By the URI of XML Signature.
    pub fn named(uri: &str) -> Option<Self> {
        Some(match uri.rsplit(['#', ':', '/']).next()?.to_ascii_lowercase().as_str() {
            "hmac-sha1" => Self::Sha1,
            "hmac-sha224" => Self::Sha224,
            "hmac-sha256" => Self::Sha256,
            "hmac-sha384" => Self::Sha384,
            "hmac-sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// Whether a MAC is that of these bytes, in constant time. A MAC may be cut to half of its length, not below ten
    /// bytes (RFC 2104 section 5).
    pub fn verify(self, key: &[u8], bytes: &[u8], mac: &[u8]) -> bool {
        match self {
            Self::Sha1 => verify::<Hmac<Sha1>>(key, bytes, mac, 20),
            Self::Sha224 => verify::<Hmac<Sha224>>(key, bytes, mac, 28),
            Self::Sha256 => verify::<Hmac<Sha256>>(key, bytes, mac, 32),
            Self::Sha384 => verify::<Hmac<Sha384>>(key, bytes, mac, 48),
            Self::Sha512 => verify::<Hmac<Sha512>>(key, bytes, mac, 64),
        }
    }
}

fn verify<M: Mac + KeyInit>(key: &[u8], bytes: &[u8], mac: &[u8], length: usize) -> bool {
    let Ok(computed) = <M as KeyInit>::new_from_slice(key) else { return false };
    mac.len() * 2 >= length
        && mac.len() >= 10
        && computed.chain_update(bytes).verify_truncated_left(mac).is_ok()
}

/// What a MAC is computed over, and with which key. The standard: over the initialization vector and the ciphertext, with
/// the MAC key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacVariant {
    /// Over what.
    pub over: MacInput,
    /// Whether the encryption key is used although the container has a MAC key.
    pub with_encryption_key: bool,
}

/// What a MAC is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacInput {
    /// The initialization vector and the ciphertext: the standard.
    Ciphertext,
    /// The ciphertext without its initialization vector.
    WithoutVector,
    /// The decrypted value.
    Plaintext,
}

impl MacVariant {
    /// What RFC 6030 says.
    pub const STANDARD: Self = Self { over: MacInput::Ciphertext, with_encryption_key: false };

    /// The known variants, the standard first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let inputs = [MacInput::Ciphertext, MacInput::Plaintext, MacInput::WithoutVector];
        [false, true].into_iter().flat_map(move |with_encryption_key| {
            inputs.into_iter().map(move |over| Self { over, with_encryption_key })
        })
    }
}

impl std::fmt::Display for MacVariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.over {
            MacInput::Ciphertext => "over the encrypted value",
            MacInput::WithoutVector => "over the encrypted value without its initialization vector",
            MacInput::Plaintext => "over the decrypted value",
        })?;
        f.write_str(if self.with_encryption_key { " with the encryption key" } else { " with the MAC key" })
    }
}
