//! The groups into which a plan and a run fall, for figures, filters and badges.

use token_core::rollout::{
    End, Progress,
    plan::{PlannedRow, Telling, Verdict},
};

use super::status_badge::Tone;

/// What has become of a row, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
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

impl Group {
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
    pub fn named(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.label() == label)
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

    /// Its colour.
    pub fn tone(self) -> Tone {
        match self {
            Self::ToDo => Tone::Info,
            Self::Done => Tone::Good,
            Self::Failed => Tone::Danger,
            Self::Nothing => Tone::Neutral,
            Self::Conflict | Self::Cannot => Tone::Warning,
        }
    }
}

/// The word and its colour in a row's badge.
pub fn badge<W: Telling>(row: &PlannedRow<W>, progress: &Progress) -> (Tone, &'static str) {
    let group = Group::of(row, progress);
    let text = match (group, &row.verdict) {
        (Group::ToDo | Group::Done, Verdict::Work(work)) => {
            work.told(progress).unwrap_or_else(|| work.label())
        }
        _ => group.label(),
    };
    (group.tone(), text)
}

/// The explanation beside the badge: what happened, and what to do.
pub fn explanation<W: Telling>(row: &PlannedRow<W>, progress: &Progress) -> (String, String) {
    if let Some(waiting) = &progress.waiting {
        return (waiting.clone(), String::new());
    }
    let told = token_core::rollout::report::tell(row, progress);
    let has_work = matches!(row.verdict, Verdict::Work(_));
    let failed = matches!(progress.end, Some(End::Failed(_)));
    let reason = if has_work && !failed { row.notes.join("; ") } else { told.reason.into_owned() };
    let remedy = match told.request_id {
        "" => told.remedy.into_owned(),
        id => format!("{} (request id {id})", told.remedy),
    };
    (reason, remedy)
}
