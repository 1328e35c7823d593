//! The tokens of the slips to print, where they do not fit in the URL.

use leptos::prelude::*;
use token_core::token::TokenId;

use crate::{
    base::href,
    paths::{self, SLIPS},
};

/// Maximum number of slips at once.
pub const MAX_SLIPS: usize = 200;
/// Maximum number of tokens in the URL; proxies may truncate longer URLs.
const MAX_SLIPS_IN_URL: usize = 50;

/// Tokens that another page passes on when they do not fit in the URL; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct SlipSelection(RwSignal<Vec<TokenId>>);

/// Provides the selection as context.
pub fn provide_slip_selection() {
    provide_context(SlipSelection(RwSignal::new(Vec::new())));
}

impl SlipSelection {
    /// The URL of the slips of these tokens. If they do not fit in it, stores them in the selection.
    pub fn url_for(self, tokens: Vec<TokenId>) -> String {
        if tokens.len() <= MAX_SLIPS_IN_URL {
            return paths::slips(&tokens);
        }
        self.0.set(tokens);
        href(SLIPS)
    }

    /// The stored tokens.
    pub fn tokens(self) -> Vec<TokenId> {
        self.0.get_untracked()
    }
}
