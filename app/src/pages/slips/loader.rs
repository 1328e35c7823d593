//! Loads the tokens of the slips.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    ports::{Directory, IdLookup, MAX_ITEMS},
    token::{Token, TokenId},
};

use crate::api::directory::ApiDirectory;

/// The state of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipLoadState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed(ServiceError),
}

/// The tokens, loaded by their ids.
#[derive(Debug, Clone, Copy)]
pub struct SlipLoader {
    /// The tokens that were found, in the order of their ids.
    pub tokens: RwSignal<Vec<Token>>,
    /// The ids without a token, and why.
    pub missing: RwSignal<Vec<(TokenId, String)>>,
    /// The state of loading.
    pub load_state: RwSignal<SlipLoadState>,
    ids: StoredValue<Vec<TokenId>>,
}

impl SlipLoader {
    /// Starts loading, in the browser.
    pub fn new(ids: Vec<TokenId>) -> Self {
        let slips = Self {
            tokens: RwSignal::new(Vec::new()),
            missing: RwSignal::new(Vec::new()),
            load_state: RwSignal::new(SlipLoadState::Running),
            ids: StoredValue::new(ids),
        };
        Effect::new(move |_| slips.read());
        slips
    }

    /// Loads all tokens.
    pub fn read(self) {
        self.load_state.set(SlipLoadState::Running);
        let ids = self.ids.get_value();
        spawn_local(async move {
            let (mut tokens, mut missing) = (Vec::new(), Vec::new());
            for chunk in ids.chunks(MAX_ITEMS) {
                match ApiDirectory::new().tokens_by_id(chunk.to_vec()).await {
                    Ok(seen) => split_found(chunk, seen, &mut tokens, &mut missing),
                    // The page may have been left.
                    Err(error) => {
                        _ = self.load_state.try_set(SlipLoadState::Failed(error));
                        return;
                    }
                }
            }
            if self.load_state.try_set(SlipLoadState::Done).is_none() {
                self.tokens.set(tokens);
                self.missing.set(missing);
            }
        });
    }
}

fn split_found(
    ids: &[TokenId],
    seen: Vec<IdLookup>,
    tokens: &mut Vec<Token>,
    missing: &mut Vec<(TokenId, String)>,
) {
    for (id, seen) in ids.iter().zip(seen) {
        match seen {
            Ok(Some(token)) => tokens.push(token),
            Ok(None) => missing.push((id.clone(), "the inventory has no such token any more.".to_owned())),
            Err(refusal) => missing.push((id.clone(), format!("Microsoft Graph says: {}", refusal.message))),
        }
    }
}
