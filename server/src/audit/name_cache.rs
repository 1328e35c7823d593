//! What passed by: serials, holders and names, so that an entry can name what a call names by id alone. Nothing is asked
//! of Microsoft for it.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use token_core::{
    audit::{PersonRef, TokenRef},
    token::{Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// Tokens, and people, that are remembered at least; twice as many at most.
const MAX_YOUNG: usize = 50_000;

/// A token as it was when it was last seen.
#[derive(Debug, Clone)]
struct CachedToken {
    serial: String,
    name: Option<String>,
    /// Unknown after a write whose outcome is.
    status: Option<TokenStatus>,
    assigned_to: Option<(UserId, Option<String>)>,
}

#[derive(Debug, Clone)]
struct CachedUser {
    name: String,
    upn: String,
}

/// Remembers the newest entries: what has not been used since the last generation began is forgotten with it.
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

/// What passed by.
#[derive(Debug, Default)]
pub struct NameCache {
    tokens: Mutex<GenerationalCache<TokenId, CachedToken>>,
    people: Mutex<GenerationalCache<UserId, CachedUser>>,
}

/// A token after something was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenChange {
    /// This person holds it, in this state.
    AssignedTo(UserId, TokenStatus),
    /// Nobody holds it.
    Unassigned,
    /// It has this name; empty for none.
    Renamed(String),
    /// It is gone.
    Deleted,
    /// Nobody knows.
    Unknown,
}

impl NameCache {
    /// Tokens passed by.
    pub fn remember_tokens<'a>(&self, tokens: impl IntoIterator<Item = &'a Token>) {
        let mut known = lock(&self.tokens);
        for token in tokens {
            let holder = token.assigned_to.as_ref().map(|holder| (holder.id.clone(), holder.name.clone()));
            let seen = CachedToken {
                serial: token.serial.as_str().to_owned(),
                name: token.name.clone(),
                status: Some(token.status.clone()),
                assigned_to: holder,
            };
            known.insert(token.id.clone(), seen);
        }
    }

    /// Users passed by.
    pub fn remember_users<'a>(&self, users: impl IntoIterator<Item = &'a User>) {
        let mut known = lock(&self.people);
        for user in users {
            known.insert(user.id.clone(), CachedUser { name: user.name.clone(), upn: user.upn.clone() });
        }
    }

    /// A token changed.
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
            TokenChange::Deleted => return tokens.remove(id),
            TokenChange::Unknown => (known.assigned_to, known.status) = (None, None),
        }
        tokens.insert(id.clone(), known);
    }

    /// How the trail names a token.
    pub fn token(&self, id: &TokenId) -> TokenRef {
        let serial = lock(&self.tokens).get(id).map(|known| known.serial.clone());
        TokenRef { id: Some(id.as_str().to_owned()), serial }
    }

    /// How the trail names a person.
    pub fn person(&self, id: &UserId) -> PersonRef {
        let known = lock(&self.people).get(id).cloned();
        let (name, upn) = known.map(|person| (person.name, person.upn)).unzip();
        PersonRef { id: Some(id.as_str().to_owned()), upn, name }
    }

    /// Who holds a token, as far as it is known.
    pub fn assigned_to(&self, id: &TokenId) -> Option<PersonRef> {
        let (holder, shown) = lock(&self.tokens).get(id)?.assigned_to.clone()?;
        let person = self.person(&holder);
        Some(PersonRef { name: person.name.or(shown), ..person })
    }

    /// A token's display name, when it is known.
    pub fn name(&self, id: &TokenId) -> Option<String> {
        lock(&self.tokens).get(id).map(|known| known.name.clone().unwrap_or_default())
    }

    /// How a token is, in words; empty when that is not known.
    pub fn state(&self, id: &TokenId) -> String {
        let status = lock(&self.tokens).get(id).and_then(|known| known.status.clone());
        status.map(|status| describe_status(&status, self.assigned_to(id).as_ref())).unwrap_or_default()
    }
}

/// A state in words.
pub fn describe_status(status: &TokenStatus, holder: Option<&PersonRef>) -> String {
    let holder = holder.map(display_name).unwrap_or_default();
    match (status, holder.as_str()) {
        (TokenStatus::Available, _) => "unassigned".to_owned(),
        (TokenStatus::Assigned, "") => "assigned".to_owned(),
        (TokenStatus::Assigned, holder) => format!("assigned to {holder}"),
        (TokenStatus::Activated, "") => "activated".to_owned(),
        (TokenStatus::Activated, holder) => format!("activated for {holder}"),
        (TokenStatus::FailedActivation, "") => "activation failed".to_owned(),
        (TokenStatus::FailedActivation, holder) => format!("assigned to {holder}, activation failed"),
        (TokenStatus::Other(word), "") => word.clone(),
        (TokenStatus::Other(word), holder) => format!("{word}, held by {holder}"),
    }
}

/// What a person is called: by UPN, else by name, else by id.
pub fn display_name(person: &PersonRef) -> String {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    given(&person.upn).or_else(|| given(&person.name)).or_else(|| person.id.clone()).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_the_others_make_room() {
        let mut cache = GenerationalCache::default();
        for key in 0..MAX_YOUNG * 3 {
            cache.insert(key, key);
        }
        assert_eq!(cache.get(&(MAX_YOUNG * 3 - 1)), Some(&(MAX_YOUNG * 3 - 1)));
        assert_eq!(cache.get(&0), None);
        assert!(cache.young.len() + cache.old.len() <= MAX_YOUNG * 2);
    }
}
