//! The list of all tokens as it stands on screen: merge pages, know the holders, filter, sort, count.
//!
//! What is asked of the list is a [`Query`], which lives in the URL. Sorted orders are kept, so that a keystroke in the
//! search only filters.

mod order;
mod query;
mod reports;
mod scan;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::{order::Orders, reports::Filter};
pub use self::{
    query::{Column, Query, Sort},
    reports::{Gaps, Report},
    scan::Scan,
    window::window,
};
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
    orders: Orders,
    /// How an instant is shown, and so searched for.
    shown_time: Option<fn(&str) -> String>,
}

/// What is known of the person who holds a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderInfo<'a> {
    /// An account.
    Known(&'a User),
    /// The directory has no account with this id any more.
    Deleted,
    /// Not asked for yet.
    Pending,
}

/// How many tokens are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
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
    pub fn with_times(shown: fn(&str) -> String) -> Self {
        Self { shown_time: Some(shown), ..Self::default() }
    }

    /// Adds a page. A token that is there already (a page may repeat some) takes its old place with its new state.
    pub fn merge_page(&mut self, page: Vec<Token>) {
        self.orders.forget_all();
        for token in page {
            let text = self.text_of(&token);
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
        self.orders.forget_all();
    }

    /// Takes over users; their names become searchable.
    pub fn set_users(&mut self, users: Vec<User>) {
        let ids: HashSet<UserId> = users.iter().map(|user| user.id.clone()).collect();
        self.users.extend(users.into_iter().map(|user| (user.id.clone(), Some(user))));
        self.orders.forget(Column::User);
        let texts = self.tokens.iter().map(|token| {
            let is_theirs = token.holder.as_ref().is_some_and(|holder| ids.contains(&holder.id));
            is_theirs.then(|| self.text_of(token))
        });
        let texts: Vec<Option<String>> = texts.collect();
        for (old, new) in self.texts.iter_mut().zip(texts) {
            if let Some(new) = new {
                *old = new;
            }
        }
    }

    /// Remembers as deleted those of the users asked for that the directory did not return.
    pub fn mark_missing(&mut self, asked: &[UserId]) {
        for id in asked {
            self.users.entry(id.clone()).or_insert(None);
        }
    }

    /// Holders who have not been asked for, each once, in order of arrival.
    pub fn unknown_holders(&self) -> Vec<UserId> {
        let mut seen = HashSet::new();
        let holders = self.tokens.iter().filter_map(|token| token.holder.as_ref());
        let unknown =
            holders.filter(|holder| !self.users.contains_key(&holder.id) && seen.insert(&holder.id));
        unknown.map(|holder| holder.id.clone()).collect()
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
    pub fn user(&self, id: &UserId) -> HolderInfo<'_> {
        match self.users.get(id) {
            Some(Some(user)) => HolderInfo::Known(user),
            Some(None) => HolderInfo::Deleted,
            None => HolderInfo::Pending,
        }
    }

    /// How many tokens are in which state.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { total: self.tokens.len(), ..Totals::default() };
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
            .map(|((maker, model), count)| (maker.to_owned(), model.to_owned(), count))
            .collect();
        models.sort_by_cached_key(|(maker, model, _)| (maker.to_lowercase(), model.to_lowercase()));
        models
    }

    /// Places of the tokens that a query asks for, in the order that it asks for.
    pub fn view(&self, query: &Query) -> Vec<u32> {
        let text = query.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let filter = query.report.map(|report| self.filter(report));
        let order = self.order(query.sort);
        let matches = |place: &u32| self.matches(*place, query, &words, filter.as_ref());
        order.iter().copied().filter(matches).collect()
    }

    fn matches(&self, place: u32, query: &Query, words: &[&str], filter: Option<&Filter<'_>>) -> bool {
        let Some((token, text)) = self.get(place).zip(self.texts.get(place as usize)) else { return false };
        query.asks_for(token)
            && filter.is_none_or(|filter| filter.passes(token, self))
            && words.iter().all(|word| text.contains(word))
    }

    fn known_user(&self, id: &UserId) -> Option<&User> {
        self.users.get(id)?.as_ref()
    }

    /// All columns of a token, in lower case and on lines of their own, so that no word is found across two of them.
    fn text_of(&self, token: &Token) -> String {
        let user = token.holder.as_ref().and_then(|holder| self.known_user(&holder.id));
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
        match (&token.last_used, self.shown_time) {
            (Some(used), Some(shown)) => line(&shown(used)),
            (Some(used), None) => line(used),
            (None, _) => {}
        }
        match user {
            Some(user) => [&user.name, &user.upn].into_iter().chain(&user.mail).for_each(|part| line(part)),
            None => token.holder.iter().filter_map(|holder| holder.name.as_deref()).for_each(&mut line),
        }
        text.to_lowercase()
    }
}
