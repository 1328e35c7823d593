//! Sorting: without case, what is empty last in both directions, equals by serial.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Column, Inventory, Sort};
use crate::token::{Token, TokenStatus};

/// Orders that have been asked for and still hold.
#[derive(Debug, Default)]
pub(super) struct SortCache(Mutex<HashMap<Sort, Arc<[u32]>>>);

impl SortCache {
    /// After a change of tokens.
    pub fn clear(&mut self) {
        self.change(HashMap::clear);
    }

    /// After a change of what one column shows.
    pub fn invalidate(&mut self, column: Column) {
        self.change(|orders| orders.retain(|sort, _| sort.column != column));
    }

    fn change(&mut self, how: impl FnOnce(&mut HashMap<Sort, Arc<[u32]>>)) {
        how(self.0.get_mut().unwrap_or_else(PoisonError::into_inner));
    }

    fn get(&self, sort: Sort) -> Option<Arc<[u32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&sort).cloned()
    }

    fn insert(&self, sort: Sort, order: Arc<[u32]>) -> Arc<[u32]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sort, order.clone());
        order
    }
}

impl Inventory {
    /// Places of all tokens in a sorted order, from the last time if nothing has changed since.
    pub(super) fn order(&self, sort: Sort) -> Arc<[u32]> {
        self.sort_cache.get(sort).unwrap_or_else(|| self.sort_cache.insert(sort, self.sorted(sort)))
    }

    fn sorted(&self, sort: Sort) -> Arc<[u32]> {
        let places: Arc<[u32]> = match sort.column {
            Column::Serial => (0..self.len() as u32).collect(),
            // Sorting is stable, so equals stay in the order of their serials.
            _ => self.order(Sort { column: Column::Serial, descending: false }),
        };
        let key = |place: &u32| self.get(*place).and_then(|token| self.key(token, sort.column));
        let mut keyed: Vec<(Option<String>, u32)> =
            places.iter().map(|place| (key(place).filter(|key| !key.is_empty()), *place)).collect();
        keyed.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) if sort.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        keyed.into_iter().map(|(_, place)| place).collect()
    }

    /// What a token is sorted by; `None` when the column is empty.
    fn key(&self, token: &Token, column: Column) -> Option<String> {
        match column {
            Column::Serial => Some(token.serial.key()),
            Column::Model => Some(format!("{}\n{}", token.manufacturer, token.model).to_lowercase()),
            Column::Hash => token.hash.map(|hash| hash.to_string()),
            Column::Interval => Some(format!("{:010}", token.interval_seconds)),
            Column::Status => Some(lifecycle_rank(&token.status).to_string()),
            Column::LastUsed => token.last_used.clone(),
            Column::User => {
                let assigned_to = token.assigned_to.as_ref()?;
                let shown = match self.known_user(&assigned_to.id) {
                    Some(user) if user.name.is_empty() => &user.upn,
                    Some(user) => &format!("{}\n{}", user.name, user.upn),
                    None => assigned_to.name.as_ref()?,
                };
                Some(shown.to_lowercase())
            }
        }
    }
}

/// States in the order of a token's life.
fn lifecycle_rank(status: &TokenStatus) -> u8 {
    match status {
        TokenStatus::Available => 0,
        TokenStatus::Assigned => 1,
        TokenStatus::Activated => 2,
        TokenStatus::FailedActivation => 3,
        TokenStatus::Other(_) => 4,
    }
}
