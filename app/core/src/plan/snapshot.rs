//! What the plan needs from the live tenant: its tokens, and the users whom the file names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::{StreamExt, TryStreamExt, future::try_join, stream};

use super::privileged::TargetRoles;
use crate::{
    error::ServiceError,
    ports::{Directory, MAX_ITEMS, MAX_USERS},
    seed_file::{Owner, ParsedRow, SeedRow},
    token::{HashFunction, SerialNumber, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// Concurrent lookups of users.
const LOOKUPS: usize = 4;
/// Pages after which reading the inventory fails: far beyond any tenant, a guard against a list that never ends.
const MAX_PAGES: usize = 10_000;

/// The tenant's tokens and users as read for a plan.
#[derive(Debug, Clone, Default)]
pub struct TenantSnapshot {
    tokens: BTreeMap<TokenId, Token>,
    by_serial: HashMap<String, Vec<TokenId>>,
    held: HashMap<UserId, usize>,
    id_by_upn: HashMap<String, UserId>,
    by_id: HashMap<UserId, User>,
    roles: TargetRoles,
}

impl TenantSnapshot {
    /// Collects what was read of the inventory and of users.
    pub fn new(tokens: Vec<Token>, users: Vec<User>) -> Self {
        let mut snapshot = Self::default();
        for token in tokens {
            // A token that is created while the pages are read may be in two of them.
            snapshot.tokens.insert(token.id.clone(), token);
        }
        for token in snapshot.tokens.values() {
            if let Some(assigned_to) = &token.assigned_to {
                *snapshot.held.entry(assigned_to.id.clone()).or_default() += 1;
            }
            snapshot.by_serial.entry(token.serial.key()).or_default().push(token.id.clone());
        }
        snapshot.insert_users(users);
        snapshot
    }

    /// Adds users' own lists of tokens. They take precedence over the inventory: they contain tokens that it does not
    /// show, and they show the user where it shows none.
    #[must_use]
    pub fn with_user_tokens(mut self, user_tokens: Vec<(UserId, Vec<Token>)>) -> Self {
        self.add_user_tokens(user_tokens);
        self
    }

    /// Adds the directory roles of users, by which plans mark rows.
    pub fn add_roles(&mut self, roles: TargetRoles) {
        self.roles.extend(roles);
    }

    /// The directory roles of users, as far as they were read.
    pub fn roles(&self) -> &TargetRoles {
        &self.roles
    }

    /// The users who were read.
    pub fn user_ids(&self) -> impl Iterator<Item = UserId> + '_ {
        self.by_id.keys().cloned()
    }

    /// Adds users whom changed rows name.
    pub fn add_users(&mut self, more: MoreUsers) {
        self.insert_users(more.users);
        self.add_user_tokens(more.tokens);
    }

    fn insert_users(&mut self, users: Vec<User>) {
        for user in users {
            self.id_by_upn.insert(user.upn.to_lowercase(), user.id.clone());
            self.by_id.insert(user.id.clone(), user);
        }
    }

    fn add_user_tokens(&mut self, user_tokens: Vec<(UserId, Vec<Token>)>) {
        for (user, held) in user_tokens {
            self.held.insert(user.clone(), held.len());
            for seen in held {
                if let Some(token) = self.tokens.get_mut(&seen.id)
                    && token.assigned_to.as_ref().is_none_or(|assigned_to| assigned_to.id != user)
                {
                    token.assigned_to = seen.assigned_to;
                    token.status = seen.status;
                }
            }
        }
    }

    /// How many tokens were read.
    pub fn inventory_size(&self) -> usize {
        self.tokens.len()
    }

    /// The token with this serial: one of this manufacturer before one of an unknown manufacturer before one of
    /// another, because two manufacturers may use the same short serial.
    pub fn token(&self, serial: &SerialNumber, manufacturer: &str) -> Option<&Token> {
        let alike = self.by_serial.get(&serial.key())?.iter().filter_map(|id| self.tokens.get(id));
        alike.min_by_key(|token| {
            (is_other_manufacturer(&token.manufacturer, manufacturer), token.manufacturer.trim().is_empty())
        })
    }

    /// The token of a row, and its hash, if the tenant has it under another than the row says.
    pub fn under_other_hash(&self, row: &SeedRow) -> Option<(&Token, HashFunction)> {
        let token = self.token(&row.token.serial, &row.token.manufacturer)?;
        let hash = token.hash.filter(|hash| *hash != row.token.hash)?;
        (!is_other_manufacturer(&token.manufacturer, &row.token.manufacturer)).then_some((token, hash))
    }

    /// The user that a row names: as it stands, or else with plain apostrophes.
    pub fn user(&self, owner: &Owner) -> Option<&User> {
        self.user_as_named(owner).or_else(|| self.user_as_named(&owner.with_plain_apostrophe()?))
    }

    /// Whether a row's user exists only under the name with plain apostrophes.
    pub(super) fn has_other_apostrophe(&self, owner: &Owner) -> bool {
        self.user_as_named(owner).is_none() && self.user(owner).is_some()
    }

    fn user_as_named(&self, owner: &Owner) -> Option<&User> {
        match owner {
            Owner::Upn(upn) => self.by_id.get(self.id_by_upn.get(&upn.to_lowercase())?),
            Owner::Id(id) => self.by_id.get(id),
        }
    }

    /// The user with an id.
    pub fn user_by_id(&self, id: &UserId) -> Option<&User> {
        self.by_id.get(id)
    }

    /// Those of `users` whose row's token is assigned to an unknown user.
    fn owners_of_tokens_with_unknown_holder<'a>(
        &self,
        users: &Self,
        entries: impl IntoIterator<Item = &'a ParsedRow>,
    ) -> BTreeSet<UserId> {
        let rows = entries.into_iter().filter_map(|entry| entry.result.as_ref().ok());
        let owner = |row: &SeedRow| {
            let token = self.token(&row.token.serial, &row.token.manufacturer)?;
            let user = users.user(row.owner.as_ref()?)?;
            has_unknown_holder(token).then(|| user.id.clone())
        };
        rows.filter_map(owner).collect()
    }

    /// How many tokens are known to be assigned to a user.
    pub fn token_count(&self, user: &UserId) -> usize {
        self.held.get(user).copied().unwrap_or_default()
    }
}

/// Whether both manufacturers are known and differ, ignoring case and surrounding blanks.
pub(crate) fn is_other_manufacturer(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|manufacturer| manufacturer.trim().to_lowercase());
    !one.is_empty() && !other.is_empty() && one != other
}

/// Whether the token is assigned, but the inventory does not show to whom.
pub(crate) fn has_unknown_holder(token: &Token) -> bool {
    let held = matches!(
        token.status,
        TokenStatus::Assigned | TokenStatus::Activated | TokenStatus::FailedActivation
    );
    held && token.assigned_to.is_none()
}

/// Reads the whole inventory and, when `with_users`, the users that the good rows name.
///
/// The users' own lists of tokens (which also show tokens uploaded as CSV) are read when one call suffices. For more
/// users they would cost more requests than the import itself, so only the lists of users are read whose row names a
/// token that is assigned to an unknown user.
pub async fn load_snapshot(
    directory: &(impl Directory + ?Sized),
    entries: &[ParsedRow],
    with_users: bool,
    on_tokens: impl Fn(usize),
) -> Result<TenantSnapshot, ServiceError> {
    let owners: Vec<&Owner> = if with_users { owners(entries).collect() } else { Vec::new() };
    let (tokens, users) = try_join(all_tokens(directory, on_tokens), find_users(directory, &owners)).await?;
    let mut ids: BTreeSet<UserId> = users.iter().map(|user| user.id.clone()).collect();
    let snapshot = TenantSnapshot::new(tokens, users);
    if ids.len() > MAX_ITEMS {
        ids = snapshot.owners_of_tokens_with_unknown_holder(&snapshot, entries);
    }
    let user_tokens = load_user_tokens(directory, ids.into_iter().collect()).await?;
    Ok(snapshot.with_user_tokens(user_tokens))
}

/// Users whom changed rows name and whom a snapshot did not have, and their own lists of tokens.
#[derive(Debug, Default)]
pub struct MoreUsers {
    users: Vec<User>,
    tokens: Vec<(UserId, Vec<Token>)>,
}

impl MoreUsers {
    /// The users.
    pub fn user_ids(&self) -> impl Iterator<Item = UserId> + '_ {
        self.users.iter().map(|user| user.id.clone())
    }
}

/// Reads the users whom these rows name and whom the snapshot does not have.
///
/// # Errors
/// When the directory cannot be read.
pub async fn load_more_users(
    directory: &(impl Directory + ?Sized),
    snapshot: &TenantSnapshot,
    entries: &[&ParsedRow],
) -> Result<MoreUsers, ServiceError> {
    let entries = || entries.iter().copied();
    let unknown: Vec<&Owner> = owners(entries()).filter(|owner| snapshot.user(owner).is_none()).collect();
    if unknown.is_empty() {
        return Ok(MoreUsers::default());
    }
    let users = find_users(directory, &unknown).await?;
    let mut ids: BTreeSet<UserId> = users.iter().map(|user| user.id.clone()).collect();
    if ids.len() > MAX_ITEMS {
        let found = TenantSnapshot::new(Vec::new(), users.clone());
        ids = snapshot.owners_of_tokens_with_unknown_holder(&found, entries());
    }
    let tokens = load_user_tokens(directory, ids.into_iter().collect()).await?;
    Ok(MoreUsers { users, tokens })
}

fn owners<'a>(entries: impl IntoIterator<Item = &'a ParsedRow>) -> impl Iterator<Item = &'a Owner> {
    entries.into_iter().filter_map(|entry| entry.result.as_ref().ok()?.owner.as_ref())
}

async fn all_tokens(
    directory: &(impl Directory + ?Sized),
    on_tokens: impl Fn(usize),
) -> Result<Vec<Token>, ServiceError> {
    let mut tokens = Vec::new();
    let mut next = None;
    for _ in 0..MAX_PAGES {
        let page = directory.tokens(next).await?;
        tokens.extend(page.items);
        on_tokens(tokens.len());
        next = page.next;
        if next.is_none() {
            return Ok(tokens);
        }
    }
    // A plan over half an inventory would create tokens that exist.
    Err(ServiceError::Upstream {
        status: 200,
        message: "the list of tokens does not end".to_owned(),
        request_id: "none".to_owned(),
    })
}

async fn find_users(
    directory: &(impl Directory + ?Sized),
    owners: &[&Owner],
) -> Result<Vec<User>, ServiceError> {
    // Each user once, as the file spells them.
    let mut upns = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for owner in owners {
        match owner {
            Owner::Upn(upn) => _ = upns.entry(upn.to_lowercase()).or_insert_with(|| upn.clone()),
            Owner::Id(id) => _ = ids.insert(id.clone()),
        }
        if let Some(Owner::Upn(upn)) = owner.with_plain_apostrophe() {
            upns.entry(upn.to_lowercase()).or_insert(upn);
        }
    }
    let upns: Vec<String> = upns.into_values().collect();
    let ids: Vec<UserId> = ids.into_iter().collect();
    let by_upn = stream::iter(upns.chunks(MAX_USERS).map(<[_]>::to_vec))
        .map(|chunk| directory.users_by_upn(chunk))
        .buffer_unordered(LOOKUPS)
        .try_concat();
    let by_id = stream::iter(ids.chunks(MAX_USERS).map(<[_]>::to_vec))
        .map(|chunk| directory.users_by_id(chunk))
        .buffer_unordered(LOOKUPS)
        .try_concat();
    let (mut users, more) = try_join(by_upn, by_id).await?;
    users.extend(more);
    Ok(users)
}

pub(super) async fn load_user_tokens(
    directory: &(impl Directory + ?Sized),
    ids: Vec<UserId>,
) -> Result<Vec<(UserId, Vec<Token>)>, ServiceError> {
    let read: Vec<Result<Vec<_>, ServiceError>> = stream::iter(ids.chunks(MAX_ITEMS).map(<[_]>::to_vec))
        .map(|chunk| async {
            let lists = match directory.tokens_of_users(chunk.clone()).await {
                // Refused for all users of this chunk, perhaps not for those of the others.
                Err(error @ ServiceError::Forbidden { .. }) => return Ok(Err(error)),
                lists => lists?,
            };
            // Without a user's own list the inventory's count is used.
            let listed = chunk.into_iter().zip(lists).filter_map(|(user, list)| Some((user, list.ok()?)));
            Ok(Ok(listed.collect()))
        })
        .buffer_unordered(LOOKUPS)
        .try_collect()
        .await?;
    if read.iter().all(Result::is_err) {
        return read.into_iter().collect::<Result<Vec<_>, _>>().map(|lists| lists.concat());
    }
    Ok(read.into_iter().flatten().flatten().collect())
}
