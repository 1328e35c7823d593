//! Saved views: predefined filters of the list for questions that administrators often have.

use super::{
    AssignedUserInfo, Column, Entry, Inventory, InventoryQuery, Sort, assigned_users::UserEntry,
    filter_words::days_before,
};
use crate::token::{Token, TokenStatus};

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
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SavedViewFilter {
    saved_view: SavedView,
    /// Whether a view of users shows the tokens of each user.
    users: Vec<bool>,
    /// A use before this time, in ISO 8601, is long ago; empty for views that do not ask.
    long_ago: String,
}

impl SavedViewFilter {
    pub fn passes(&self, token: &Token, entry: &Entry) -> bool {
        match (self.saved_view, entry.user) {
            (SavedView::Stock, user) => user.is_none() && token.status == TokenStatus::Available,
            (_, None) => false,
            (SavedView::NeverUsed, _) => token.last_used.is_none(),
            (SavedView::Unused, _) => {
                token.last_used.as_deref().is_some_and(|used| used < self.long_ago.as_str())
            }
            (SavedView::InactiveUsers | SavedView::Several, Some(user)) => {
                self.users.get(user as usize) == Some(&true)
            }
        }
    }
}

impl Inventory {
    pub(super) fn filter(&self, saved_view: SavedView) -> SavedViewFilter {
        let users = match saved_view {
            SavedView::Stock | SavedView::NeverUsed | SavedView::Unused => Vec::new(),
            SavedView::Several => self.tokens_by_user().into_iter().map(|count| count > 1).collect(),
            SavedView::InactiveUsers => {
                let is_inactive = |user: &UserEntry| match user.info() {
                    AssignedUserInfo::Known(user) => user.is_disabled(),
                    AssignedUserInfo::Deleted => true,
                    AssignedUserInfo::Pending => false,
                };
                self.users.all().iter().map(is_inactive).collect()
            }
        };
        let long_ago = match saved_view {
            SavedView::Unused => days_before(self.now_ms(), UNUSED_DAYS),
            _ => String::new(),
        };
        SavedViewFilter { saved_view, users, long_ago }
    }

    /// The number of tokens of each user.
    fn tokens_by_user(&self) -> Vec<usize> {
        let mut counts = vec![0; self.users.all().len()];
        for user in self.entries.iter().filter_map(|entry| entry.user) {
            if let Some(count) = counts.get_mut(user as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// The number of tokens in a saved view. [`SavedView::InactiveUsers`] misses tokens of users not looked up yet.
    pub fn count(&self, saved_view: SavedView) -> usize {
        let filter = self.filter(saved_view);
        self.tokens.iter().zip(&self.entries).filter(|(token, entry)| filter.passes(token, entry)).count()
    }

    /// The users whose data is incomplete: [`SavedView::InactiveUsers`] may miss their tokens.
    pub fn user_data_gaps(&self) -> UserDataGaps {
        let mut gaps = UserDataGaps::default();
        let users = self.users.all().iter().zip(self.tokens_by_user());
        for (user, _) in users.filter(|(_, tokens)| *tokens > 0) {
            match user.info() {
                AssignedUserInfo::Known(user) if user.enabled.is_none() => gaps.unreadable += 1,
                AssignedUserInfo::Pending => gaps.pending += 1,
                AssignedUserInfo::Known(_) | AssignedUserInfo::Deleted => {}
            }
        }
        gaps
    }

    /// Manufacturers and models with the number of their tokens in stock, sorted without case. Models without any are
    /// included, so that the list shows what to order.
    pub fn stock_by_model(&self) -> Vec<(String, String, usize)> {
        self.count_by_model(|kind, entry| kind.status == TokenStatus::Available && entry.user.is_none())
    }
}
