//! Loads the tokens of the slips.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    ports::{Directory, MAX_ITEMS, Refusal},
    token::Token,
};

use crate::{api::directory::ApiDirectory, state::slip_selection::SlipTokens};

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

/// The tokens, loaded by their ids or serial numbers.
#[derive(Debug, Clone, Copy)]
pub struct SlipLoader {
    /// The tokens that were found, in the order in which they were asked for.
    pub tokens: RwSignal<Vec<Token>>,
    /// The ids or serial numbers without a token, and why.
    pub missing: RwSignal<Vec<(String, String)>>,
    /// The state of loading.
    pub load_state: RwSignal<SlipLoadState>,
    wanted: StoredValue<SlipTokens>,
}

impl SlipLoader {
    /// Starts loading, in the browser.
    pub fn new(wanted: SlipTokens) -> Self {
        let slips = Self {
            tokens: RwSignal::new(Vec::new()),
            missing: RwSignal::new(Vec::new()),
            load_state: RwSignal::new(SlipLoadState::Running),
            wanted: StoredValue::new(wanted),
        };
        Effect::new(move |_| slips.read());
        slips
    }

    /// Loads all tokens.
    pub fn read(self) {
        self.load_state.set(SlipLoadState::Running);
        let wanted = self.wanted.get_value();
        spawn_local(async move {
            let found = match look_up(&wanted).await {
                Ok(found) => found,
                // The page may have been left.
                Err(error) => {
                    _ = self.load_state.try_set(SlipLoadState::Failed(error));
                    return;
                }
            };
            let (mut tokens, mut missing) = (Vec::new(), Vec::new());
            for (name, found) in found {
                match found {
                    Ok(found) if found.is_empty() => {
                        missing.push((name, "the inventory has no such token any more.".to_owned()));
                    }
                    Ok(found) => tokens.extend(found),
                    Err(refusal) => {
                        missing.push((name, format!("Microsoft Graph says: {}", refusal.message)))
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

/// The tokens of each id or serial number. Two manufacturers may have the same serial number.
async fn look_up(wanted: &SlipTokens) -> Result<Vec<(String, Result<Vec<Token>, Refusal>)>, ServiceError> {
    let directory = ApiDirectory::new();
    let mut all = Vec::new();
    match wanted {
        SlipTokens::Ids(ids) => {
            for chunk in ids.chunks(MAX_ITEMS) {
                let seen = directory.tokens_by_id(chunk.to_vec()).await?;
                let named = chunk.iter().map(|id| id.as_str().to_owned());
                all.extend(
                    named.zip(seen.into_iter().map(|seen| seen.map(|token| token.into_iter().collect()))),
                );
            }
        }
        SlipTokens::Serials(serials) => {
            for chunk in serials.chunks(MAX_ITEMS) {
                let seen = directory.tokens_by_serial(chunk.to_vec()).await?;
                all.extend(chunk.iter().map(ToString::to_string).zip(seen));
            }
        }
    }
    Ok(all)
}
