//! One question to the trail, and its answer.

use serde::{Deserialize, Serialize};

use super::{AuditEntry, AuditFilter, RunSummary};

/// Most lines that one answer holds.
pub const MAX_LINES: u32 = 200;

/// Which part of the trail is asked for; newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Which entries.
    pub filter: AuditFilter,
    /// Only lines below this number: the next page, from [`AuditLogPage::next`].
    pub before: Option<u64>,
    /// Only lines above this number: what is new since, from [`AuditLogPage::newest`].
    pub after: Option<u64>,
    /// Whether each run is one line, which passes when a moment of it does. It is so only while the filter asks for nothing
    /// but a part of time; else every entry is a line of its own.
    #[serde(rename = "folded")]
    pub group_runs: bool,
    /// How many lines, at most [`MAX_LINES`].
    pub limit: Option<u32>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditLogLine {
    /// One entry.
    Entry(Box<AuditEntry>),
    /// A whole run. It takes the place of an earlier line of the same run.
    Run(RunSummary),
}

impl AuditLogLine {
    /// Its place in the list.
    pub fn number(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.number,
            Self::Run(run) => run.last,
        }
    }
}

/// Some lines, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLogPage {
    /// The lines. An entry with [`AuditEntry::intent`] takes the place of the line of that number, which was under way.
    pub lines: Vec<AuditLogLine>,
    /// Where the next page begins, as [`AuditQuery::before`]; `None` at the end.
    pub next: Option<u64>,
    /// The newest entry of the trail when this was read, whether it is among the lines or not: what to give as
    /// [`AuditQuery::after`] the next time.
    pub newest: u64,
}
