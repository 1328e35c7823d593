//! One person's tokens: those in the inventory and those that only their own list shows.

use std::collections::{BTreeMap, HashMap};

use crate::{
    token::{AssignedUser, Token, TokenId},
    user::UserId,
};

/// A token of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldToken {
    /// The token.
    pub token: Token,
    /// Whether the inventory does not show it because it was uploaded as CSV (MICROSOFT_GRAPH.md 1.9 and 2).
    pub legacy: bool,
    /// Whether another of the person's tokens has the same serial number (MICROSOFT_GRAPH.md 11).
    pub duplicate: bool,
    /// Whether only the inventory shows it as assigned to the person: their own list lags, or it was unassigned.
    pub only_in_inventory: bool,
}

impl HeldToken {
    /// How to clean up, for a token that needs it.
    pub fn advice(&self) -> Option<&'static str> {
        match (self.legacy, self.duplicate) {
            (true, true) => Some(
                "Uploaded by CSV, and in the inventory too. If the other one works, unassign and delete this one.",
            ),
            (true, false) => Some(
                "Uploaded by CSV, so it is missing from the inventory. To manage it here, unassign and delete it, then \
                 import it again with its secret key.",
            ),
            (false, true) => Some("Another token of this user has this serial number. Keep one of them."),
            (false, false) => None,
        }
    }
}

/// A person's tokens by serial. `inventory` are tokens of the inventory, `user_tokens` is the person's own list; both
/// are joined by id. For a token in both, their own list is newer about its user, the inventory about all else.
pub fn tokens_of<'a>(
    user: &UserId,
    inventory: impl IntoIterator<Item = &'a Token>,
    user_tokens: &[Token],
) -> Vec<HeldToken> {
    let inventory: HashMap<&TokenId, &Token> =
        inventory.into_iter().map(|token| (&token.id, token)).collect();
    let mut held: BTreeMap<TokenId, HeldToken> = BTreeMap::new();
    for listed in user_tokens {
        let known = inventory.get(&listed.id);
        let mut token = known.map_or_else(|| listed.clone(), |known| (*known).clone());
        if token.assigned_to.as_ref().is_none_or(|assigned_to| assigned_to.id != *user) {
            let name = listed.assigned_to.as_ref().and_then(|assigned_to| assigned_to.name.clone());
            token.assigned_to = Some(AssignedUser { id: user.clone(), name });
            token.status = listed.status.clone();
        }
        let new = HeldToken { token, legacy: known.is_none(), duplicate: false, only_in_inventory: false };
        held.insert(listed.id.clone(), new);
    }
    for token in inventory.values() {
        if token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == *user) {
            held.entry(token.id.clone()).or_insert_with(|| HeldToken {
                token: (*token).clone(),
                legacy: false,
                duplicate: false,
                only_in_inventory: true,
            });
        }
    }
    marked(held.into_values().collect())
}

fn marked(mut held: Vec<HeldToken>) -> Vec<HeldToken> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for one in &held {
        *counts.entry(one.token.serial.key()).or_default() += 1;
    }
    for one in &mut held {
        one.duplicate = counts.get(&one.token.serial.key()).is_some_and(|count| *count > 1);
    }
    held.sort_by_cached_key(|one| (one.token.serial.key(), one.legacy, one.token.id.clone()));
    held
}
