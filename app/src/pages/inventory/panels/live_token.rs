//! Reads one token again when its panel opens, and after actions.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    ports::{Directory, Refusal},
    token::{Token, TokenId},
};

use crate::{
    api::directory::ApiDirectory,
    state::{inventory::InventoryStore, token_actions::use_token_actions},
};

/// The state of loading.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenLoadState {
    /// Under way.
    Running,
    /// The token is up to date.
    Done,
    /// The inventory has no such token.
    Gone,
    /// The call failed.
    Failed(ServiceError),
    /// Microsoft refused this token.
    Refused(Refusal),
}

/// A token in the inventory, and whether it is up to date.
#[derive(Debug, Clone, Copy)]
pub struct LiveToken {
    /// The token as last read; `None` before that.
    pub token: Memo<Option<Token>>,
    /// The state of loading.
    pub load_state: RwSignal<TokenLoadState>,
    id: StoredValue<TokenId>,
    store: InventoryStore,
}

impl LiveToken {
    /// Starts with the token of the inventory, and reads it again.
    pub fn new(id: TokenId) -> Self {
        let store = expect_context::<InventoryStore>();
        let wanted = id.clone();
        // While the inventory is being reloaded, the last known state is kept.
        let token = Memo::new(move |before: Option<&Option<Token>>| {
            store.track();
            let found = store.with(|list| list.find(&wanted).cloned());
            found.or_else(|| before.cloned().flatten())
        });
        let now = Self {
            token,
            load_state: RwSignal::new(TokenLoadState::Running),
            id: StoredValue::new(id),
            store,
        };
        now.read();
        on_revision(move || now.read());
        now
    }

    /// Reads the token and updates it in the inventory.
    pub fn read(self) {
        self.load_state.set(TokenLoadState::Running);
        let Some(id) = self.id.try_get_value() else { return };
        spawn_local(async move {
            let load_state = match ApiDirectory::new().tokens_by_id(vec![id]).await {
                Ok(seen) => match seen.into_iter().next() {
                    Some(Ok(Some(token))) => {
                        self.store.update(|list| list.replace(token));
                        self.store.load_holder_names();
                        TokenLoadState::Done
                    }
                    Some(Err(refusal)) => TokenLoadState::Refused(refusal),
                    Some(Ok(None)) | None => TokenLoadState::Gone,
                },
                Err(error) => TokenLoadState::Failed(error),
            };
            self.load_state.set(load_state);
        });
    }
}

/// Calls `run` after each run of actions, and after each refresh of its tokens.
pub fn on_revision(run: impl Fn() + 'static) {
    let actions = use_token_actions();
    Effect::watch(move || actions.revision(), move |_, _, _| run(), false);
}
