//! What the server keeps of a secret that a browser holds: enough to know it again, too little to use it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// SHA-256 of a random value of 256 bits, which needs neither salt nor stretching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of this value.
    pub fn of(value: &str) -> Self {
        Self(Sha256::digest(value.as_bytes()).into())
    }

    /// A number for it, which others may share.
    pub fn lock_id(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Whether it is the same value's, in a time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A value of 256 bits that nobody can guess, in characters that fit a cookie and an address.
pub fn random_token() -> String {
    oauth2::CsrfToken::new_random_len(32).secret().clone()
}
