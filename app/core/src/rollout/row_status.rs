//! The groups into which a plan and a run fall, for figures, filters and exit codes.

use super::{
    End, Progress,
    plan::{PlannedRow, Verdict},
};

/// What has become of a row, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStatus {
    /// Work that is yet to be done.
    ToDo,
    /// Done as planned.
    Done,
    /// Failed.
    Failed,
    /// Nothing to do.
    Nothing,
    /// The tenant holds something else.
    Conflict,
    /// Cannot be done.
    Cannot,
}

impl RowStatus {
    /// All groups, in the order of the figures.
    pub const ALL: [Self; 6] =
        [Self::ToDo, Self::Done, Self::Failed, Self::Nothing, Self::Conflict, Self::Cannot];

    /// The group of a row.
    pub fn of<W>(row: &PlannedRow<W>, progress: &Progress) -> Self {
        match (&row.verdict, &progress.end) {
            (Verdict::Nothing(_), _) | (_, Some(End::Skipped(_))) => Self::Nothing,
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

    /// The group of this name.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.label() == label)
    }

    /// Its place in a report: what needs a person comes first.
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
