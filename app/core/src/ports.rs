//! What the core needs of the world: the directory, a clock and a pause.
//!
//! [`Directory`] has two implementations: the server's (Microsoft Graph) and the browser's, which calls the server's
//! through server functions. The rollout engine runs on either.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    error::ServiceError,
    otp::Code,
    seed::Seed,
    token::{HashFunction, Interval, MAX_TEXT_LEN, SerialNumber, Token, TokenId},
    user::{User, UserId},
};

/// Most items that one call of a write, or of [`Directory::tokens_by_serial`], [`Directory::tokens_by_id`] and
/// [`Directory::tokens_of_users`], takes.
pub const MAX_ITEMS: usize = 100;
/// Most users that one call of [`Directory::users_by_id`] or [`Directory::users_by_upn`] takes.
pub const MAX_USERS: usize = 300;

/// Where the next page begins: opaque, only ever handed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items; may be empty although more pages follow.
    pub items: Vec<T>,
    /// The next page, if there is one.
    pub next: Option<Cursor>,
}

/// A token to be created: the one type in which a seed crosses from the browser to the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewToken {
    /// What is printed on it.
    pub serial: SerialNumber,
    /// The maker.
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
    /// What is wrong with the texts that no type of their own checks; for the server, which trusts no browser.
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

/// A token to be handed to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which token.
    pub token: TokenId,
    /// To whom.
    pub user: UserId,
}

/// A token to be activated for a user, with the code that proves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activation {
    /// Which token.
    pub token: TokenId,
    /// Whose.
    pub user: UserId,
    /// The code.
    pub code: Code,
}

/// A token to be given a display name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// Which token.
    pub token: TokenId,
    /// Its new display name; empty takes the name away.
    pub name: String,
}

impl Rename {
    /// What is wrong with the name; for the server, which trusts no browser.
    pub fn validate(&self) -> Option<String> {
        let fits = self.name.chars().count() <= MAX_TEXT_LEN && !self.name.chars().any(char::is_control);
        (!fits).then(|| format!("the name is longer than {MAX_TEXT_LEN} characters or not plain text"))
    }
}

/// What became of one item of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome<T> {
    /// Carried out.
    Done(T),
    /// Not carried out; the same request would be refused again.
    Refused(Refusal),
    /// Throttled, or told to come back later. It may have been carried out all the same: read before repeating.
    Later {
        /// The pause that Graph asked for, in milliseconds, if it said.
        after_ms: Option<u64>,
        /// Graph's answer.
        refusal: Refusal,
    },
    /// No answer, or one that does not tell. It may have been carried out: read before repeating.
    Unknown(Refusal),
}

/// Graph's answer to one item, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of answer.
    pub kind: RefusalKind,
    /// Graph's own message, without seeds or codes.
    pub message: String,
    /// Graph's request id.
    pub request_id: Option<String>,
}

/// The kinds of refusal that are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalKind {
    /// 400: the request breaks a rule. For an activation: most likely the code.
    BadRequest,
    /// 401 or 403.
    Forbidden,
    /// 404: gone, never there, or not yet visible.
    NotFound,
    /// 409: there already, or changed at the same time.
    Conflict,
    /// 429.
    Throttled,
    /// 5xx, no answer, or an answer that cannot be read.
    Unanswered,
    /// Any other status.
    Other,
}

/// The tokens of one serial; or Graph's refusal to look for this one, which says nothing about the others.
pub type SerialLookup = Result<Vec<Token>, Refusal>;

/// The token with an id, if there is one; or Graph's refusal to look for it, which says nothing about the others.
pub type IdLookup = Result<Option<Token>, Refusal>;

/// Whether the tenant lets people use hardware OATH tokens at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MethodPolicy {
    /// The method is on.
    Enabled,
    /// The method is off: tokens can be assigned and activated but not used.
    Disabled,
    /// The policy may not be read, or says something unknown.
    Unknown,
}

/// The tenant's tokens and users.
///
/// Answers to lists of items come in the order of the items. A whole call fails with a [`ServiceError`]; then the outcome of
/// every item of a write is unknown.
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
pub trait Directory {
    /// One page of the inventory.
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError>;
    /// All tokens with each of these serials (two makers may use the same), at most [`MAX_ITEMS`].
    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError>;
    /// The token with each of these ids, as the inventory shows it now, at most [`MAX_ITEMS`]. A token that was uploaded
    /// the older CSV way is not in the inventory (FACTS 2): [`Directory::tokens_of_users`] shows it.
    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError>;
    /// Users whose name, user principal name or mail address begins with `text`; `after` goes on with the next page.
    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError>;
    /// The users with these ids that exist, in any order, at most [`MAX_USERS`].
    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError>;
    /// The users with these user principal names that exist, in any order, at most [`MAX_USERS`].
    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError>;
    /// All tokens of each user, those uploaded by the older CSV way included, at most [`MAX_ITEMS`] users.
    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError>;
    /// The policy of the hardware OATH method.
    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError>;
    /// Creates tokens, at most [`MAX_ITEMS`].
    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError>;
    /// Assigns tokens, at most [`MAX_ITEMS`].
    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Assigns and activates tokens in one step each, at most [`MAX_ITEMS`].
    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Activates tokens that their users hold already, at most [`MAX_ITEMS`].
    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Takes tokens away from these users, at most [`MAX_ITEMS`]; refused as not found when the user does not hold it.
    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Makes activated tokens unusable for their users, who keep them, at most [`MAX_ITEMS`].
    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Deletes tokens that nobody holds from the inventory, at most [`MAX_ITEMS`].
    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError>;
    /// Names tokens that nobody holds, at most [`MAX_ITEMS`].
    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError>;
}

/// The time, as the server knows it.
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
}

/// Waiting.
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
pub trait Sleeper {
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}
