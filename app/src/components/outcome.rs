//! The groups into which a plan and a run fall, in colours and words.

pub use token_core::rollout::group::Group;
use token_core::rollout::{
    End, Progress,
    plan::{PlannedRow, Telling, Verdict},
};

use super::status_badge::Tone;

/// The colour of a group.
pub fn tone(group: Group) -> Tone {
    match group {
        Group::ToDo => Tone::Info,
        Group::Done => Tone::Good,
        Group::Failed => Tone::Danger,
        Group::Nothing => Tone::Neutral,
        Group::Conflict | Group::Cannot => Tone::Warning,
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
    (tone(group), text)
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
