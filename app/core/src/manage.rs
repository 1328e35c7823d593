//! What is done with tokens after the import: to one or to a thousand, from the inventory.
//!
//! An [`ActionRequest`] says what is wanted of one token. [`plan::plan`] gives each a verdict, in the words of the import's plan;
//! [`crate::rollout::engine::Rollout::of_tasks`] carries the work out, by the rules of the import. [`allowed`] tells
//! beforehand whether a token lets it be done, for a button that must say why it is off.

mod allowed;
pub mod assignment_csv;
pub mod drift;
pub mod export;
pub mod person;
pub mod plan;
pub mod seeds;
pub mod selection;
pub(crate) mod serials;
mod task;

pub use self::{
    allowed::{allowed, can_receive},
    task::{Expected, PlannedWrite, Task, WriteKind},
};
use crate::{otp::Code, ports::NewToken, rollout::plan::PlanIssue, token::Token, user::User};

/// Tokens above which a dangerous action asks for their number to be typed.
pub const TYPE_COUNT_ABOVE: usize = 10;

/// A thing that can be done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Hand it to a user.
    Assign,
    /// Hand it to a user and activate it, in one write.
    AssignAndActivate,
    /// Activate it for its user.
    Activate,
    /// Take it from its user.
    Unassign,
    /// As [`ActionKind::Unassign`], said of a token that was handed back.
    ReturnToStock,
    /// Make it unusable for its user, who keeps it.
    Deactivate,
    /// Delete it from the inventory.
    Delete,
    /// Take it from its user, then delete it.
    UnassignAndDelete,
    /// Give it a display name.
    Rename,
    /// Take it from its user and give them another.
    Replace,
}

impl ActionKind {
    /// What the button says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Assign => "Assign",
            Self::AssignAndActivate => "Assign and activate",
            Self::Activate => "Activate",
            Self::Unassign => "Unassign",
            Self::ReturnToStock => "Return to stock",
            Self::Deactivate => "Deactivate",
            Self::Delete => "Delete",
            Self::UnassignAndDelete => "Unassign and delete",
            Self::Rename => "Rename",
            Self::Replace => "Replace",
        }
    }

    /// What has been done.
    pub fn done(self) -> &'static str {
        match self {
            Self::Assign => "Assigned",
            Self::AssignAndActivate => "Assigned and activated",
            Self::Activate => "Activated",
            Self::Unassign => "Unassigned",
            Self::ReturnToStock => "Returned to stock",
            Self::Deactivate => "Deactivated",
            Self::Delete => "Deleted",
            Self::UnassignAndDelete => "Unassigned and deleted",
            Self::Rename => "Renamed",
            Self::Replace => "Replaced",
        }
    }

    /// Whether people lose something by it.
    pub fn is_dangerous(self) -> bool {
        match self {
            Self::Unassign
            | Self::ReturnToStock
            | Self::Deactivate
            | Self::Delete
            | Self::UnassignAndDelete
            | Self::Replace => true,
            Self::Assign | Self::AssignAndActivate | Self::Activate | Self::Rename => false,
        }
    }

    /// Whether the number of tokens is to be typed before it is done to so many.
    pub fn asks_for_count(self, tokens: usize) -> bool {
        self.is_dangerous() && tokens > TYPE_COUNT_ABOVE
    }
}

/// What proves that a token is at hand. Holds a secret: `Debug` hides it.
#[derive(Debug, Clone)]
pub enum CodeSource {
    /// Its seed, interval and hash, from a seed file: the code is made when it is sent.
    Seed(Box<NewToken>),
    /// A code that a person read from it.
    Code(Code),
}

/// What is to be done with one token, and what it takes. A proof is named by its place in the list of proofs that goes
/// with the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenAction {
    /// Hand it to this user.
    Assign(User),
    /// Hand it to this user and activate it with this proof.
    AssignAndActivate(User, usize),
    /// Activate it with this proof for the user who holds it.
    Activate(usize),
    /// Take it from its user.
    Unassign,
    /// As [`TokenAction::Unassign`], of a token that was handed back.
    ReturnToStock,
    /// Make it unusable for its user, who keeps it.
    Deactivate,
    /// Delete it.
    Delete {
        /// Take it from its user first, if it has one.
        unassign_first: bool,
    },
    /// Give it this display name; empty takes the name away.
    Rename(String),
    /// Take it from its user and give them another.
    Replace {
        /// The other token.
        by: Box<Token>,
        /// The proof by which the other is activated, if it is at hand.
        code_source: Option<usize>,
        /// Delete the old token in the end.
        delete_old: bool,
    },
}

impl TokenAction {
    /// What is done, without what it takes.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Assign(_) => ActionKind::Assign,
            Self::AssignAndActivate(..) => ActionKind::AssignAndActivate,
            Self::Activate(_) => ActionKind::Activate,
            Self::Unassign => ActionKind::Unassign,
            Self::ReturnToStock => ActionKind::ReturnToStock,
            Self::Deactivate => ActionKind::Deactivate,
            Self::Delete { unassign_first: false } => ActionKind::Delete,
            Self::Delete { unassign_first: true } => ActionKind::UnassignAndDelete,
            Self::Rename(_) => ActionKind::Rename,
            Self::Replace { .. } => ActionKind::Replace,
        }
    }
}

/// What is wanted of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRequest {
    /// Line in the list that was pasted or dropped, or place in the selection, from 1.
    pub line: u64,
    /// The serial as it was given.
    pub serial: String,
    /// The user as they were given; empty when none was.
    pub owner: String,
    /// What is wanted, or what stands in the way of knowing it.
    pub resolved: Result<ResolvedAction, Vec<PlanIssue>>,
}

/// A token, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedAction {
    /// The token as the person saw it.
    pub token: Box<Token>,
    /// Whether the inventory hides it: uploaded the older CSV way (FACTS sections 1.9 and 2).
    pub legacy: bool,
    /// What is wanted.
    pub action: TokenAction,
}

impl ActionRequest {
    /// The same action for each of these tokens, in their order.
    pub fn all<'a>(tokens: impl IntoIterator<Item = &'a Token>, action: &TokenAction) -> Vec<Self> {
        tokens.into_iter().zip(1..).map(|(token, line)| Self::one(line, token, action.clone())).collect()
    }

    /// One action for one token.
    pub fn one(line: u64, token: &Token, action: TokenAction) -> Self {
        let owner = match &action {
            TokenAction::Assign(user) | TokenAction::AssignAndActivate(user, _) => user.upn.clone(),
            _ => String::new(),
        };
        let resolved = ResolvedAction { token: Box::new(token.clone()), legacy: false, action };
        Self { line, serial: token.serial.to_string(), owner, resolved: Ok(resolved) }
    }

    /// The same of a token that the inventory hides.
    #[must_use]
    pub fn of_legacy(mut self) -> Self {
        if let Ok(resolved) = &mut self.resolved {
            resolved.legacy = true;
        }
        self
    }
}
