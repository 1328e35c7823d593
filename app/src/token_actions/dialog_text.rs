//! The texts of the dialog: the question, its consequences, and the result.

use std::fmt;

use leptos::prelude::*;
use token_core::{
    plan::{ActionKind, ActionRequest, TaskRow, TokenAction, Verdict, WriteKind},
    run::{End, Progress, engine::RunResult, report},
    token::{Token, TokenStatus},
    user::User,
};

use crate::{components::run_progress::run_summary, format::tokens, state::token_actions::TokenActions};

/// A sentence whose names may run from right to left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sentence(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Plain(&'static str),
    Name(String),
}

impl Sentence {
    fn text(mut self, text: &'static str) -> Self {
        self.0.push(Segment::Plain(text));
        self
    }

    fn name(mut self, name: &str) -> Self {
        self.0.push(Segment::Name(name.to_owned()));
        self
    }

    /// A name, followed in brackets by what distinguishes it from others of that name.
    fn name_with_detail(self, name: &str, more: &str) -> Self {
        match (name.trim(), more.trim()) {
            ("", more) => self.name(more),
            (name, "") => self.name(name),
            (name, more) => self.name(name).text(" (").name(more).text(")"),
        }
    }

    /// "token 123 (Feitian c200)".
    fn token(self, token: &Token) -> Self {
        let model = format!("{} {}", token.manufacturer.trim(), token.model.trim());
        self.text("token ").name_with_detail(token.serial.as_str(), &model)
    }

    fn user(self, user: &User) -> Self {
        self.name_with_detail(&user.name, &user.upn)
    }

    /// The user whom the plan names.
    fn owner(self, row: &TaskRow) -> Self {
        match (row.owner_name.trim(), row.owner.trim()) {
            ("", "") => self.text("its user"),
            (name, upn) => self.name_with_detail(name, upn),
        }
    }

    /// The sentence as a view.
    pub fn view(self) -> AnyView {
        let segment = |segment| match segment {
            Segment::Plain(text) => text.into_any(),
            Segment::Name(name) => view! { <bdi>{name}</bdi> }.into_any(),
        };
        self.0.into_iter().map(segment).collect_view().into_any()
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Plain(text) => f.write_str(text),
            Segment::Name(name) => f.write_str(name),
        })
    }
}

/// The question about one token; its name alone when the plan has nothing to do.
pub(super) fn question(request: &ActionRequest, row: &TaskRow) -> Sentence {
    let new = Sentence::default;
    let Ok(resolved) = &request.resolved else { return new().text("Token ").name(&request.serial) };
    let token = &resolved.token;
    let Verdict::Work(task) = &row.verdict else {
        let model = format!("{} {}", token.manufacturer.trim(), token.model.trim());
        return new().text("Token ").name_with_detail(token.serial.as_str(), &model);
    };
    match &resolved.action {
        TokenAction::Assign(user) => new().text("Assign ").token(token).text(" to ").user(user).text("?"),
        TokenAction::AssignAndActivate(user, _) => {
            new().text("Assign ").token(token).text(" to ").user(user).text(" and activate it?")
        }
        TokenAction::Activate(_) => new().text("Activate ").token(token).text(" for ").owner(row).text("?"),
        TokenAction::Refresh(_) => new().text("Refresh ").token(token).text(" of ").owner(row).text("?"),
        TokenAction::Unassign => new().text("Unassign ").token(token).text(" from ").owner(row).text("?"),
        TokenAction::Deactivate => new().text("Deactivate ").token(token).text(" of ").owner(row).text("?"),
        TokenAction::Delete { .. } if task.kind == ActionKind::UnassignAndDelete => {
            new().text("Unassign ").token(token).text(" from ").owner(row).text(" and delete it?")
        }
        TokenAction::Delete { .. } => new().text("Delete ").token(token).text(" from the inventory?"),
        TokenAction::Rename(name) if name.trim().is_empty() => {
            new().text("Take the name away from ").token(token).text("?")
        }
        TokenAction::RepairHash { .. } => {
            let sentence = new().text("Correct the hash of ").token(token);
            match task.steps.len() {
                1 => sentence.text("?"),
                _ => sentence.text(", and activate it again for ").owner(row).text("?"),
            }
        }
        TokenAction::Rename(name) => new().text("Name ").token(token).text(" “").name(name.trim()).text("”?"),
        TokenAction::Replace { by, delete_old, .. } => {
            let sentence = new().text("Replace ").token(token).text(" of ").owner(row).text(" by ").token(by);
            sentence.text(if *delete_old { ", and delete the old one?" } else { "?" })
        }
    }
}

/// The consequences of the plan, for one token or many, including what cannot be undone.
pub(super) fn consequences(plan: &[TaskRow]) -> Vec<&'static str> {
    let mut effects = Vec::new();
    let one = plan.len() == 1;
    for row in plan {
        let Verdict::Work(task) = &row.verdict else { continue };
        let is_deleted = task.steps.iter().any(|step| step.kind == WriteKind::Delete);
        for step in &task.steps {
            let was_used = step.token.status == TokenStatus::Activated;
            let lines = match (task.kind, &step.kind) {
                (
                    ActionKind::Replace,
                    WriteKind::Unassign | WriteKind::Assign | WriteKind::AssignAndActivate,
                ) => effects_of_replacing(&step.kind, one),
                (ActionKind::Refresh, kind) => effects_of_refreshing(kind),
                (ActionKind::RepairHash, kind) => effects_of_repairing(kind, one),
                (_, WriteKind::Unassign) if !was_used => &[],
                (_, kind) => effects_of(kind, one),
            };
            // The lines after the first are about undo, which a deletion rules out.
            let lines = lines.iter().take(if is_deleted { 1 } else { lines.len() });
            for line in lines {
                if !effects.contains(line) {
                    effects.push(*line);
                }
            }
        }
    }
    effects
}

/// The old token and the new one are told apart, or what happens to the one contradicted what happens to the other.
fn effects_of_replacing(kind: &WriteKind, one: bool) -> &'static [&'static str] {
    match (kind, one) {
        (WriteKind::Unassign, true) => &["They can't sign in with the old token any more."],
        (WriteKind::Unassign, false) => &["Their users can't sign in with the old tokens any more."],
        (WriteKind::AssignAndActivate, true) => &["They can sign in with the new one from then on."],
        (WriteKind::AssignAndActivate, false) => &["Their users can sign in with the new ones from then on."],
        (_, true) => &[
            "They can sign in with the new one once it is activated with a code from it, or its secret key.",
        ],
        (_, false) => &[
            "Their users can sign in with the new ones once they are activated with codes from them, or their secret keys.",
        ],
    }
}

fn effects_of_refreshing(kind: &WriteKind) -> &'static [&'static str] {
    match kind {
        WriteKind::Deactivate => &[
            "It is deactivated and activated again: Microsoft learns how far its clock is off, and accepts its codes.",
        ],
        _ => &["If Microsoft refuses the code, the token stays deactivated until its next code is typed."],
    }
}

fn effects_of_repairing(kind: &WriteKind, one: bool) -> &'static [&'static str] {
    match (kind, one) {
        (WriteKind::Unassign, true) => &[
            "It is unassigned, corrected, and activated again for the same user with a code from its secret key.",
            "Until then, for some seconds, the user can't sign in with it.",
        ],
        (WriteKind::Unassign, false) => &[
            "Those that somebody holds are unassigned, corrected, and activated again for the same users with codes from their secret keys.",
            "Until then, for some seconds each, these users can't sign in with them.",
        ],
        _ => &[],
    }
}

fn effects_of(kind: &WriteKind, one: bool) -> &'static [&'static str] {
    match (kind, one) {
        (WriteKind::Unassign, true) => &[
            "The user can't sign in with it any more.",
            "You can undo this right after, but activating it again will need a code from the token, or its secret key.",
        ],
        (WriteKind::Unassign, false) => &[
            "Their users can't sign in with them any more.",
            "You can undo this right after, but activating them again will need their codes or secret keys.",
        ],
        (WriteKind::Rename(_) | WriteKind::SetHash(_), _) => &[],
        (WriteKind::Assign, true) => {
            &["They can sign in with it once it is activated with a code from it, or its secret key."]
        }
        (WriteKind::Assign, false) => {
            &["Their users can sign in with them once they are activated with their codes or secret keys."]
        }
        (WriteKind::AssignAndActivate | WriteKind::Activate, true) => {
            &["They can sign in with it from then on."]
        }
        (WriteKind::AssignAndActivate | WriteKind::Activate, false) => {
            &["Their users can sign in with them from then on."]
        }
        (WriteKind::Deactivate, true) => &[
            "The user keeps it and can't sign in with it any more.",
            "This has no undo: activating it again will need a code from the token, or its secret key.",
        ],
        (WriteKind::Deactivate, false) => &[
            "Their users keep them and can't sign in with them any more.",
            "This has no undo: activating them again will need their codes or secret keys.",
        ],
        (WriteKind::Delete, true) => &[
            "This can't be undone: Microsoft does not give the secret key back. To use the token again, import it from its seed file.",
        ],
        (WriteKind::Delete, false) => &[
            "This can't be undone: Microsoft does not give secret keys back. To use the tokens again, import them from their seed files.",
        ],
    }
}

/// The action that all rows of the plan share, if any, and how many rows have something to do.
pub(super) fn common_action(plan: &[TaskRow]) -> (Option<ActionKind>, usize) {
    let kinds = plan.iter().filter_map(|row| match &row.verdict {
        Verdict::Work(task) => Some(task.kind),
        _ => None,
    });
    let kinds: Vec<ActionKind> = kinds.collect();
    let is = |all: &[ActionKind]| kinds.iter().all(|kind| all.contains(kind));
    let kind = match kinds.first() {
        Some(first) if is(&[*first]) => Some(*first),
        Some(_) if is(&[ActionKind::Delete, ActionKind::UnassignAndDelete]) => {
            Some(ActionKind::UnassignAndDelete)
        }
        _ => None,
    };
    (kind, kinds.len())
}

/// The label of the button for many tokens: "Unassign 912 tokens".
pub(super) fn button_label(plan: &[TaskRow]) -> String {
    match common_action(plan) {
        (_, 0) => "Nothing to do".to_owned(),
        (Some(kind), count) => kind.label_with(&tokens(count)),
        (None, count) => format!("Change {}", tokens(count)),
    }
}

/// The outcome for one token: a heading, the reason, and the remedy.
pub(super) fn outcome(row: &TaskRow, progress: &Progress) -> (String, String, String) {
    let report = report::row_report(row, progress);
    let remedy = match report.request_id {
        "" => report.remedy.into_owned(),
        id => format!("{} (request id {id})", report.remedy),
    };
    let heading = match (&row.verdict, &progress.end) {
        (Verdict::Work(task), Some(End::Failed(_))) => format!("{}: failed", task.kind.label()),
        (Verdict::Nothing(_) | Verdict::Repeats(_), _) => "Nothing to do".to_owned(),
        _ => report.outcome.to_owned(),
    };
    (heading, report.reason.into_owned(), remedy)
}

/// Why the only row of the plan failed, and what to do.
pub(super) fn failure(actions: TokenActions) -> String {
    let plan = actions.run.plan.get_untracked();
    let progress = actions.run.progress.with_value(|all| all.first().cloned()).unwrap_or_default();
    let Some(row) = plan.first() else { return String::new() };
    let (_, reason, remedy) = outcome(row, &progress);
    format!("{}. {remedy}", reason.trim_end_matches('.'))
}

/// What was done, as a sentence: "Token 123 assigned to Anna Berg", "3 tokens unassigned"; `None` for a plan of several
/// kinds of work.
pub(super) fn done_sentence(plan: &[TaskRow]) -> Option<String> {
    let (kind, count) = common_action(plan);
    let what = match plan {
        [row] => format!("Token {}", row.serial),
        _ => tokens(count),
    };
    let (done, link) = match kind? {
        ActionKind::Assign => ("assigned", "to"),
        ActionKind::AssignAndActivate => ("assigned and activated", "for"),
        ActionKind::Activate => ("activated", "for"),
        ActionKind::Refresh => ("refreshed", "of"),
        ActionKind::Unassign => ("unassigned", "from"),
        ActionKind::Deactivate => ("deactivated", "of"),
        ActionKind::Rename => ("renamed", ""),
        ActionKind::RepairHash => ("corrected", ""),
        ActionKind::Replace => ("replaced", "for"),
        ActionKind::UnassignAndDelete => ("unassigned and deleted", ""),
        ActionKind::Delete => ("deleted", ""),
    };
    let owner = |row: &TaskRow| {
        let name = if row.owner_name.trim().is_empty() { &row.owner } else { &row.owner_name };
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    };
    let first = plan.first().and_then(owner);
    let whom =
        first.filter(|first| !link.is_empty() && plan.iter().all(|row| owner(row).as_ref() == Some(first)));
    Some(whom.map_or_else(|| format!("{what} {done}"), |whom| format!("{what} {done} {link} {whom}")))
}

/// The result of the run as a sentence for the announcer.
pub(super) fn result(actions: TokenActions, ended: &RunResult) -> String {
    let plan = actions.run.plan.get_untracked();
    let progress = actions.run.progress.with_value(|all| all.first().cloned());
    match (plan.as_slice(), progress) {
        ([row], Some(progress)) => {
            let (heading, reason, remedy) = outcome(row, &progress);
            let text = format!("Token {}: {heading}. {reason} {remedy}", row.serial);
            text.trim().to_owned()
        }
        _ => summary(actions, ended),
    }
}

/// The result of the run over many tokens.
fn summary(actions: TokenActions, ended: &RunResult) -> String {
    let (totals, impossible) = untrack(|| (actions.run.totals(), actions.run.impossible()));
    match ended {
        RunResult::FirstEnded => format!("{}. {} left", actions.run.tried(), tokens(totals.left)),
        _ => run_summary(totals, impossible),
    }
}

#[cfg(test)]
mod tests;
