//! Saved views: predefined filters of the list for questions that administrators often have.

use std::collections::{HashMap, HashSet};

use super::{AssignedUserInfo, Column, Inventory, InventoryQuery, Sort, filter_words::days_before};
use crate::{
    token::{Token, TokenStatus},
    user::UserId,
};

/// After how many days a token counts as not used.
const UNUSED_DAYS: u64 = 90;

/// A saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SavedView {
    /// Not assigned.
    Stock,
    /// Assigned and never used, as far as Microsoft tells.
    NeverUsed,
    /// Assigned and last used more than `UNUSED_DAYS` days ago.
    Unused,
    /// Assigned to a user who is disabled or deleted.
    InactiveUsers,
    /// Assigned to a user with two or more tokens.
    Several,
}

impl SavedView {
    /// All saved views, in the order on screen.
    pub const ALL: [Self; 5] =
        [Self::Stock, Self::NeverUsed, Self::Unused, Self::InactiveUsers, Self::Several];

    /// The value in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::NeverUsed => "never-used",
            Self::Unused => "unused",
            Self::InactiveUsers => "lost-holders",
            Self::Several => "several",
        }
    }

    pub(super) fn from_url(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|saved_view| saved_view.as_str() == value)
    }

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stock => "Unassigned stock",
            Self::NeverUsed => "Never used",
            Self::Unused => "Not used for 90 days",
            Self::InactiveUsers => "Users disabled or deleted",
            Self::Several => "Users with two or more tokens",
        }
    }

    /// The query of this view, in its default order.
    pub fn query(self) -> InventoryQuery {
        let column = match self {
            Self::Stock => Column::Model,
            Self::Unused => Column::LastUsed,
            _ => Column::User,
        };
        InventoryQuery {
            saved_view: Some(self),
            sort: Sort { column, descending: false },
            ..InventoryQuery::default()
        }
    }
}

/// The users of whom a saved view lacks data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserDataGaps {
    /// Users who have not been looked up yet.
    pub pending: usize,
    /// Users for whom the directory does not return whether the account is enabled.
    pub unreadable: usize,
}

/// The filter of a saved view, with what it needs from the whole list.
pub(super) struct SavedViewFilter<'a> {
    saved_view: SavedView,
    held: HashMap<&'a UserId, usize>,
    /// A use before this time, in ISO 8601, is long ago.
    long_ago: String,
}

impl SavedViewFilter<'_> {
    pub fn passes(&self, token: &Token, inventory: &Inventory) -> bool {
        let assigned_to = token.assigned_to.as_ref().map(|assigned_to| &assigned_to.id);
        match self.saved_view {
            SavedView::Stock => assigned_to.is_none() && token.status == TokenStatus::Available,
            SavedView::NeverUsed => assigned_to.is_some() && token.last_used.is_none(),
            SavedView::Unused => {
                assigned_to.is_some()
                    && token.last_used.as_deref().is_some_and(|used| used < self.long_ago.as_str())
            }
            SavedView::InactiveUsers => {
                assigned_to.is_some_and(|assigned_to| match inventory.user(assigned_to) {
                    AssignedUserInfo::Known(user) => user.is_disabled(),
                    AssignedUserInfo::Deleted => true,
                    AssignedUserInfo::Pending => false,
                })
            }
            SavedView::Several => assigned_to
                .is_some_and(|assigned_to| self.held.get(assigned_to).is_some_and(|count| *count > 1)),
        }
    }
}

impl Inventory {
    pub(super) fn filter(&self, saved_view: SavedView) -> SavedViewFilter<'_> {
        let mut held = HashMap::new();
        if saved_view == SavedView::Several {
            for assigned_to in self.tokens().iter().filter_map(|token| token.assigned_to.as_ref()) {
                *held.entry(&assigned_to.id).or_default() += 1;
            }
        }
        SavedViewFilter { saved_view, held, long_ago: days_before(self.now_ms(), UNUSED_DAYS) }
    }

    /// The number of tokens in a saved view. [`SavedView::InactiveUsers`] misses tokens of users not looked up yet.
    pub fn count(&self, saved_view: SavedView) -> usize {
        let filter = self.filter(saved_view);
        self.tokens().iter().filter(|token| filter.passes(token, self)).count()
    }

    /// The users whose data is incomplete: [`SavedView::InactiveUsers`] may miss their tokens.
    pub fn user_data_gaps(&self) -> UserDataGaps {
        let mut seen = HashSet::new();
        let mut gaps = UserDataGaps::default();
        for assigned_to in self.tokens().iter().filter_map(|token| token.assigned_to.as_ref()) {
            let info = self.user(&assigned_to.id);
            let is_gap = match info {
                AssignedUserInfo::Known(user) => user.enabled.is_none(),
                AssignedUserInfo::Pending => true,
                AssignedUserInfo::Deleted => false,
            };
            if is_gap && seen.insert(&assigned_to.id) {
                let count =
                    if info == AssignedUserInfo::Pending { &mut gaps.pending } else { &mut gaps.unreadable };
                *count += 1;
            }
        }
        gaps
    }

    /// Manufacturers and models with the number of their tokens in stock, sorted without case. Models without any are
    /// included, so that the list shows what to order.
    pub fn stock_by_model(&self) -> Vec<(String, String, usize)> {
        let filter = self.filter(SavedView::Stock);
        self.count_by_model(|token| filter.passes(token, self))
    }
}
