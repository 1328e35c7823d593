//! The interfaces that the core needs from its caller: the directory, a clock and a sleeper.
//!
//! [`Directory`] has two implementations: the server's (Microsoft Graph) and the browser's, which calls the server's
//! through server functions. The rollout engine runs on either.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::Arc;
use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    audit::RunRows,
    error::ServiceError,
    otp::Code,
    seed::Seed,
    token::{HashFunction, Interval, MAX_TEXT_LEN, SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

/// Most items that one write call, or one call of [`Directory::tokens_by_serial`], [`Directory::tokens_by_id`],
/// [`Directory::tokens_of_users`] and [`Directory::directory_roles`], takes.
pub const MAX_ITEMS: usize = 100;
/// Most users that one call of [`Directory::users_by_id`] or [`Directory::users_by_upn`] takes.
pub const MAX_USERS: usize = 300;

/// Where the next page begins: an opaque value that the caller passes back unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items; may be empty even if more pages follow.
    pub items: Vec<T>,
    /// The next page, if there is one.
    pub next: Option<Cursor>,
}

/// A token to be created. No other type carries a seed from the browser to the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewToken {
    /// The serial number printed on it.
    pub serial: SerialNumber,
    /// The manufacturer.
    pub manufacturer: String,
    /// The model.
    pub model: String,
    /// Its secret key.
    #[serde(with = "crate::seed::wire")]
    pub seed: Seed,
    /// Its interval.
    pub interval: Interval,
    /// Its hash.
    pub hash: HashFunction,
}

impl NewToken {
    /// The first error in the text fields, which no type of their own validates; the server calls it on every request.
    pub fn validate(&self) -> Option<String> {
        let fits = |text: &str| {
            let length = text.trim().chars().count();
            (1..=MAX_TEXT_LEN).contains(&length) && !text.chars().any(char::is_control)
        };
        [("manufacturer", &self.manufacturer), ("model", &self.model)]
            .into_iter()
            .find(|(_, text)| !fits(text))
            .map(|(field, _)| {
                format!("the {field} of token {} is empty, too long or not plain text", self.serial)
            })
    }
}

/// A token to be assigned to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which token.
    pub token: TokenId,
    /// The user.
    pub user: UserId,
}

/// A token to be activated for a user, with a code of the token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activation {
    /// Which token.
    pub token: TokenId,
    /// Its user.
    pub user: UserId,
    /// The code.
    pub code: Code,
}

/// A new display name for a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// Which token.
    pub token: TokenId,
    /// Its new display name; empty removes the name.
    pub name: String,
}

impl Rename {
    /// The error in the name, if there is one; the server calls it on every request.
    pub fn validate(&self) -> Option<String> {
        let fits = self.name.chars().count() <= MAX_TEXT_LEN && !self.name.chars().any(char::is_control);
        (!fits).then(|| format!("the name is longer than {MAX_TEXT_LEN} characters or not plain text"))
    }
}

/// The hash function with which a token really computes its codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashCorrection {
    /// Which token.
    pub token: TokenId,
    /// Its hash function.
    pub hash: HashFunction,
}

/// One change of the tenant's tokens. In JSON it is an object whose only member is the kind: `{"delete": "<id>"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Creates a token.
    Create(NewToken),
    /// Assigns a token.
    Assign(Assignment),
    /// Assigns and activates a token in one step.
    AssignAndActivate(Activation),
    /// Activates a token that is assigned to its user.
    Activate(Activation),
    /// Unassigns a token from this user; refused as not found when it is not assigned to them.
    Unassign(Assignment),
    /// Makes an activated token unusable for its user, to whom it stays assigned.
    Deactivate(Assignment),
    /// Deletes an unassigned token from the inventory.
    Delete(TokenId),
    /// Renames an unassigned token.
    Rename(Rename),
    /// Corrects the hash function of an unassigned token.
    SetHash(HashCorrection),
}

/// The kind of a [`Change`]. The order is the priority of a run: rows nearest completion go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Delete.
    Delete,
    /// Activate.
    Activate,
    /// Assign and activate.
    AssignAndActivate,
    /// Assign.
    Assign,
    /// Rename.
    Rename,
    /// Correct the hash function.
    SetHash,
    /// Deactivate.
    Deactivate,
    /// Unassign.
    Unassign,
    /// Create.
    Create,
}

impl ChangeKind {
    /// Whether it changes the authentication methods of a person, of whom at most one write may be under way
    /// (MICROSOFT_GRAPH.md 2).
    pub fn concerns_person(self) -> bool {
        matches!(
            self,
            Self::Assign | Self::AssignAndActivate | Self::Activate | Self::Unassign | Self::Deactivate
        )
    }
}

impl Change {
    /// Its kind.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Create(_) => ChangeKind::Create,
            Self::Assign(_) => ChangeKind::Assign,
            Self::AssignAndActivate(_) => ChangeKind::AssignAndActivate,
            Self::Activate(_) => ChangeKind::Activate,
            Self::Unassign(_) => ChangeKind::Unassign,
            Self::Deactivate(_) => ChangeKind::Deactivate,
            Self::Delete(_) => ChangeKind::Delete,
            Self::Rename(_) => ChangeKind::Rename,
            Self::SetHash(_) => ChangeKind::SetHash,
        }
    }

    /// The error in the texts that no type of their own validates, if there is one; the server calls it on every request.
    pub fn validate(&self) -> Option<String> {
        match self {
            Self::Create(new) => new.validate(),
            Self::Rename(rename) => rename.validate(),
            _ => None,
        }
    }

    /// Why these changes cannot be one call, if they cannot. They are of one kind: when a call fails, that is true of all
    /// its changes, and the audit log says so. And they are for different people: of two writes for one person at the same
    /// time Microsoft may carry out one and answer both well.
    pub fn validate_call(changes: &[Self]) -> Option<String> {
        if changes.len() > MAX_ITEMS {
            return Some(format!("{} items at once, where {MAX_ITEMS} are allowed", changes.len()));
        }
        let kinds = changes.iter().zip(changes.iter().skip(1));
        if kinds.into_iter().any(|(one, next)| one.kind() != next.kind()) {
            return Some("the changes of one call must be of one kind".to_owned());
        }
        let mut users = HashSet::new();
        if changes.iter().filter_map(Self::user).any(|user| !users.insert(user)) {
            return Some("the changes of one call must be for different users".to_owned());
        }
        changes.iter().find_map(Self::validate)
    }

    /// The user whose tokens it changes; none for a change of the inventory.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::Assign(one) | Self::Unassign(one) | Self::Deactivate(one) => Some(&one.user),
            Self::AssignAndActivate(one) | Self::Activate(one) => Some(&one.user),
            Self::Create(_) | Self::Delete(_) | Self::Rename(_) | Self::SetHash(_) => None,
        }
    }

    /// Whether it sends a code, of which the server limits the number.
    pub fn has_code(&self) -> bool {
        matches!(self, Self::AssignAndActivate(_) | Self::Activate(_))
    }
}

/// The outcome of one item of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome<T> {
    /// Carried out.
    Done(T),
    /// Not carried out; the same request would be refused again.
    Refused(Refusal),
    /// Throttled, or to be retried later. It may have been carried out nevertheless: read before repeating.
    Later {
        /// Graph's `Retry-After` in milliseconds, if it sent one.
        after_ms: Option<u64>,
        /// Graph's answer.
        refusal: Refusal,
    },
    /// No answer, or an inconclusive one. It may have been carried out: read before repeating.
    Unknown(Refusal),
}

impl<T> Outcome<T> {
    /// The same outcome with another result.
    pub fn map<U>(self, result: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(done) => Outcome::Done(result(done)),
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Later { after_ms, refusal } => Outcome::Later { after_ms, refusal },
            Self::Unknown(refusal) => Outcome::Unknown(refusal),
        }
    }
}

/// The answer to a call of [`Directory::apply`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// The outcome of each change, in their order. Done is the token that a creation made, and `None` for any other change.
    pub outcomes: Vec<Outcome<Option<Token>>>,
    /// Graph's request id for each change that was carried out, in the same order; may be shorter.
    pub request_ids: Vec<Option<String>>,
    /// The writes that Graph counts for this call, repeated ones included.
    pub writes: usize,
    /// The share of its limit that the app has used, in percent, when Graph says so (`x-ms-throttle-limit-percentage`,
    /// MICROSOFT_GRAPH.md 5).
    pub limit_percentage: Option<u32>,
    /// Most tokens that the tenant creates by one write, when it has refused more; 1 when it takes no bulk creation.
    pub creation_size: Option<usize>,
}

impl Applied {
    /// Only outcomes: one write for each.
    pub fn of(outcomes: Vec<Outcome<Option<Token>>>) -> Self {
        Self { writes: outcomes.len(), outcomes, ..Self::default() }
    }
}

/// A write that Graph answered well and that no lookup shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenWrite {
    /// The kind of change.
    pub kind: ChangeKind,
    /// The token.
    pub token: TokenId,
    /// The user whom it concerned.
    pub user: Option<UserId>,
    /// The name that it gave the token.
    pub name: Option<String>,
    /// Graph's request id of the write.
    pub request_id: Option<String>,
}

/// Graph's answer to an item that it did not carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of answer.
    pub kind: RefusalKind,
    /// Graph's own message, without seeds or codes.
    pub message: String,
    /// Graph's request id.
    pub request_id: Option<String>,
}

/// The kinds of refusal that callers distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalKind {
    /// 400: the request breaks a rule. For an activation: most likely the code.
    BadRequest,
    /// 400: the token is its person's default sign-in method, which Microsoft does not remove.
    DefaultMethod,
    /// 401 or 403.
    Forbidden,
    /// 404: deleted, never there, or not yet visible.
    NotFound,
    /// 409: exists already, or was changed at the same time.
    Conflict,
    /// 429.
    Throttled,
    /// 5xx, no answer, or an answer that cannot be read.
    Unanswered,
    /// Any other status.
    Other,
}

/// The tokens with one serial number; or Graph's refusal to look this one up, which does not concern the others.
pub type SerialLookup = Result<Vec<Token>, Refusal>;

/// The token with an id, if there is one; or Graph's refusal to look this one up, which does not concern the others.
pub type IdLookup = Result<Option<Token>, Refusal>;

/// All tokens of one user; or Graph's refusal to show this user's, which does not concern the others.
pub type UserTokensLookup = Result<Vec<Token>, Refusal>;

/// Whether the tenant allows hardware OATH tokens as an authentication method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MethodPolicy {
    /// The method is on.
    Enabled,
    /// The method is off: tokens can be assigned and activated but not used.
    Disabled,
    /// The policy cannot be read, or has an unknown value.
    Unknown,
}

/// The tenant's tokens and users.
///
/// Answers to lists of items come in the order of the items. When a call as a whole fails with a [`ServiceError`], the
/// outcome of every item of a write is unknown.
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
pub trait Directory {
    /// One page of the inventory.
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError>;
    /// All tokens with each of these serials (two manufacturers may use the same), at most [`MAX_ITEMS`].
    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError>;
    /// The token with each of these ids, as the inventory shows it now, at most [`MAX_ITEMS`]. A token that was
    /// uploaded as CSV (the older way) is not in the inventory (MICROSOFT_GRAPH.md 2): [`Directory::tokens_of_users`] shows it.
    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError>;
    /// Users whose name, user principal name or mail address begins with `text`; `after` requests the next page.
    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError>;
    /// The users with these ids that exist, in any order, at most [`MAX_USERS`].
    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError>;
    /// The users with these user principal names that exist, in any order, at most [`MAX_USERS`].
    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError>;
    /// All tokens of each user, including those uploaded as CSV, at most [`MAX_ITEMS`] users. Fails if Graph refuses
    /// to show those of all of them.
    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError>;
    /// The directory roles of each user, at most [`MAX_ITEMS`] users.
    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError>;
    /// The policy of the hardware OATH method.
    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError>;
    /// Applies changes of one kind, at most [`MAX_ITEMS`]. `run` has the row of each change, for the audit log.
    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError>;
    /// Tells the audit log of writes that were answered well and that no lookup shows, at most [`MAX_ITEMS`]. `run` has the
    /// row of each.
    async fn report_unseen(&self, writes: Vec<UnseenWrite>, run: Option<RunRows>)
    -> Result<(), ServiceError>;
}

/// A directory that tasks and requests share. In the browser futures are not `Send`, and nothing shares one.
#[cfg(not(target_arch = "wasm32"))]
pub type SharedDirectory = Arc<dyn Directory + Send + Sync>;

/// The server's time.
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
}

/// Waits for a duration.
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
pub trait Sleeper {
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}
