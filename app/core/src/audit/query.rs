//! A query of the audit log, and its result.

use serde::{Deserialize, Serialize};

use super::{AuditEntry, AuditFilter, RunSummary};

/// Most lines on one page.
pub const MAX_LINES: u32 = 200;

/// Which lines of the audit log to return, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Only entries that match this filter.
    pub filter: AuditFilter,
    /// Only lines below this number: the next page, from [`AuditLogPage::next`].
    pub before: Option<u64>,
    /// Only lines above this number: those added since, from [`AuditLogPage::newest`].
    pub after: Option<u64>,
    /// Whether each run is one line, returned when any part of the run is in the time range. Applies only to a filter
    /// without other conditions than a time range; otherwise every entry is a line of its own.
    #[serde(rename = "folded")]
    pub group_runs: bool,
    /// Page size, at most [`MAX_LINES`].
    pub limit: Option<u32>,
}

/// One line of the audit log's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditLogLine {
    /// One entry.
    Entry(Box<AuditEntry>),
    /// A whole run. It replaces an earlier line of the same run.
    Run(RunSummary),
}

impl AuditLogLine {
    /// The number that the list is ordered by.
    pub fn number(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.number,
            Self::Run(run) => run.last,
        }
    }
}

/// One page of lines, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLogPage {
    /// The lines. An entry with [`AuditEntry::intent`] replaces the line of that number, whose status was open.
    pub lines: Vec<AuditLogLine>,
    /// The [`AuditQuery::before`] of the next page; `None` on the last page.
    pub next: Option<u64>,
    /// The newest entry of the log when the page was read, whether on the page or not: the [`AuditQuery::after`] that
    /// returns what is added later.
    pub newest: u64,
}
