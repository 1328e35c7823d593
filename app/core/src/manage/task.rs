//! The work that the plan makes of an ask: steps, and what Graph is to show after them.

use super::{ActionKind, TokenAction, allowed::is_held};
use crate::{
    rollout::{Progress, plan::Describe},
    token::{Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// The work on one row: one write after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is done.
    pub kind: ActionKind,
    /// How, in order.
    pub steps: Vec<PlannedWrite>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWrite {
    /// What is written.
    pub kind: WriteKind,
    /// The token as the plan saw it.
    pub token: Box<Token>,
    /// Who is to have it, or has it until then.
    pub user: Option<UserId>,
    /// The proof, by its place in the list of proofs.
    pub code_source: Option<usize>,
    /// Whether the inventory hides the token.
    pub legacy: bool,
}

/// What one write does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteKind {
    /// Hands the token to its user.
    Assign,
    /// Hands the token to its user and activates it.
    AssignAndActivate,
    /// Activates the token for its user.
    Activate,
    /// Takes the token from its user.
    Unassign,
    /// Makes the token unusable for its user.
    Deactivate,
    /// Deletes the token.
    Delete,
    /// Names the token.
    Rename(String),
}

impl WriteKind {
    /// What has been done.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Assign => "Assigned",
            Self::AssignAndActivate => "Assigned and activated",
            Self::Activate => "Activated",
            Self::Unassign => "Unassigned",
            Self::Deactivate => "Deactivated",
            Self::Delete => "Deleted",
            Self::Rename(_) => "Renamed",
        }
    }
}

impl Task {
    /// The tokens that it changes, each once, with what Graph is to show when so many steps are done: to be read back
    /// after the run.
    pub fn expected(&self, steps: usize) -> Vec<(TokenId, Expected)> {
        let mut all: Vec<(TokenId, Expected)> = Vec::new();
        for step in self.steps.iter().take(steps) {
            all.retain(|(id, _)| *id != step.token.id);
            all.push((step.token.id.clone(), step.expected()));
        }
        all
    }

    /// What takes it back, and what the person should know before. `user` is who held the token before.
    ///
    /// A deleted token needs its seed to come back, and one that was deactivated or replaced a code or a person's
    /// judgement: these have no undo.
    pub fn undo(&self, user: Option<&User>) -> Option<(TokenAction, Option<&'static str>)> {
        let [step] = self.steps.as_slice() else { return None };
        let was_activated = step.token.status == TokenStatus::Activated;
        match step.kind {
            WriteKind::Assign | WriteKind::AssignAndActivate => Some((TokenAction::Unassign, None)),
            WriteKind::Activate => Some((TokenAction::Deactivate, None)),
            WriteKind::Unassign if step.legacy => None,
            WriteKind::Unassign => {
                let user = user.filter(|user| Some(&user.id) == step.user.as_ref())?;
                let hint = was_activated.then_some(
                    "It is assigned again, but must be activated again too: have a code from the token at hand.",
                );
                Some((TokenAction::Assign(user.clone()), hint))
            }
            WriteKind::Rename(_) => {
                Some((TokenAction::Rename(step.token.name.clone().unwrap_or_default()), None))
            }
            WriteKind::Deactivate | WriteKind::Delete => None,
        }
    }
}

/// What Graph is to show of a token in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: it is deleted, or the inventory hides it.
    Gone,
    /// Nobody holds it.
    Free,
    /// This user holds it.
    Held {
        /// Who.
        user: Option<UserId>,
        /// Whether they can use it; `None` when either will do.
        activated: Option<bool>,
    },
    /// It has this display name.
    Named(String),
}

impl Expected {
    /// Whether a reading shows it; if not, Graph lags and the page says that it waits.
    pub fn is_shown_by(&self, seen: Option<&Token>) -> bool {
        match (self, seen) {
            (Self::Gone, seen) => seen.is_none(),
            (_, None) => false,
            (Self::Free, Some(token)) => !is_held(token),
            (Self::Held { user, activated }, Some(token)) => {
                token.assigned_to.as_ref().map(|assigned_to| &assigned_to.id) == user.as_ref()
                    && activated.is_none_or(|activated| activated == (token.status == TokenStatus::Activated))
            }
            (Self::Named(name), Some(token)) => token.name.as_deref().unwrap_or_default() == name,
        }
    }
}

impl PlannedWrite {
    fn expected(&self) -> Expected {
        let held = |activated| Expected::Held { user: self.user.clone(), activated };
        match &self.kind {
            WriteKind::Delete => Expected::Gone,
            WriteKind::Unassign if self.legacy => Expected::Gone,
            WriteKind::Unassign => Expected::Free,
            WriteKind::Assign => held(None),
            WriteKind::AssignAndActivate | WriteKind::Activate => held(Some(true)),
            WriteKind::Deactivate => held(Some(false)),
            WriteKind::Rename(name) => Expected::Named(name.clone()),
        }
    }
}

impl Describe for Task {
    fn label(&self) -> &'static str {
        self.kind.label()
    }

    fn done_label(&self, progress: &Progress) -> Option<&'static str> {
        if progress.steps >= self.steps.len() {
            return Some(self.kind.done());
        }
        let last = progress.steps.checked_sub(1).and_then(|index| self.steps.get(index))?;
        Some(last.kind.done())
    }
}
