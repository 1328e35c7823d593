//! What holds for all rows of a file.

use crate::{seed::KeyNotation, token::HashFunction};

/// How a file's missing and ambiguous values are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CheckRules {
    /// The hash that the user chose for the rows that name none.
    pub chosen_hash: Option<HashFunction>,
    /// The notation that the file names for all its keys.
    pub named_notation: Option<KeyNotation>,
    /// How keys are read that are Base32 as well as hex; by their length without it.
    pub ambiguous_notation: Option<KeyNotation>,
    /// When the codes of the file's column were read, in milliseconds since 1970.
    pub codes_read_at_ms: Option<u64>,
}
