//! The list of all tokens on screen: merges pages, resolves assigned users, filters, sorts and counts.
//!
//! An [`InventoryQuery`], which is part of the URL, selects and orders the tokens. Sorted orders are cached, so that a
//! keystroke in the search only filters. A filter asks each kind of token and then, of the tokens that this does not decide,
//! each one (`search`).

mod assigned_users;
mod filter_words;
mod kinds;
mod query;
mod saved_views;
mod scan;
mod search;
mod sort;
mod texts;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::{
    assigned_users::AssignedUsers,
    kinds::{Kind, Kinds},
    search::LastSearch,
    sort::SortCache,
    texts::Texts,
};
pub use self::{
    filter_words::{LISTED_WORD, split_filter_words, suggestions},
    query::{Column, InventoryQuery, Sort},
    saved_views::{SavedView, UserDataGaps},
    scan::ScanResult,
    window::{ListPart, list_parts, window},
};
use crate::{
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// All tokens loaded so far, in the order they were loaded, and the users they are assigned to.
#[derive(Debug, Default)]
pub struct Inventory {
    tokens: Vec<Token>,
    /// What filters ask of each token.
    entries: Vec<Entry>,
    /// What only each token has, in lower case, each part on its own line, so that no word matches across two: the serial
    /// number, which is first, the name, and the last use as shown.
    texts: Texts,
    index_by_id: HashMap<TokenId, u32>,
    kinds: Kinds,
    users: AssignedUsers,
    sort_cache: SortCache,
    last_search: LastSearch,
    /// Formats a time as on screen, so that it can be searched for.
    format_time: Option<fn(&str) -> String>,
    /// The time in milliseconds since 1970, from which the filter words on the last use count.
    now_ms: Option<fn() -> u64>,
    /// The serials, in the form in which they are compared, of the tokens that another page has listed.
    listed: HashSet<String>,
}

/// What filters ask of a token.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The index of its kind in [`Kinds`].
    kind: u32,
    /// The index of its user in [`AssignedUsers`].
    user: Option<u32>,
}

/// What is known about the user that a token is assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignedUserInfo<'a> {
    /// The user.
    Known(&'a User),
    /// The directory has no user with this id any more.
    Deleted,
    /// Not looked up yet.
    Pending,
}

/// The tokens that match a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InventoryView {
    /// Their indexes, in the order of the query.
    pub rows: Vec<u32>,
    /// How many tokens of each status match everything else that the query asks for: what a choice of another status
    /// would show.
    pub totals: StatusTotals,
}

/// The number of tokens by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusTotals {
    /// In stock.
    pub available: usize,
    /// Assigned, not activated yet.
    pub assigned: usize,
    /// Activated.
    pub activated: usize,
    /// The last activation was refused.
    pub failed: usize,
    /// Any other status.
    pub other: usize,
    /// All of them.
    pub total: usize,
}

impl StatusTotals {
    /// Counts more tokens.
    fn count(&mut self, status: &TokenStatus, tokens: usize) {
        self.total += tokens;
        *match status {
            TokenStatus::Available => &mut self.available,
            TokenStatus::Assigned => &mut self.assigned,
            TokenStatus::Activated => &mut self.activated,
            TokenStatus::FailedActivation => &mut self.failed,
            TokenStatus::Other(_) => &mut self.other,
        } += tokens;
    }
}

impl Inventory {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty list whose times (ISO 8601) can be searched for as `format_time` shows them on screen. Without it they
    /// can be searched for as received, in UTC.
    pub fn with_time_format(format_time: fn(&str) -> String) -> Self {
        Self { format_time: Some(format_time), ..Self::default() }
    }

    /// The same list with a clock, without which the filter words on the last use count from 1970.
    #[must_use]
    pub fn with_clock(self, now_ms: fn() -> u64) -> Self {
        Self { now_ms: Some(now_ms), ..self }
    }

    /// Lists the tokens with these serials, which the filter word [`LISTED_WORD`] shows.
    pub fn set_listed<'a>(&mut self, serials: impl Iterator<Item = &'a SerialNumber>) {
        self.listed = serials.map(SerialNumber::key).collect();
        self.last_search.clear();
    }

    /// An empty list like this one, to be loaded again: what another page has listed stays.
    #[must_use]
    pub fn emptied(&mut self) -> Self {
        Self {
            format_time: self.format_time,
            now_ms: self.now_ms,
            listed: std::mem::take(&mut self.listed),
            ..Self::default()
        }
    }

    /// Adds a page. A token that the list already has (pages may repeat tokens) is updated in its place.
    pub fn merge_page(&mut self, page: Vec<Token>) {
        self.sort_cache.clear();
        self.last_search.clear();
        for token in page {
            let entry = Entry {
                kind: self.kinds.of(&token),
                user: token.assigned_to.as_ref().map(|assigned_to| self.users.assigned(assigned_to)),
            };
            let index =
                *self.index_by_id.entry(token.id.clone()).or_insert(self.tokens.len() as u32) as usize;
            self.texts.set(index, &self.text(&token));
            match (self.tokens.get_mut(index), self.entries.get_mut(index)) {
                (Some(old), Some(old_entry)) => (*old, *old_entry) = (token, entry),
                _ => {
                    self.tokens.push(token);
                    self.entries.push(entry);
                }
            }
        }
    }

    /// Updates one token.
    pub fn replace(&mut self, token: Token) {
        self.merge_page(vec![token]);
    }

    /// Removes tokens that are no longer in the tenant.
    pub fn remove(&mut self, gone: &HashSet<TokenId>) {
        let is_kept: Vec<bool> = self.tokens.iter().map(|token| !gone.contains(&token.id)).collect();
        let mut kept = is_kept.iter().copied();
        self.tokens.retain(|_| kept.next() == Some(true));
        let mut kept = is_kept.iter().copied();
        self.entries.retain(|_| kept.next() == Some(true));
        let kept = self.texts.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept);
        self.texts = kept.map(|(text, _)| text).collect();
        self.index_by_id =
            self.tokens.iter().zip(0..).map(|(token, index)| (token.id.clone(), index)).collect();
        self.sort_cache.clear();
        self.last_search.clear();
    }

    /// Adds users, and makes their names searchable.
    pub fn set_users(&mut self, users: Vec<User>) {
        for user in users {
            self.users.set(user);
        }
        self.sort_cache.invalidate(Column::User);
        self.last_search.clear();
    }

    /// Marks as deleted those of the users looked up that the directory did not return.
    pub fn mark_deleted(&mut self, asked: &[UserId]) {
        for id in asked {
            self.users.mark_deleted(id);
        }
        self.last_search.clear();
    }

    /// Users with tokens who have not been looked up, each once, in the order of their tokens; at most `limit`.
    pub fn users_to_look_up(&self, limit: usize) -> Vec<UserId> {
        let mut seen = HashSet::new();
        let users = self.entries.iter().filter_map(|entry| self.users.at(entry.user?));
        let unknown = users.filter(|user| user.info() == AssignedUserInfo::Pending && seen.insert(&user.id));
        unknown.take(limit).map(|user| user.id.clone()).collect()
    }

    /// All tokens, in the order they were loaded.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The token at an index that [`Self::view`] returned.
    pub fn get(&self, index: u32) -> Option<&Token> {
        self.tokens.get(index as usize)
    }

    /// The token with an id.
    pub fn find(&self, id: &TokenId) -> Option<&Token> {
        self.get(self.index(id)?)
    }

    /// The index of the token with an id.
    pub fn index(&self, id: &TokenId) -> Option<u32> {
        self.index_by_id.get(id).copied()
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// What is known about a user.
    pub fn user(&self, id: &UserId) -> AssignedUserInfo<'_> {
        self.users.find(id).map_or(AssignedUserInfo::Pending, |user| user.info())
    }

    /// Manufacturers and models with the number of their tokens, sorted without case.
    pub fn models(&self) -> Vec<(String, String, usize)> {
        self.count_by_model(|_, _| true)
    }

    /// All manufacturers and models with the number of those of their tokens of which this is true, sorted without case.
    fn count_by_model(&self, counts_token: impl Fn(&Kind, &Entry) -> bool) -> Vec<(String, String, usize)> {
        let mut by_kind = vec![None; self.kinds.all().len()];
        for entry in &self.entries {
            if let Some((kind, count)) = self.kinds.at(entry.kind).zip(by_kind.get_mut(entry.kind as usize)) {
                *count.get_or_insert(0) += usize::from(counts_token(kind, entry));
            }
        }
        let mut counts = BTreeMap::<(&str, &str), usize>::new();
        for (kind, count) in self.kinds.all().iter().zip(by_kind) {
            if let Some(count) = count {
                *counts.entry((&kind.manufacturer, &kind.model)).or_default() += count;
            }
        }
        let mut models: Vec<_> = counts
            .into_iter()
            .map(|((manufacturer, model), count)| (manufacturer.to_owned(), model.to_owned(), count))
            .collect();
        models.sort_by_cached_key(|(manufacturer, model, _)| {
            (manufacturer.to_lowercase(), model.to_lowercase())
        });
        models
    }

    /// The indexes of the tokens that match a query, in its order.
    pub fn view(&self, query: &InventoryQuery) -> Vec<u32> {
        self.view_with_totals(query).rows
    }

    /// The time in milliseconds since 1970; 0 without a clock.
    fn now_ms(&self) -> u64 {
        self.now_ms.map_or(0, |now_ms| now_ms())
    }

    fn known_user(&self, id: &UserId) -> Option<&User> {
        match self.user(id) {
            AssignedUserInfo::Known(user) => Some(user),
            AssignedUserInfo::Deleted | AssignedUserInfo::Pending => None,
        }
    }

    /// What [`Self::texts`] has of a token.
    fn text(&self, token: &Token) -> String {
        let used = match (&token.last_used, self.format_time) {
            (Some(used), Some(shown)) => Some(shown(used)),
            (used, _) => used.clone(),
        };
        let lines = [Some(token.serial.as_str()), token.name.as_deref(), used.as_deref()];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase()
    }
}
