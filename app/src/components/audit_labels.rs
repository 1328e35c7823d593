//! Labels of audit log entries: their actor, and the colour of their outcome.

use token_core::audit::{Actor, ActorKind, EntryStatus};

use super::status_badge::Tone;

/// The name of an actor.
pub fn actor_name(actor: &Actor) -> String {
    let named = [&actor.name, &actor.upn, &actor.id].into_iter().find(|text| !text.trim().is_empty());
    named.cloned().unwrap_or_else(|| kind_label(actor.kind).to_owned())
}

/// The label of a kind of actor.
pub fn kind_label(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "signed-in user",
        ActorKind::LocalOperator => "local operator",
        ActorKind::Practice => "visitor of the practice tenant",
        ActorKind::Anonymous => "not signed in",
        ActorKind::Program => "the program itself",
    }
}

/// The colour of an outcome.
pub fn tone(ending: EntryStatus) -> Tone {
    match ending {
        EntryStatus::Done => Tone::Good,
        EntryStatus::Refused => Tone::Danger,
        EntryStatus::NotDone => Tone::Neutral,
        EntryStatus::Unknown => Tone::Warning,
        EntryStatus::Open => Tone::Info,
    }
}
