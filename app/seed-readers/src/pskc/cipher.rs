//! The ciphers of XML Encryption that key containers use.

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use aes_kw::{KeyInit, KwAes128, KwAes192, KwAes256, KwpAes128, KwpAes192, KwpAes256};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::PskcError;

/// A cipher with the length of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    /// AES in CBC mode with a key of so many bytes.
    AesCbc(usize),
    /// Triple DES in CBC mode.
    TripleDesCbc,
    /// AES key wrap (RFC 3394) with a key of so many bytes.
    AesKw(usize),
    /// AES key wrap with padding (RFC 5649).
    AesKwp(usize),
    /// Triple DES key wrap (RFC 3217).
    TripleDesKw,
}

impl Cipher {
    /// By the URI of XML Encryption 1.0 or 1.1.
    pub fn named(uri: &str) -> Option<Self> {
        Some(match uri.rsplit(['#', ':', '/']).next()?.to_ascii_lowercase().as_str() {
            "aes128-cbc" => Self::AesCbc(16),
            "aes192-cbc" => Self::AesCbc(24),
            "aes256-cbc" => Self::AesCbc(32),
            "tripledes-cbc" | "3des-cbc" => Self::TripleDesCbc,
            "kw-tripledes" | "kw-3des" => Self::TripleDesKw,
            "kw-aes128" => Self::AesKw(16),
            "kw-aes192" => Self::AesKw(24),
            "kw-aes256" => Self::AesKw(32),
            "kw-aes128-pad" | "kw-aes-128-pad" => Self::AesKwp(16),
            "kw-aes192-pad" | "kw-aes-192-pad" => Self::AesKwp(24),
            "kw-aes256-pad" | "kw-aes-256-pad" => Self::AesKwp(32),
            _ => return None,
        })
    }

    /// Bytes of a key that is derived for this cipher.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::AesCbc(bytes) | Self::AesKw(bytes) | Self::AesKwp(bytes) => bytes,
            Self::TripleDesCbc | Self::TripleDesKw => 24,
        }
    }

    /// Bytes of the initialization vector in front of a value.
    pub const fn vector_bytes(self) -> usize {
        match self {
            Self::AesCbc(_) => 16,
            Self::TripleDesCbc => 8,
            Self::AesKw(_) | Self::AesKwp(_) | Self::TripleDesKw => 0,
        }
    }

    /// Whether it notices a change of the value itself.
    pub const fn is_authentic(self) -> bool {
        matches!(self, Self::AesKw(_) | Self::AesKwp(_) | Self::TripleDesKw)
    }

    /// Refuses a key of a wrong length.
    pub fn check_key(self, key: &[u8]) -> Result<(), PskcError> {
        let fits = key.len() == self.key_bytes() || (self.is_triple_des() && key.len() == 16);
        if fits { Ok(()) } else { Err(PskcError::KeyLength(key.len())) }
    }

    const fn is_triple_des(self) -> bool {
        matches!(self, Self::TripleDesCbc | Self::TripleDesKw)
    }

    /// Decrypts; `None` when padding or integrity do not fit the key. The initialization vector stands in front of the
    /// bytes if none is given.
    ///
    /// XML Encryption says nothing of the padding's bytes but the last. Without a MAC that was verified before
    /// (`is_authentic`), all must be as in PKCS #7, because one byte in sixteen would pass for a wrong key.
    pub fn decrypt(
        self,
        key: &[u8],
        vector: Option<&[u8]>,
        bytes: &[u8],
        is_authentic: bool,
    ) -> Option<Zeroizing<Vec<u8>>> {
        // A key of two parts uses the first again as the third.
        let first = key.get(..8).filter(|_| key.len() == 16 && self.is_triple_des()).unwrap_or_default();
        let key = &*Zeroizing::new([key, first].concat());
        let parts = || match vector {
            Some(vector) => Some((vector, bytes)),
            None => bytes.split_at_checked(self.vector_bytes()),
        };
        match self {
            Self::AesCbc(16) => {
                unpadded(cbc::<cbc::Decryptor<aes::Aes128>>(key, parts()?)?, 16, is_authentic)
            }
            Self::AesCbc(24) => {
                unpadded(cbc::<cbc::Decryptor<aes::Aes192>>(key, parts()?)?, 16, is_authentic)
            }
            Self::AesCbc(_) => unpadded(cbc::<cbc::Decryptor<aes::Aes256>>(key, parts()?)?, 16, is_authentic),
            Self::TripleDesCbc => {
                unpadded(cbc::<cbc::Decryptor<des::TdesEde3>>(key, parts()?)?, 8, is_authentic)
            }
            Self::TripleDesKw => triple_des_unwrapped(key, bytes),
            Self::AesKw(length) => unwrap(bytes, |out| match length {
                16 => KwAes128::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
                24 => KwAes192::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
                _ => KwAes256::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
            }),
            Self::AesKwp(length) => unwrap(bytes, |out| match length {
                16 => KwpAes128::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
                24 => KwpAes192::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
                _ => KwpAes256::new_from_slice(key).ok()?.unwrap_key(bytes, out).ok().map(<[u8]>::len),
            }),
        }
    }
}

/// Decrypts in CBC mode, with the padding: `(vector, bytes)`.
fn cbc<D: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    (vector, encrypted): (&[u8], &[u8]),
) -> Option<Zeroizing<Vec<u8>>> {
    if encrypted.is_empty() || encrypted.len() % vector.len().max(1) != 0 {
        return None;
    }
    let mut plain = Zeroizing::new(encrypted.to_vec());
    D::new_from_slices(key, vector).ok()?.decrypt_padded::<NoPadding>(&mut plain).ok()?;
    Some(plain)
}

/// Takes the padding away; `None` when it is none.
fn unpadded(mut plain: Zeroizing<Vec<u8>>, block: usize, is_authentic: bool) -> Option<Zeroizing<Vec<u8>>> {
    let padding = usize::from(*plain.last()?);
    let end = plain.len().checked_sub(padding).filter(|_| (1..=block).contains(&padding))?;
    let is_pkcs7 = plain.get(end..)?.iter().all(|byte| usize::from(*byte) == padding);
    if !is_pkcs7 && !is_authentic {
        return None;
    }
    plain.truncate(end);
    Some(plain)
}

/// Unwraps a key by triple DES (RFC 3217 section 3.2).
fn triple_des_unwrapped(key: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    const VECTOR: [u8; 8] = [0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05];
    let mut reversed = cbc::<cbc::Decryptor<des::TdesEde3>>(key, (&VECTOR, bytes))?;
    reversed.reverse();
    let mut plain = cbc::<cbc::Decryptor<des::TdesEde3>>(key, reversed.split_at_checked(8)?)?;
    let end = plain.len().checked_sub(8)?;
    let (wrapped, checksum) = plain.split_at_checked(end)?;
    let is_right = Sha1::digest(wrapped).get(..8)? == checksum;
    plain.truncate(end);
    is_right.then_some(plain)
}

fn unwrap(bytes: &[u8], unwrapped: impl FnOnce(&mut [u8]) -> Option<usize>) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(vec![0; bytes.len()]);
    let length = unwrapped(&mut plain)?;
    plain.truncate(length);
    Some(plain)
}
