//! The list of all tokens on screen: merges pages, resolves assigned users, filters, sorts and counts.
//!
//! An [`InventoryQuery`], which is part of the URL, selects and orders the tokens. Sorted orders are cached, so that a
//! keystroke in the search only filters.

mod filter_words;
mod query;
mod saved_views;
mod scan;
mod sort;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};

use filter_words::{FilterWords, USER_PART};

use self::sort::SortCache;
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
    /// Per token: the searchable text, in lower case.
    texts: Vec<String>,
    index_by_id: HashMap<TokenId, u32>,
    /// `None`: looked up and not found.
    users: HashMap<UserId, Option<User>>,
    sort_cache: SortCache,
    /// Formats a time as on screen, so that it can be searched for.
    format_time: Option<fn(&str) -> String>,
    /// The time in milliseconds since 1970, from which the filter words on the last use count.
    now_ms: Option<fn() -> u64>,
    /// The serials, in the form in which they are compared, of the tokens that another page has listed.
    listed: HashSet<String>,
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
    /// Counts one more token.
    fn count(&mut self, status: &TokenStatus) {
        self.total += 1;
        *match status {
            TokenStatus::Available => &mut self.available,
            TokenStatus::Assigned => &mut self.assigned,
            TokenStatus::Activated => &mut self.activated,
            TokenStatus::FailedActivation => &mut self.failed,
            TokenStatus::Other(_) => &mut self.other,
        } += 1;
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
        for token in page {
            let text = self.search_text(&token);
            let index =
                *self.index_by_id.entry(token.id.clone()).or_insert(self.tokens.len() as u32) as usize;
            match (self.tokens.get_mut(index), self.texts.get_mut(index)) {
                (Some(old), Some(old_text)) => (*old, *old_text) = (token, text),
                _ => {
                    self.tokens.push(token);
                    self.texts.push(text);
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
        let tokens = std::mem::take(&mut self.tokens);
        let texts = std::mem::take(&mut self.texts);
        let kept = tokens.into_iter().zip(texts).filter(|(token, _)| !gone.contains(&token.id));
        (self.tokens, self.texts) = kept.unzip();
        self.index_by_id =
            self.tokens.iter().zip(0..).map(|(token, index)| (token.id.clone(), index)).collect();
        self.sort_cache.clear();
    }

    /// Adds users, and makes their names searchable.
    pub fn set_users(&mut self, users: Vec<User>) {
        let ids: HashSet<UserId> = users.iter().map(|user| user.id.clone()).collect();
        self.users.extend(users.into_iter().map(|user| (user.id.clone(), Some(user))));
        self.sort_cache.invalidate(Column::User);
        let texts = self.tokens.iter().map(|token| {
            let is_theirs =
                token.assigned_to.as_ref().is_some_and(|assigned_to| ids.contains(&assigned_to.id));
            is_theirs.then(|| self.search_text(token))
        });
        let texts: Vec<Option<String>> = texts.collect();
        for (old, new) in self.texts.iter_mut().zip(texts) {
            if let Some(new) = new {
                *old = new;
            }
        }
    }

    /// Marks as deleted those of the users looked up that the directory did not return.
    pub fn mark_deleted(&mut self, asked: &[UserId]) {
        for id in asked {
            self.users.entry(id.clone()).or_insert(None);
        }
    }

    /// Users with tokens who have not been looked up, each once, in the order of their tokens.
    pub fn users_to_look_up(&self) -> Vec<UserId> {
        let mut seen = HashSet::new();
        let users = self.tokens.iter().filter_map(|token| token.assigned_to.as_ref());
        let unknown = users
            .filter(|assigned_to| !self.users.contains_key(&assigned_to.id) && seen.insert(&assigned_to.id));
        unknown.map(|assigned_to| assigned_to.id.clone()).collect()
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
        self.index_by_id.get(id).and_then(|index| self.get(*index))
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
        match self.users.get(id) {
            Some(Some(user)) => AssignedUserInfo::Known(user),
            Some(None) => AssignedUserInfo::Deleted,
            None => AssignedUserInfo::Pending,
        }
    }

    /// Manufacturers and models with the number of their tokens, sorted without case.
    pub fn models(&self) -> Vec<(String, String, usize)> {
        self.count_by_model(|_| true)
    }

    /// All manufacturers and models with the number of those of their tokens of which this is true, sorted without case.
    fn count_by_model(&self, counts_token: impl Fn(&Token) -> bool) -> Vec<(String, String, usize)> {
        let mut counts = BTreeMap::<(&str, &str), usize>::new();
        for token in &self.tokens {
            *counts.entry((&token.manufacturer, &token.model)).or_default() +=
                usize::from(counts_token(token));
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

    /// The tokens that match a query, and the totals beside it.
    pub fn view_with_totals(&self, query: &InventoryQuery) -> InventoryView {
        let words = FilterWords::parse(&query.text, self.now_ms());
        let filter = query.saved_view.map(|saved_view| self.filter(saved_view));
        let mut view = InventoryView::default();
        for index in self.order(query.sort).iter().copied() {
            let Some((token, text)) = self.get(index).zip(self.texts.get(index as usize)) else { continue };
            let matches = query.has_model(token)
                && filter.as_ref().is_none_or(|filter| filter.passes(token, self))
                && words.matches(token, text, |token| self.listed.contains(&token.serial.key()));
            if matches {
                view.totals.count(&token.status);
                if query.has_status(token) {
                    view.rows.push(index);
                }
            }
        }
        view
    }

    /// The time in milliseconds since 1970; 0 without a clock.
    fn now_ms(&self) -> u64 {
        self.now_ms.map_or(0, |now_ms| now_ms())
    }

    fn known_user(&self, id: &UserId) -> Option<&User> {
        self.users.get(id)?.as_ref()
    }

    /// All columns of a token in lower case, each on its own line, so that no word matches across two of them; the lines of
    /// its user come last, after [`USER_PART`].
    fn search_text(&self, token: &Token) -> String {
        let user = token.assigned_to.as_ref().and_then(|assigned_to| self.known_user(&assigned_to.id));
        let mut text = format!(
            "{}\n{} {}\n{}\n{} s",
            token.serial, token.manufacturer, token.model, token.status, token.interval_seconds
        );
        let mut line = |part: &str| {
            text.push('\n');
            text.push_str(part);
        };
        for hash in token.hash.iter().map(ToString::to_string) {
            line(&hash);
            line(&hash.replace('-', ""));
        }
        token.name.iter().for_each(|name| line(name));
        match (&token.last_used, self.format_time) {
            (Some(used), Some(shown)) => line(&shown(used)),
            (Some(used), None) => line(used),
            (None, _) => {}
        }
        line(&USER_PART.to_string());
        match user {
            Some(user) => [&user.name, &user.upn].into_iter().chain(&user.mail).for_each(|part| line(part)),
            None => token
                .assigned_to
                .iter()
                .filter_map(|assigned_to| assigned_to.name.as_deref())
                .for_each(&mut line),
        }
        text.to_lowercase()
    }
}
