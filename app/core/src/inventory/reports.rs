//! Saved views: questions that an administrator asks again and again, as filters of the list.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Column, HolderInfo, Inventory, Query, Sort};
use crate::{
    token::{Token, TokenStatus},
    user::UserId,
};

/// A saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Report {
    /// With their holders, and never activated. Those whose activation was refused stand in a report of their own.
    NotActivated,
    /// The last activation was refused.
    FailedActivation,
    /// Nobody's.
    Stock,
    /// Held by an account that is disabled or deleted.
    LostHolders,
    /// Held by somebody who holds two or more.
    Several,
}

impl Report {
    /// All reports, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::NotActivated, Self::FailedActivation, Self::Stock, Self::LostHolders, Self::Several];

    /// The name in the URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotActivated => "not-activated",
            Self::FailedActivation => "failed-activation",
            Self::Stock => "stock",
            Self::LostHolders => "lost-holders",
            Self::Several => "several",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.word() == word)
    }

    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotActivated => "Assigned but not activated",
            Self::FailedActivation => "Failed activation",
            Self::Stock => "Unassigned stock",
            Self::LostHolders => "Holders disabled or deleted",
            Self::Several => "Persons with two or more tokens",
        }
    }

    /// The list with this report, sorted as it is best read.
    pub fn query(self) -> Query {
        let column = match self {
            Self::Stock => Column::Model,
            _ => Column::User,
        };
        Query { report: Some(self), sort: Sort { column, descending: false }, ..Query::default() }
    }
}

/// What is not known of the holders, for reports that ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Holders who have not been asked for yet.
    pub pending: usize,
    /// Holders of whom the directory does not tell whether their account is enabled.
    pub unreadable: usize,
}

/// What a report needs to know of the whole list.
pub(super) struct Filter<'a> {
    report: Report,
    held: HashMap<&'a UserId, usize>,
}

impl Filter<'_> {
    pub fn passes(&self, token: &Token, inventory: &Inventory) -> bool {
        let holder = token.holder.as_ref().map(|holder| &holder.id);
        match self.report {
            Report::NotActivated => token.status == TokenStatus::Assigned,
            Report::FailedActivation => token.status == TokenStatus::FailedActivation,
            Report::Stock => holder.is_none() && token.status == TokenStatus::Available,
            Report::LostHolders => holder.is_some_and(|holder| match inventory.user(holder) {
                HolderInfo::Known(user) => user.is_disabled(),
                HolderInfo::Deleted => true,
                HolderInfo::Pending => false,
            }),
            Report::Several => {
                holder.is_some_and(|holder| self.held.get(holder).is_some_and(|count| *count > 1))
            }
        }
    }
}

impl Inventory {
    pub(super) fn filter(&self, report: Report) -> Filter<'_> {
        let mut held = HashMap::new();
        if report == Report::Several {
            for holder in self.tokens().iter().filter_map(|token| token.holder.as_ref()) {
                *held.entry(&holder.id).or_default() += 1;
            }
        }
        Filter { report, held }
    }

    /// How many tokens a report shows. While holders are not asked for yet, [`Report::LostHolders`] misses theirs.
    pub fn count(&self, report: Report) -> usize {
        let filter = self.filter(report);
        self.tokens().iter().filter(|token| filter.passes(token, self)).count()
    }

    /// What is not known of the holders: [`Report::LostHolders`] may miss tokens of theirs.
    pub fn gaps(&self) -> Gaps {
        let mut seen = HashSet::new();
        let mut gaps = Gaps::default();
        for holder in self.tokens().iter().filter_map(|token| token.holder.as_ref()) {
            let info = self.user(&holder.id);
            let is_gap = match info {
                HolderInfo::Known(user) => user.enabled.is_none(),
                HolderInfo::Pending => true,
                HolderInfo::Deleted => false,
            };
            if is_gap && seen.insert(&holder.id) {
                let count =
                    if info == HolderInfo::Pending { &mut gaps.pending } else { &mut gaps.unreadable };
                *count += 1;
            }
        }
        gaps
    }

    /// Makers and models with how many of their tokens are nobody's, sorted without case; models without any too, for
    /// they are to be ordered.
    pub fn stock_by_model(&self) -> Vec<(String, String, usize)> {
        let filter = self.filter(Report::Stock);
        let mut counts = BTreeMap::<(&str, &str), usize>::new();
        for token in self.tokens() {
            let count = counts.entry((&token.manufacturer, &token.model)).or_default();
            *count += usize::from(filter.passes(token, self));
        }
        let mut models: Vec<_> = counts
            .into_iter()
            .map(|((maker, model), count)| (maker.to_owned(), model.to_owned(), count))
            .collect();
        models.sort_by_cached_key(|(maker, model, _)| (maker.to_lowercase(), model.to_lowercase()));
        models
    }
}
