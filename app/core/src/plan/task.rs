//! The planned work on one token: its writes, and the state that Graph is expected to show after them.

use super::{ActionKind, TokenAction, allowed::is_held};
use crate::{
    token::{HashFunction, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// The work of one row: a sequence of writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The kind of action.
    pub kind: ActionKind,
    /// The writes, in order.
    pub steps: Vec<PlannedWrite>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWrite {
    /// The kind of write.
    pub kind: WriteKind,
    /// The token as it was when the plan was made.
    pub token: Box<Token>,
    /// The user to whom the token is to be assigned, or is assigned until then.
    pub user: Option<UserId>,
    /// The code source, as an index into the list of code sources.
    pub code_source: Option<usize>,
    /// Whether the inventory does not show the token.
    pub legacy: bool,
}

/// The kind of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteKind {
    /// Assigns the token.
    Assign,
    /// Assigns and activates the token.
    AssignAndActivate,
    /// Activates the token.
    Activate,
    /// Unassigns the token.
    Unassign,
    /// Deactivates the token.
    Deactivate,
    /// Deletes the token.
    Delete,
    /// Renames the token.
    Rename(String),
    /// Corrects the token's hash function.
    SetHash(HashFunction),
}

impl WriteKind {
    /// Whether it changes what a user can sign in with.
    pub(super) fn concerns_user(&self) -> bool {
        match self {
            Self::Assign | Self::AssignAndActivate | Self::Activate | Self::Unassign | Self::Deactivate => {
                true
            }
            Self::Delete | Self::Rename(_) | Self::SetHash(_) => false,
        }
    }

    /// The label of a finished write.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Assign => "Assigned",
            Self::AssignAndActivate => "Assigned and activated",
            Self::Activate => "Activated",
            Self::Unassign => "Unassigned",
            Self::Deactivate => "Deactivated",
            Self::Delete => "Deleted",
            Self::Rename(_) => "Renamed",
            Self::SetHash(_) => "Hash corrected",
        }
    }
}

impl Task {
    /// The tokens that the first `steps` writes change, each once, with the state that Graph is expected to show after
    /// them; they are read again after the run.
    pub fn expected(&self, steps: usize) -> Vec<(TokenId, Expected)> {
        let mut all: Vec<(TokenId, Expected)> = Vec::new();
        for step in self.steps.iter().take(steps) {
            all.retain(|(id, _)| *id != step.token.id);
            all.push((step.token.id.clone(), step.expected()));
        }
        all
    }

    /// The action that undoes it, and a hint for the person. `user` is the user to whom the token was assigned before.
    ///
    /// To restore a deleted token takes its seed; to undo a deactivation or a replacement takes a code or a person's
    /// decision: these have no undo.
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
            WriteKind::Deactivate | WriteKind::Delete | WriteKind::SetHash(_) => None,
        }
    }
}

/// The state of a token that Graph is expected to show after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// None: it is deleted, or the inventory does not show it.
    Gone,
    /// It is not assigned.
    Free,
    /// It is assigned to this user.
    Held {
        /// The user.
        user: Option<UserId>,
        /// Whether it is activated; `None` if either is expected.
        activated: Option<bool>,
    },
    /// It has this display name.
    Named(String),
    /// It has this hash function.
    Hashed(HashFunction),
}

impl Expected {
    /// Whether a lookup shows this state; if not, Graph lags and the page says that it waits.
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
            (Self::Hashed(hash), Some(token)) => token.hash == Some(*hash),
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
            WriteKind::SetHash(hash) => Expected::Hashed(*hash),
        }
    }
}
