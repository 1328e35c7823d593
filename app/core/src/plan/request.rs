//! Requests for actions on tokens, which the plan gives verdicts on.

use crate::{
    drift::OwnClock,
    issue::Issue,
    otp::Code,
    ports::NewToken,
    token::{HashFunction, Token},
    user::User,
};

/// Tokens above which a dangerous action asks for their number to be typed.
pub const TYPE_COUNT_ABOVE: usize = 10;

/// The kind of an action on a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Assign it to a user.
    Assign,
    /// Assign it to a user and activate it, in one write.
    AssignAndActivate,
    /// Activate it for its user.
    Activate,
    /// Unassign it.
    Unassign,
    /// Deactivate it; it stays assigned.
    Deactivate,
    /// Delete it from the inventory.
    Delete,
    /// Unassign it, then delete it.
    UnassignAndDelete,
    /// Set its display name.
    Rename,
    /// Correct its hash function, for which it is unassigned, and assign and activate it again.
    RepairHash,
    /// Unassign it and assign another one to the same user.
    Replace,
    /// Deactivate it and activate it with a code from its display, so that Microsoft learns how far its clock is off.
    Refresh,
}

impl ActionKind {
    /// The label of its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Assign => "Assign",
            Self::AssignAndActivate => "Assign and activate",
            Self::Activate => "Activate",
            Self::Unassign => "Unassign",
            Self::Deactivate => "Deactivate",
            Self::Delete => "Delete",
            Self::UnassignAndDelete => "Unassign and delete",
            Self::Rename => "Rename",
            Self::RepairHash => "Correct the hash",
            Self::Replace => "Replace",
            Self::Refresh => "Refresh",
        }
    }

    /// The label with what it is done to: "Unassign 3 tokens".
    pub fn label_with(self, tokens: &str) -> String {
        let of = if self == Self::RepairHash { " of" } else { "" };
        format!("{}{of} {tokens}", self.label())
    }

    /// The label of a finished action.
    pub fn done(self) -> &'static str {
        match self {
            Self::Assign => "Assigned",
            Self::AssignAndActivate => "Assigned and activated",
            Self::Activate => "Activated",
            Self::Unassign => "Unassigned",
            Self::Deactivate => "Deactivated",
            Self::Delete => "Deleted",
            Self::UnassignAndDelete => "Unassigned and deleted",
            Self::Rename => "Renamed",
            Self::RepairHash => "Hash corrected",
            Self::Replace => "Replaced",
            Self::Refresh => "Refreshed",
        }
    }

    /// Whether it takes a sign-in method or a token away.
    pub fn is_dangerous(self) -> bool {
        match self {
            Self::Unassign
            | Self::Deactivate
            | Self::Delete
            | Self::UnassignAndDelete
            | Self::RepairHash
            | Self::Replace => true,
            Self::Assign | Self::AssignAndActivate | Self::Activate | Self::Rename | Self::Refresh => false,
        }
    }

    /// Whether the number of tokens must be typed before it is done to that many.
    pub fn asks_for_count(self, tokens: usize) -> bool {
        self.is_dangerous() && tokens > TYPE_COUNT_ABOVE
    }
}

/// Where the code for an activation comes from. Holds a secret, which `Debug` hides.
#[derive(Debug, Clone)]
pub enum CodeSource {
    /// The token's seed, interval and hash, from a seed file, and its clock: the code is computed when it is sent.
    Seed(Box<NewToken>, OwnClock),
    /// A code that a person typed.
    Code(Code),
}

/// An action on one token, with its parameters. A code source is an index into the list of code sources that is passed
/// along with the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenAction {
    /// Assign it to this user.
    Assign(User),
    /// Assign it to this user and activate it with this code source.
    AssignAndActivate(User, usize),
    /// Activate it for its user with this code source.
    Activate(usize),
    /// Unassign it.
    Unassign,
    /// Deactivate it; it stays assigned.
    Deactivate,
    /// Deactivate it and activate it again for its user with this code source, which a person typed.
    Refresh(usize),
    /// Delete it.
    Delete {
        /// Unassign it first, if it is assigned.
        unassign_first: bool,
    },
    /// Set this display name; empty removes the name.
    Rename(String),
    /// Set this hash function. A token that somebody holds is unassigned before, and then assigned to them again and
    /// activated with this code source.
    RepairHash {
        /// The hash function with which the token computes.
        hash: HashFunction,
        /// The code source.
        code_source: usize,
    },
    /// Unassign it and assign another one to the same user.
    Replace {
        /// The other token.
        by: Box<Token>,
        /// The code source to activate the other token, if there is one.
        code_source: Option<usize>,
        /// Delete the old token afterwards.
        delete_old: bool,
    },
}

impl TokenAction {
    /// The kind, without the parameters.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Assign(_) => ActionKind::Assign,
            Self::AssignAndActivate(..) => ActionKind::AssignAndActivate,
            Self::Activate(_) => ActionKind::Activate,
            Self::Unassign => ActionKind::Unassign,
            Self::Deactivate => ActionKind::Deactivate,
            Self::Delete { unassign_first: false } => ActionKind::Delete,
            Self::Delete { unassign_first: true } => ActionKind::UnassignAndDelete,
            Self::Rename(_) => ActionKind::Rename,
            Self::RepairHash { .. } => ActionKind::RepairHash,
            Self::Replace { .. } => ActionKind::Replace,
            Self::Refresh(_) => ActionKind::Refresh,
        }
    }
}

/// A request for an action on one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRequest {
    /// Line in the list that was pasted or dropped, or place in the selection, from 1.
    pub line: u64,
    /// The serial as it was entered.
    pub serial: String,
    /// The user as they were entered; empty if none was.
    pub owner: String,
    /// The action on a token that was found, or why there is none.
    pub resolved: Result<ResolvedAction, Vec<Issue>>,
}

/// An action on a token that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedAction {
    /// The token as the person saw it.
    pub token: Box<Token>,
    /// Whether the inventory does not show it because it was uploaded as CSV (MICROSOFT_GRAPH.md 1.9 and 2).
    pub legacy: bool,
    /// The action.
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

    /// The same for a token that was uploaded as CSV.
    #[must_use]
    pub fn of_legacy(mut self) -> Self {
        if let Ok(resolved) = &mut self.resolved {
            resolved.legacy = true;
        }
        self
    }
}
