//! What may be wrong with a value of a key.

/// What is wrong with one value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// There is none.
    Missing,
    /// It is no Base64 or number, or lacks its parts.
    Damaged,
    /// It is in this notation; the standard has Base64, as which it would be another key.
    NotBase64(&'static str),
    /// The MAC is missing, or that of another value.
    NotAuthentic,
    /// It cannot be decrypted, although others can.
    NotDecrypted,
}
