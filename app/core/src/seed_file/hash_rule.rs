//! The hash of a row that names none.
//!
//! The length of a key does not tell: SHA-1 keys of 20, 24, 32 and 40 bytes exist. Microsoft's CSV has no column for the
//! hash and its portal knows SHA-1 only. LinOTP and privacyIDEA take 32 bytes for SHA-256 and 64 for SHA-512, and so do
//! vendors who ship such rows. JSON for Graph is no exception: Graph takes a missing hash for SHA-1, but who wrote a key of 32
//! bytes without one has seldom meant that.

use super::{
    cell::{Cell, letters_and_digits},
    rules::CheckRules,
};
use crate::{issue::Issue, seed::Seed, token::HashFunction};

/// Bytes of a key that is usually for SHA-256.
const SHA256_BYTES: usize = 32;
/// Bytes of a key that is usually for SHA-512.
const SHA512_BYTES: usize = 64;

/// Where a row's hash comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HashOrigin {
    /// The file names it.
    #[default]
    File,
    /// The model's name contains it.
    Model,
    /// The length of the key.
    KeyLength,
    /// The user chose it for all rows that name none.
    Choice,
}

impl HashOrigin {
    /// Whether neither the row nor its model names a hash, so that the user may choose it.
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::KeyLength | Self::Choice)
    }
}

/// The hash of a row that names none.
pub(super) fn silent(
    key: &Cell<'_>,
    seed: &Seed,
    model: &str,
    rules: &CheckRules,
) -> Result<(HashFunction, HashOrigin), Issue> {
    let words = letters_and_digits(model);
    if words.contains("sha512") {
        return Err(key.issue(
            "The model's name says SHA-512.",
            "Microsoft Entra takes only SHA-1 and SHA-256; ask the vendor to exchange or reprogram the token.",
        ));
    }
    if words.contains("sha256") {
        return Ok((HashFunction::Sha256, HashOrigin::Model));
    }
    if words.contains("sha1") {
        return Ok((HashFunction::Sha1, HashOrigin::Model));
    }
    match (rules.chosen_hash, seed.len()) {
        (Some(chosen), _) => Ok((chosen, HashOrigin::Choice)),
        (_, SHA256_BYTES) => Ok((HashFunction::Sha256, HashOrigin::KeyLength)),
        (_, SHA512_BYTES) => Err(key.issue(
            "The key has 64 bytes and no hash is named: such a token usually computes SHA-512, which Microsoft Entra does not take.",
            "Ask the vendor. If they say SHA-1 or SHA-256, write it into a column \"hash function\".",
        )),
        _ => Ok((HashFunction::Sha1, HashOrigin::KeyLength)),
    }
}
