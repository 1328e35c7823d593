//! The tokens of the slips to print, where they do not fit in the URL.

use leptos::prelude::*;
use token_core::token::{SerialNumber, TokenId};

use crate::{
    base::href,
    paths::{self, SLIPS},
};

/// Maximum number of slips at once.
pub const MAX_SLIPS: usize = 200;
/// Maximum number of tokens in the URL; proxies may truncate longer URLs.
const MAX_SLIPS_IN_URL: usize = 50;

/// The tokens of slips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipTokens {
    /// By their ids.
    Ids(Vec<TokenId>),
    /// By their serial numbers: those of an import, whose ids are not known yet.
    Serials(Vec<SerialNumber>),
}

impl SlipTokens {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ids(ids) => ids.len(),
            Self::Serials(serials) => serials.len(),
        }
    }
}

/// Tokens that another page passes on when they do not fit in the URL; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct SlipSelection(RwSignal<SlipTokens>);

/// Provides the selection as context.
pub fn provide_slip_selection() {
    provide_context(SlipSelection(RwSignal::new(SlipTokens::Ids(Vec::new()))));
}

impl SlipSelection {
    /// The URL of the slips of these tokens. If they do not fit in it, stores them in the selection.
    pub fn url_for(self, tokens: Vec<TokenId>) -> String {
        if tokens.len() <= MAX_SLIPS_IN_URL {
            return paths::slips(&tokens);
        }
        self.0.set(SlipTokens::Ids(tokens));
        href(SLIPS)
    }

    /// Stores tokens for the page of the slips.
    pub fn set(self, tokens: SlipTokens) {
        self.0.set(tokens);
    }

    /// The stored tokens.
    pub fn tokens(self) -> SlipTokens {
        self.0.get_untracked()
    }
}
