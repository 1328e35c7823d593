//! The state of the audit log.

use serde::{Deserialize, Serialize};

/// Where the audit log is stored, and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLogStatus {
    /// Where, in words: "in memory, until the program ends", "in the file token-inventory.db", "in PostgreSQL".
    #[serde(rename = "kept")]
    pub location: String,
    /// Whether it survives a restart of the program.
    #[serde(rename = "lasts")]
    pub is_persistent: bool,
    /// The head of the hash chain; `None` before the first entry.
    pub head: Option<ChainHead>,
    /// The number of the oldest stored entry.
    pub oldest: u64,
    /// Operations whose outcome is not known yet.
    pub open: u64,
    /// When the oldest of them began, in milliseconds since 1970.
    pub open_since_ms: Option<u64>,
    /// After how many days entries are removed, if they are.
    pub retention_days: Option<u64>,
    /// Why the log cannot be written at present, if so; then no write is sent to Microsoft Graph either.
    pub problem: Option<String>,
}

/// The head of the hash chain. A copy that is stored elsewhere shows whether entries were removed or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The number of the newest entry.
    pub number: u64,
    /// Its hash (SHA-256), in hex.
    pub hash: String,
}

/// The file formats of the inventory's export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}
