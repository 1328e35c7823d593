//! Saved views: questions that an administrator asks again and again, as filters of the list.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{AssignedUserInfo, Column, Inventory, InventoryQuery, Sort};
use crate::{
    token::{Token, TokenStatus},
    user::UserId,
};

/// A saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SavedView {
    /// With their holders, and never activated. Those whose activation was refused stand in a report of their own.
    NotActivated,
    /// The last activation was refused.
    FailedActivation,
    /// Nobody's.
    Stock,
    /// Held by an account that is disabled or deleted.
    InactiveUsers,
    /// Held by somebody who holds two or more.
    Several,
}

impl SavedView {
    /// All reports, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::NotActivated, Self::FailedActivation, Self::Stock, Self::InactiveUsers, Self::Several];

    /// The name in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotActivated => "not-activated",
            Self::FailedActivation => "failed-activation",
            Self::Stock => "stock",
            Self::InactiveUsers => "lost-holders",
            Self::Several => "several",
        }
    }

    pub(super) fn from_url(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|saved_view| saved_view.as_str() == word)
    }

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotActivated => "Assigned but not activated",
            Self::FailedActivation => "Failed activation",
            Self::Stock => "Unassigned stock",
            Self::InactiveUsers => "Holders disabled or deleted",
            Self::Several => "Persons with two or more tokens",
        }
    }

    /// The list with this report, sorted as it is best read.
    pub fn query(self) -> InventoryQuery {
        let column = match self {
            Self::Stock => Column::Model,
            _ => Column::User,
        };
        InventoryQuery {
            saved_view: Some(self),
            sort: Sort { column, descending: false },
            ..InventoryQuery::default()
        }
    }
}

/// What is not known of the holders, for reports that ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserDataGaps {
    /// Holders who have not been asked for yet.
    pub pending: usize,
    /// Holders of whom the directory does not tell whether their account is enabled.
    pub unreadable: usize,
}

/// What a report needs to know of the whole list.
pub(super) struct SavedViewFilter<'a> {
    saved_view: SavedView,
    held: HashMap<&'a UserId, usize>,
}

impl SavedViewFilter<'_> {
    pub fn passes(&self, token: &Token, inventory: &Inventory) -> bool {
        let assigned_to = token.assigned_to.as_ref().map(|assigned_to| &assigned_to.id);
        match self.saved_view {
            SavedView::NotActivated => token.status == TokenStatus::Assigned,
            SavedView::FailedActivation => token.status == TokenStatus::FailedActivation,
            SavedView::Stock => assigned_to.is_none() && token.status == TokenStatus::Available,
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
        SavedViewFilter { saved_view, held }
    }

    /// How many tokens a report shows. While holders are not asked for yet, [`SavedView::InactiveUsers`] misses theirs.
    pub fn count(&self, saved_view: SavedView) -> usize {
        let filter = self.filter(saved_view);
        self.tokens().iter().filter(|token| filter.passes(token, self)).count()
    }

    /// What is not known of the holders: [`SavedView::InactiveUsers`] may miss tokens of theirs.
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

    /// Makers and models with how many of their tokens are nobody's, sorted without case; models without any too, for
    /// they are to be ordered.
    pub fn stock_by_model(&self) -> Vec<(String, String, usize)> {
        let filter = self.filter(SavedView::Stock);
        let mut counts = BTreeMap::<(&str, &str), usize>::new();
        for token in self.tokens() {
            let count = counts.entry((&token.manufacturer, &token.model)).or_default();
            *count += usize::from(filter.passes(token, self));
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
}
