//! Sorting: case-insensitive, empty values last in both directions, ties by serial.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Column, Inventory, Sort};
use crate::token::{Token, TokenStatus};

/// Sorted orders that have been computed and are still valid.
#[derive(Debug, Default)]
pub(super) struct SortCache(Mutex<HashMap<Sort, Arc<[u32]>>>);

impl SortCache {
    /// Removes all orders, after a change of tokens.
    pub fn clear(&mut self) {
        self.change(HashMap::clear);
    }

    /// Removes the orders by one column, after a change of its values.
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
    /// The indexes of all tokens in a sorted order, from the cache if it is there.
    pub(super) fn order(&self, sort: Sort) -> Arc<[u32]> {
        self.sort_cache.get(sort).unwrap_or_else(|| self.sort_cache.insert(sort, self.sorted(sort)))
    }

    fn sorted(&self, sort: Sort) -> Arc<[u32]> {
        let indexes: Arc<[u32]> = match sort.column {
            Column::Serial => (0..self.len() as u32).collect(),
            // Sorting is stable, so ties stay in the order of their serials.
            _ => self.order(Sort { column: Column::Serial, descending: false }),
        };
        let key = |index: &u32| self.get(*index).and_then(|token| self.key(token, sort.column));
        let mut keyed: Vec<(Option<String>, u32)> =
            indexes.iter().map(|index| (key(index).filter(|key| !key.is_empty()), *index)).collect();
        keyed.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) if sort.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        keyed.into_iter().map(|(_, index)| index).collect()
    }

    /// The sort key of a token; `None` when the column is empty.
    fn key(&self, token: &Token, column: Column) -> Option<String> {
        match column {
            Column::Serial => Some(token.serial.key()),
            Column::Model => Some(format!("{}\n{}", token.manufacturer, token.model).to_lowercase()),
            Column::Settings => token.hash.map(|hash| format!("{hash} {:010}", token.interval_seconds)),
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

/// The rank of a status in the order of the life cycle.
fn lifecycle_rank(status: &TokenStatus) -> u8 {
    match status {
        TokenStatus::Available => 0,
        TokenStatus::Assigned => 1,
        TokenStatus::Activated => 2,
        TokenStatus::FailedActivation => 3,
        TokenStatus::Other(_) => 4,
    }
}
