//! The list of all tokens as it stands on screen: merge pages, know the holders, filter, sort, count.
//!
//! What is asked of the list is an [`InventoryQuery`], which lives in the URL. Sorted orders are kept, so that a keystroke in the
//! search only filters.

mod query;
mod saved_views;
mod scan;
mod sort;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use self::{
    query::{Column, InventoryQuery, Sort},
    saved_views::{SavedView, UserDataGaps},
    scan::ScanResult,
    window::window,
};
use self::{saved_views::SavedViewFilter, sort::SortCache};
use crate::{
    token::{Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// All tokens loaded so far, in order of arrival, and what is known of their holders.
#[derive(Debug, Default)]
pub struct Inventory {
    tokens: Vec<Token>,
    /// Per token: all that a search looks through, in lower case.
    texts: Vec<String>,
    places: HashMap<TokenId, u32>,
    /// `None`: asked for and not found.
    users: HashMap<UserId, Option<User>>,
    sort_cache: SortCache,
    /// How an instant is shown, and so searched for.
    format_time: Option<fn(&str) -> String>,
}

/// What is known of the person who holds a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignedUserInfo<'a> {
    /// An account.
    Known(&'a User),
    /// The directory has no account with this id any more.
    Deleted,
    /// Not asked for yet.
    Pending,
}

/// How many tokens are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusTotals {
    /// In stock.
    pub available: usize,
    /// With their holders, not usable yet.
    pub assigned: usize,
    /// In use.
    pub activated: usize,
    /// Their last activation was refused.
    pub failed: usize,
    /// In a state that this version does not know.
    pub other: usize,
    /// All of them.
    pub total: usize,
}

impl Inventory {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty list whose instants (ISO 8601) are searched for as `shown` writes them on screen. Without it they are
    /// searched for as they stand, in UTC.
    pub fn with_time_format(shown: fn(&str) -> String) -> Self {
        Self { format_time: Some(shown), ..Self::default() }
    }

    /// Adds a page. A token that is there already (a page may repeat some) takes its old place with its new state.
    pub fn merge_page(&mut self, page: Vec<Token>) {
        self.sort_cache.clear();
        for token in page {
            let text = self.search_text(&token);
            let place = *self.places.entry(token.id.clone()).or_insert(self.tokens.len() as u32) as usize;
            match (self.tokens.get_mut(place), self.texts.get_mut(place)) {
                (Some(old), Some(old_text)) => (*old, *old_text) = (token, text),
                _ => {
                    self.tokens.push(token);
                    self.texts.push(text);
                }
            }
        }
    }

    /// Takes over the new state of one token.
    pub fn replace(&mut self, token: Token) {
        self.merge_page(vec![token]);
    }

    /// Drops tokens that are no longer in the tenant.
    pub fn remove(&mut self, gone: &HashSet<TokenId>) {
        let tokens = std::mem::take(&mut self.tokens);
        let texts = std::mem::take(&mut self.texts);
        let kept = tokens.into_iter().zip(texts).filter(|(token, _)| !gone.contains(&token.id));
        (self.tokens, self.texts) = kept.unzip();
        self.places = self.tokens.iter().zip(0..).map(|(token, place)| (token.id.clone(), place)).collect();
        self.sort_cache.clear();
    }

    /// Takes over users; their names become searchable.
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

    /// Remembers as deleted those of the users asked for that the directory did not return.
    pub fn mark_deleted(&mut self, asked: &[UserId]) {
        for id in asked {
            self.users.entry(id.clone()).or_insert(None);
        }
    }

    /// Holders who have not been asked for, each once, in order of arrival.
    pub fn users_to_look_up(&self) -> Vec<UserId> {
        let mut seen = HashSet::new();
        let holders = self.tokens.iter().filter_map(|token| token.assigned_to.as_ref());
        let unknown = holders
            .filter(|assigned_to| !self.users.contains_key(&assigned_to.id) && seen.insert(&assigned_to.id));
        unknown.map(|assigned_to| assigned_to.id.clone()).collect()
    }

    /// All tokens, in order of arrival.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The token at a place, as [`Self::view`] names places.
    pub fn get(&self, place: u32) -> Option<&Token> {
        self.tokens.get(place as usize)
    }

    /// The token with an id.
    pub fn find(&self, id: &TokenId) -> Option<&Token> {
        self.places.get(id).and_then(|place| self.get(*place))
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// What is known of a user.
    pub fn user(&self, id: &UserId) -> AssignedUserInfo<'_> {
        match self.users.get(id) {
            Some(Some(user)) => AssignedUserInfo::Known(user),
            Some(None) => AssignedUserInfo::Deleted,
            None => AssignedUserInfo::Pending,
        }
    }

    /// How many tokens are in which state.
    pub fn totals(&self) -> StatusTotals {
        let mut totals = StatusTotals { total: self.tokens.len(), ..StatusTotals::default() };
        for token in &self.tokens {
            *match token.status {
                TokenStatus::Available => &mut totals.available,
                TokenStatus::Assigned => &mut totals.assigned,
                TokenStatus::Activated => &mut totals.activated,
                TokenStatus::FailedActivation => &mut totals.failed,
                TokenStatus::Other(_) => &mut totals.other,
            } += 1;
        }
        totals
    }

    /// Makers and models with the number of their tokens, sorted without case.
    pub fn models(&self) -> Vec<(String, String, usize)> {
        let mut counts = BTreeMap::<(&str, &str), usize>::new();
        for token in &self.tokens {
            *counts.entry((&token.manufacturer, &token.model)).or_default() += 1;
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

    /// Places of the tokens that a query asks for, in the order that it asks for.
    pub fn view(&self, query: &InventoryQuery) -> Vec<u32> {
        let text = query.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let filter = query.saved_view.map(|saved_view| self.filter(saved_view));
        let order = self.order(query.sort);
        let matches = |place: &u32| self.matches(*place, query, &words, filter.as_ref());
        order.iter().copied().filter(matches).collect()
    }

    fn matches(
        &self,
        place: u32,
        query: &InventoryQuery,
        words: &[&str],
        filter: Option<&SavedViewFilter<'_>>,
    ) -> bool {
        let Some((token, text)) = self.get(place).zip(self.texts.get(place as usize)) else { return false };
        query.matches(token)
            && filter.is_none_or(|filter| filter.passes(token, self))
            && words.iter().all(|word| text.contains(word))
    }

    fn known_user(&self, id: &UserId) -> Option<&User> {
        self.users.get(id)?.as_ref()
    }

    /// All columns of a token, in lower case and on lines of their own, so that no word is found across two of them.
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
        token.hash.iter().for_each(|hash| line(&hash.to_string()));
        token.name.iter().for_each(|name| line(name));
        match (&token.last_used, self.format_time) {
            (Some(used), Some(shown)) => line(&shown(used)),
            (Some(used), None) => line(used),
            (None, _) => {}
        }
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
