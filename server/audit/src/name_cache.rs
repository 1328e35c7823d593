//! Caches serial numbers, assigned users and names from answers of the directory, so that entries can name what calls
//! identify by id alone. It makes no requests of its own.

use std::{collections::HashMap, hash::Hash, sync::Mutex};

use token_core::{
    audit::{PersonRef, TokenRef},
    token::{HashFunction, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

use super::sync::lock;

/// Entries in the young generation, of tokens and of people each; a cache holds at most twice as many.
const MAX_YOUNG: usize = 50_000;

/// A token's last known state.
#[derive(Debug, Clone)]
struct CachedToken {
    serial: String,
    name: Option<String>,
    /// `None` after a write with an unknown outcome.
    status: Option<TokenStatus>,
    assigned_to: Option<(UserId, Option<String>)>,
}

#[derive(Debug, Clone)]
struct CachedUser {
    name: String,
    upn: String,
}

/// A bounded cache of two generations: when the young one is full it becomes the old one, whose entries are dropped.
#[derive(Debug)]
struct GenerationalCache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for GenerationalCache<K, V> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new() }
    }
}

impl<K: Eq + Hash, V> GenerationalCache<K, V> {
    fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= MAX_YOUNG {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

/// The cached tokens and people.
#[derive(Debug, Default)]
pub struct NameCache {
    tokens: Mutex<GenerationalCache<TokenId, CachedToken>>,
    people: Mutex<GenerationalCache<UserId, CachedUser>>,
}

/// How a write changes a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenChange {
    /// It is assigned to this person, with this status.
    AssignedTo(UserId, TokenStatus),
    /// It is assigned to nobody.
    Unassigned,
    /// It has this name; empty for none.
    Renamed(String),
    /// It has this hash function.
    Hashed(HashFunction),
    /// It is deleted.
    Deleted,
    /// Its state is unknown.
    Unknown,
}

impl NameCache {
    /// Adds tokens.
    pub fn remember_tokens<'a>(&self, tokens: impl IntoIterator<Item = &'a Token>) {
        let mut cache = lock(&self.tokens);
        for token in tokens {
            let user = token.assigned_to.as_ref().map(|user| (user.id.clone(), user.name.clone()));
            let cached = CachedToken {
                serial: token.serial.as_str().to_owned(),
                name: token.name.clone(),
                status: Some(token.status.clone()),
                assigned_to: user,
            };
            cache.insert(token.id.clone(), cached);
        }
    }

    /// Adds users.
    pub fn remember_users<'a>(&self, users: impl IntoIterator<Item = &'a User>) {
        let mut cache = lock(&self.people);
        for user in users {
            cache.insert(user.id.clone(), CachedUser { name: user.name.clone(), upn: user.upn.clone() });
        }
    }

    /// Applies a change to a cached token.
    pub fn apply_change(&self, id: &TokenId, change: TokenChange) {
        let mut tokens = lock(&self.tokens);
        let Some(mut known) = tokens.get(id).cloned() else { return };
        match change {
            TokenChange::AssignedTo(user, status) => {
                (known.assigned_to, known.status) = (Some((user, None)), Some(status))
            }
            TokenChange::Unassigned => {
                (known.assigned_to, known.status) = (None, Some(TokenStatus::Available))
            }
            TokenChange::Renamed(name) => known.name = Some(name),
            TokenChange::Hashed(_) => {}
            TokenChange::Deleted => return tokens.remove(id),
            TokenChange::Unknown => (known.assigned_to, known.status) = (None, None),
        }
        tokens.insert(id.clone(), known);
    }

    /// How entries name a token.
    pub fn token(&self, id: &TokenId) -> TokenRef {
        let serial = lock(&self.tokens).get(id).map(|known| known.serial.clone());
        TokenRef { id: Some(id.as_str().to_owned()), serial }
    }

    /// How entries name a person.
    pub fn person(&self, id: &UserId) -> PersonRef {
        let known = lock(&self.people).get(id).cloned();
        let (name, upn) = known.map(|person| (person.name, person.upn)).unzip();
        PersonRef { id: Some(id.as_str().to_owned()), upn, name }
    }

    /// The person to whom a token is assigned, if known.
    pub fn assigned_to(&self, id: &TokenId) -> Option<PersonRef> {
        let (user, name) = lock(&self.tokens).get(id)?.assigned_to.clone()?;
        let person = self.person(&user);
        Some(PersonRef { name: person.name.or(name), ..person })
    }

    /// A token's display name, if known.
    pub fn name(&self, id: &TokenId) -> Option<String> {
        lock(&self.tokens).get(id).map(|known| known.name.clone().unwrap_or_default())
    }

    /// A token's state, in words; empty when it is not known.
    pub fn state(&self, id: &TokenId) -> String {
        let status = lock(&self.tokens).get(id).and_then(|known| known.status.clone());
        status.map(|status| describe_status(&status, self.assigned_to(id).as_ref())).unwrap_or_default()
    }
}

/// A display name, in words; empty when the name is not known.
pub fn describe_name(name: Option<String>) -> String {
    match name.as_deref() {
        None => String::new(),
        Some("") => "without a name".to_owned(),
        Some(name) => format!("named “{name}”"),
    }
}

/// A status and its assigned user, in words.
pub fn describe_status(status: &TokenStatus, user: Option<&PersonRef>) -> String {
    let user = user.map(display_name).unwrap_or_default();
    match (status, user.as_str()) {
        (TokenStatus::Available, _) => "unassigned".to_owned(),
        (TokenStatus::Assigned, "") => "assigned".to_owned(),
        (TokenStatus::Assigned, user) => format!("assigned to {user}"),
        (TokenStatus::Activated, "") => "activated".to_owned(),
        (TokenStatus::Activated, user) => format!("activated for {user}"),
        (TokenStatus::FailedActivation, "") => "activation failed".to_owned(),
        (TokenStatus::FailedActivation, user) => format!("assigned to {user}, activation failed"),
        (TokenStatus::Other(word), "") => word.clone(),
        (TokenStatus::Other(word), user) => format!("{word}, held by {user}"),
    }
}

/// A person's UPN, else their name, else their id.
pub fn display_name(person: &PersonRef) -> String {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    given(&person.upn).or_else(|| given(&person.name)).or_else(|| person.id.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_stay_and_the_size_is_bounded() {
        let mut cache = GenerationalCache::default();
        for key in 0..MAX_YOUNG * 3 {
            cache.insert(key, key);
        }
        assert_eq!(cache.get(&(MAX_YOUNG * 3 - 1)), Some(&(MAX_YOUNG * 3 - 1)));
        assert_eq!(cache.get(&0), None);
        assert!(cache.young.len() + cache.old.len() <= MAX_YOUNG * 2);
    }
}
