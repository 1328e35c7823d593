//! Labels of the audit page: actors, actions of a run, outcomes.

use std::collections::BTreeSet;

use token_core::audit::{Actor, ActorKind, AuditAction, EntryStatus, PersonRef, RunSummary, TokenRef};

use crate::{
    components::{
        audit_labels::{actor_name, kind_label, tone},
        status_badge::Tone,
    },
    format::grouped,
};

/// More about an actor: user principal name, kind and role.
pub fn actor_details(actor: &Actor, role: &str) -> String {
    let name = actor_name(actor);
    let upn = Some(actor.upn.as_str()).filter(|upn| !upn.is_empty() && *upn != name);
    let part = actor_role(actor, role);
    upn.into_iter().chain(Some(part.as_str()).filter(|part| !part.is_empty())).collect::<Vec<_>>().join(" · ")
}

/// The kind and role of an actor.
pub fn actor_role(actor: &Actor, role: &str) -> String {
    let name = actor_name(actor);
    let is_news = |text: &&str| !text.is_empty() && !text.eq_ignore_ascii_case(&name);
    match actor.kind {
        ActorKind::Program => kind_label(actor.kind).to_owned(),
        ActorKind::Person => role.to_owned(),
        kind => {
            let role = Some(role).filter(|role| !role.eq_ignore_ascii_case(kind_label(kind)));
            [Some(kind_label(kind)), role]
                .into_iter()
                .flatten()
                .filter(is_news)
                .collect::<Vec<_>>()
                .join(" · ")
        }
    }
}

/// The value for the filter by actor.
pub fn actor_key(actor: &Actor) -> String {
    [&actor.upn, &actor.id, &actor.name]
        .into_iter()
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_default()
}

/// A token's label, and the value for the filter by token.
pub fn token_names(token: &TokenRef) -> Option<(String, String)> {
    if let Some(serial) = &token.serial {
        return Some((serial.clone(), serial.clone()));
    }
    let id = token.id.clone()?;
    Some((format!("id {id}"), id))
}

/// A person's label, their user principal name, and the value for the filter by person.
pub fn person_names(person: &PersonRef) -> Option<(String, String, String)> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (name, upn, id) = (given(&person.name), given(&person.upn), given(&person.id));
    let key = upn.clone().or_else(|| id.clone()).or_else(|| name.clone())?;
    let more = if name.is_some() { upn.clone() } else { None };
    let main = name.or(upn).or_else(|| id.map(|id| format!("id {id}")))?;
    Some((main, more.unwrap_or_default(), key))
}

/// The actions of a run, in the order of a token's life cycle: "Create token, Assign and activate".
pub fn run_actions(run: &RunSummary) -> String {
    let actions: BTreeSet<AuditAction> = run.counts.iter().map(|count| count.action).collect();
    let labels: Vec<&str> = actions.into_iter().map(AuditAction::label).collect();
    if labels.is_empty() { "nothing yet".to_owned() } else { labels.join(", ") }
}

/// The number of operations of a run: "1 operation", "2,500 operations".
pub fn operations(run: &RunSummary) -> String {
    match run.operations() {
        1 => "1 operation".to_owned(),
        count => format!("{} operations", grouped_u64(count)),
    }
}

/// "1 entry", "2,500 entries".
pub fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped_u64(count)) }
}

fn grouped_u64(count: u64) -> String {
    grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The outcomes that occur in a run, counted: "40 done".
pub fn status_counts(run: &RunSummary) -> Vec<(Tone, String)> {
    let counts = EntryStatus::ALL.into_iter().map(|ending| (ending, run.of(ending)));
    counts
        .filter(|(_, count)| *count > 0)
        .map(|(ending, count)| (tone(ending), format!("{} {}", grouped_u64(count), status_word(ending))))
        .collect()
}

/// The word for an outcome in a count.
const fn status_word(ending: EntryStatus) -> &'static str {
    match ending {
        EntryStatus::Done => "done",
        EntryStatus::Refused => "refused",
        EntryStatus::NotDone => "not done",
        EntryStatus::Unknown => "unknown",
        EntryStatus::Open => "under way",
    }
}

/// What an unknown or open outcome means, and what to do.
pub fn unknown_outcome_text(ending: EntryStatus) -> Option<&'static str> {
    match ending {
        EntryStatus::Unknown => Some(
            "Microsoft was asked, and its answer did not come: the connection broke, or the program ended. It may have been carried out or not. Look at the token or the user in the inventory: what stands there is what Microsoft has. What was not carried out can be done once more.",
        ),
        EntryStatus::Open => Some(
            "Microsoft has been asked and has not answered yet. As soon as it does, the outcome takes the place of this entry.",
        ),
        EntryStatus::Done | EntryStatus::Refused | EntryStatus::NotDone => None,
    }
}

#[cfg(test)]
mod tests {
    use token_core::audit::{RunCount, RunId};

    use super::*;

    #[test]
    fn an_actor_always_has_a_label_and_nothing_is_repeated() {
        let mut actor = Actor::named(ActorKind::Person, "Ann");
        actor.upn = "ann@x.example".to_owned();
        assert_eq!(actor_details(&actor, "administrator"), "ann@x.example · administrator");
        actor.name.clear();
        assert_eq!(actor_name(&actor), "ann@x.example");
        assert_eq!(actor_details(&actor, "administrator"), "administrator");
        let nobody = Actor::named(ActorKind::Anonymous, "");
        assert_eq!(actor_name(&nobody), "not signed in");
        assert_eq!(actor_details(&Actor::named(ActorKind::Anonymous, "x"), "Not signed in"), "not signed in");
        assert_eq!(
            actor_details(&Actor::named(ActorKind::LocalOperator, "Local operator"), "administrator"),
            "administrator"
        );
        assert_eq!(actor_details(&Actor::program(), "program"), "the program itself");
    }

    #[test]
    fn a_token_without_a_serial_is_labelled_by_its_id() {
        let token = TokenRef { id: Some("1-2".to_owned()), serial: None };
        assert_eq!(token_names(&token), Some(("id 1-2".to_owned(), "1-2".to_owned())));
        assert_eq!(token_names(&TokenRef::default()), None);
    }

    #[test]
    fn a_person_without_a_name_is_labelled_by_their_upn() {
        let person =
            PersonRef { id: Some("7".to_owned()), upn: Some("a@x".to_owned()), name: Some(" ".to_owned()) };
        assert_eq!(person_names(&person), Some(("a@x".to_owned(), String::new(), "a@x".to_owned())));
    }

    #[test]
    fn a_run_is_described_by_its_actions_and_outcomes() {
        let count = |action, result, count| RunCount { action, result, count };
        let run = RunSummary {
            id: RunId::from_random(1),
            first: 1,
            last: 9,
            began_ms: 0,
            ended_ms: 1,
            actor: Actor::program(),
            counts: vec![
                count(AuditAction::AssignAndActivate, EntryStatus::Done, 1_199),
                count(AuditAction::Create, EntryStatus::Done, 1_200),
                count(AuditAction::AssignAndActivate, EntryStatus::Refused, 1),
            ],
        };
        assert_eq!(run_actions(&run), "Create token, Assign and activate");
        assert_eq!(operations(&run), "2,400 operations");
        let texts: Vec<String> = status_counts(&run).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["2,399 done", "1 refused"]);
    }
}
