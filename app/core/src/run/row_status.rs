//! The status of each row of a plan or run, for totals, filters and exit codes.

use super::{End, Progress};
use crate::plan::{PlannedRow, Verdict};

/// The status of a row, planned or run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStatus {
    /// Work that is still to be done.
    ToDo,
    /// Done as planned.
    Done,
    /// Failed.
    Failed,
    /// Nothing to do.
    Nothing,
    /// The tenant has something else under this serial.
    Conflict,
    /// Cannot be done.
    Cannot,
}

impl RowStatus {
    /// All of them, in display order.
    pub const ALL: [Self; 6] =
        [Self::ToDo, Self::Done, Self::Failed, Self::Nothing, Self::Conflict, Self::Cannot];

    /// The status of a row.
    pub fn of<W>(row: &PlannedRow<W>, progress: &Progress) -> Self {
        match (&row.verdict, &progress.end) {
            (Verdict::Nothing(_) | Verdict::Repeats(_), _) => Self::Nothing,
            (Verdict::Conflict(_), _) => Self::Conflict,
            (Verdict::Cannot(_), _) => Self::Cannot,
            (Verdict::Work(_), None) => Self::ToDo,
            (Verdict::Work(_), Some(End::Done)) => Self::Done,
            (Verdict::Work(_), Some(End::Failed(_))) => Self::Failed,
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Nothing => "Nothing to do",
            Self::Conflict => "Conflict",
            Self::Cannot => "Not possible",
        }
    }

    /// The status with this name.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.label() == label)
    }

    /// Its sort rank in a report: rows that need a person's attention come first.
    pub fn rank(self) -> u8 {
        match self {
            Self::Failed => 0,
            Self::Conflict | Self::Cannot => 1,
            Self::ToDo => 2,
            Self::Done => 3,
            Self::Nothing => 4,
        }
    }

    /// Whether the row is to be corrected and tried again.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Failed | Self::Conflict | Self::Cannot)
    }
}
