//! What the plan must know of the live tenant: its tokens, and the users whom the file names.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, future::try_join, stream};

use crate::{
    fault::Fault,
    ports::{Directory, MAX_ITEMS, MAX_USERS},
    seed_file::{Entry, Owner},
    token::{SerialNumber, Token},
    user::{User, UserId},
};

/// Look-ups of users under way at once.
const LOOKUPS: usize = 4;
/// Pages after which the walk gives up: far beyond any tenant, a guard against a list that never ends.
const MAX_PAGES: usize = 10_000;

/// The tenant as the plan sees it.
#[derive(Debug, Default)]
pub struct Tenant {
    tokens: HashMap<String, Token>,
    held: HashMap<UserId, usize>,
    by_upn: HashMap<String, User>,
    by_id: HashMap<UserId, User>,
}

impl Tenant {
    /// Collects what was read. `holdings` replaces what the inventory tells of those users, because it also counts
    /// tokens that the inventory hides.
    pub fn new(tokens: Vec<Token>, users: Vec<User>, holdings: Vec<(UserId, usize)>) -> Self {
        let mut tenant = Self::default();
        let mut seen = HashSet::new();
        for token in tokens {
            // A token that is created during the walk may come twice.
            if !seen.insert(token.id.clone()) {
                continue;
            }
            if let Some(holder) = &token.holder {
                *tenant.held.entry(holder.id.clone()).or_default() += 1;
            }
            tenant.tokens.insert(token.serial.key(), token);
        }
        tenant.held.extend(holdings);
        for user in users {
            tenant.by_upn.insert(user.upn.to_lowercase(), user.clone());
            tenant.by_id.insert(user.id.clone(), user);
        }
        tenant
    }

    /// The token with this serial.
    pub fn token(&self, serial: &SerialNumber) -> Option<&Token> {
        self.tokens.get(&serial.key())
    }

    /// The user that a row names.
    pub fn user(&self, owner: &Owner) -> Option<&User> {
        match owner {
            Owner::Upn(upn) => self.by_upn.get(&upn.to_lowercase()),
            Owner::Id(id) => self.by_id.get(id),
        }
    }

    /// How many tokens a user holds, as far as is known.
    pub fn held_by(&self, user: &UserId) -> usize {
        self.held.get(user).copied().unwrap_or_default()
    }
}

/// Reads the whole inventory and, when `with_users`, the users that the good rows name.
///
/// The users' own lists of tokens (which also show what was uploaded by the older CSV way) are read when one call
/// suffices; for more users they would cost more requests than the import itself, and the inventory must do.
pub async fn survey(
    directory: &impl Directory,
    entries: &[Entry],
    with_users: bool,
    on_tokens: impl Fn(usize),
) -> Result<Tenant, Fault> {
    let owners: Vec<&Owner> = if with_users { owners(entries) } else { Vec::new() };
    let (tokens, users) = try_join(all_tokens(directory, on_tokens), find_users(directory, &owners)).await?;
    let ids: Vec<UserId> = users.iter().map(|user| user.id.clone()).collect();
    let holdings = if ids.is_empty() || ids.len() > MAX_ITEMS {
        Vec::new()
    } else {
        let lists = directory.holdings(ids.clone()).await?;
        ids.into_iter().zip(lists.iter().map(Vec::len)).collect()
    };
    Ok(Tenant::new(tokens, users, holdings))
}

fn owners(entries: &[Entry]) -> Vec<&Owner> {
    entries.iter().filter_map(|entry| entry.result.as_ref().ok()?.owner.as_ref()).collect()
}

async fn all_tokens(directory: &impl Directory, on_tokens: impl Fn(usize)) -> Result<Vec<Token>, Fault> {
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
    // A plan over half an inventory would create what exists.
    Err(Fault::Upstream {
        status: 200,
        message: "the list of tokens does not end".to_owned(),
        request_id: "none".to_owned(),
    })
}

async fn find_users(directory: &impl Directory, owners: &[&Owner]) -> Result<Vec<User>, Fault> {
    // Asked for as the file spells them, each once.
    let mut upns = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for owner in owners {
        match owner {
            Owner::Upn(upn) => _ = upns.entry(upn.to_lowercase()).or_insert_with(|| upn.clone()),
            Owner::Id(id) => _ = ids.insert(id.clone()),
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
