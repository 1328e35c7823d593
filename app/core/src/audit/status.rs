//! How the trail is kept.

use serde::{Deserialize, Serialize};

/// How the trail is kept, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLogStatus {
    /// Where, in words: "in memory, until the program ends", "in the file token-inventory.db", "in PostgreSQL".
    #[serde(rename = "kept")]
    pub location: String,
    /// Whether it outlives the program.
    #[serde(rename = "lasts")]
    pub is_persistent: bool,
    /// The end of the chain; `None` before the first entry.
    pub head: Option<ChainHead>,
    /// The number of the oldest entry that is kept.
    pub oldest: u64,
    /// Operations whose outcome is not known yet.
    pub open: u64,
    /// After how many days entries are removed, if they are.
    pub retention_days: Option<u64>,
    /// Why it cannot be written just now; then nothing is changed at Microsoft either.
    pub problem: Option<String>,
}

/// The end of the chain: whoever keeps it elsewhere finds out when entries are missing or were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The number of the newest entry.
    pub number: u64,
    /// Its hash (SHA-256), in hex.
    pub hash: String,
}

/// The forms in which the inventory is saved as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}
