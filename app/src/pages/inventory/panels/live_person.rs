//! One person and all their tokens, including those that the inventory does not list.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    inventory::AssignedUserInfo,
    manage::person::{HeldToken, tokens_of},
    ports::{Directory, MAX_ITEMS},
    token::{Token, TokenId},
    user::{User, UserId},
};

use super::live_token::on_revision;
use crate::{api::directory::ApiDirectory, state::inventory::InventoryStore};

/// The state of loading the person's own list of tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum MethodsLoadState {
    /// Under way.
    Running,
    /// Loaded.
    Done,
    /// It could not be read; only tokens from the inventory are shown.
    Failed(ServiceError),
}

/// The result of looking up the person in the directory.
#[derive(Debug, Clone, PartialEq)]
pub enum PersonLookup {
    /// Not looked up yet.
    Pending,
    /// A user of the directory.
    Known(User),
    /// No longer in the directory.
    Deleted,
}

/// The person and their tokens, kept up to date.
#[derive(Debug, Clone, Copy)]
pub struct LivePerson {
    /// The lookup in the directory.
    pub lookup: Memo<PersonLookup>,
    /// Why the lookup failed.
    pub lookup_error: RwSignal<Option<ServiceError>>,
    /// Their tokens by serial.
    pub tokens: Memo<Vec<HeldToken>>,
    /// The state of loading their own list.
    pub load_state: RwSignal<MethodsLoadState>,
    id: StoredValue<UserId>,
    /// The tokens in their own list.
    methods: RwSignal<Vec<Token>>,
    /// Those of that list that the inventory has, although it is not loaded that far.
    verified: RwSignal<Vec<Token>>,
    store: InventoryStore,
    /// Whether the person is being looked up.
    is_looking_up: StoredValue<bool>,
    /// Incremented on each request, so that responses to earlier ones are dropped.
    generation: StoredValue<u64>,
}

impl LivePerson {
    /// Starts with the tokens of the inventory, and loads the rest.
    pub fn new(id: UserId) -> Self {
        let store = expect_context::<InventoryStore>();
        let [methods, verified] = [(); 2].map(|()| RwSignal::new(Vec::<Token>::new()));
        let wanted = id.clone();
        // While the inventory is being reloaded, what is known is kept, and with it what is being typed.
        let lookup = Memo::new(move |before: Option<&PersonLookup>| {
            store.track();
            store.with(|list| match list.user(&wanted) {
                AssignedUserInfo::Known(user) => PersonLookup::Known(user.clone()),
                AssignedUserInfo::Deleted => PersonLookup::Deleted,
                AssignedUserInfo::Pending => before.cloned().unwrap_or(PersonLookup::Pending),
            })
        });
        let wanted = id.clone();
        let tokens = Memo::new(move |_| {
            store.track();
            let (methods, verified) = (methods.get(), verified.get());
            store.with(|list| tokens_of(&wanted, verified.iter().chain(list.tokens()), &methods))
        });
        let now = Self {
            lookup,
            lookup_error: RwSignal::new(None),
            tokens,
            load_state: RwSignal::new(MethodsLoadState::Running),
            id: StoredValue::new(id),
            methods,
            verified,
            store,
            is_looking_up: StoredValue::new(false),
            generation: StoredValue::new(0),
        };
        now.look_up();
        // Reloading the inventory replaces the list with its first page, and drops the users that were looked up.
        Effect::new(move |_| {
            store.track();
            if now.lookup_error.with_untracked(Option::is_none) {
                now.look_up();
            }
        });
        now.read();
        on_revision(move || now.read());
        now
    }

    /// Looks the person up, unless they are known or being looked up.
    pub fn look_up(self) {
        self.lookup_error.set(None);
        let Some(id) = self.id.try_get_value() else { return };
        let is_pending = self.store.with(|list| matches!(list.user(&id), AssignedUserInfo::Pending));
        if !is_pending || self.is_looking_up.get_value() {
            return;
        }
        self.is_looking_up.set_value(true);
        spawn_local(async move {
            let answer = ApiDirectory::new().users_by_id(vec![id.clone()]).await;
            // The panel may have been closed meanwhile.
            _ = self.is_looking_up.try_set_value(false);
            match answer {
                Ok(users) => self.store.update(|list| {
                    list.set_users(users);
                    list.mark_deleted(&[id]);
                }),
                Err(error) => _ = self.lookup_error.try_set(Some(error)),
            }
        });
    }

    /// Loads the person's own list.
    pub fn read(self) {
        self.load_state.set(MethodsLoadState::Running);
        self.generation.update_value(|generation| *generation += 1);
        let generation = self.generation.get_value();
        let id = self.id.get_value();
        spawn_local(async move {
            let answer = self.fetch(id).await;
            if self.generation.try_get_value() != Some(generation) {
                return;
            }
            match answer {
                Ok((methods, verified)) => {
                    self.verified.set(verified);
                    self.methods.set(methods);
                    self.load_state.set(MethodsLoadState::Done);
                }
                Err(error) => self.load_state.set(MethodsLoadState::Failed(error)),
            }
        });
    }

    /// The person's list, and its tokens that exist in the inventory but are not loaded: only these differ from legacy
    /// ones.
    async fn fetch(self, id: UserId) -> Result<(Vec<Token>, Vec<Token>), ServiceError> {
        let lists = ApiDirectory::new().tokens_of_users(vec![id]).await?;
        // A refusal of the only user is the error of the call.
        let methods: Vec<Token> = lists.into_iter().flatten().flatten().collect();
        let unseen: Vec<TokenId> = self.store.with(|list| {
            let ids = methods.iter().map(|token| &token.id);
            ids.filter(|id| list.find(id).is_none()).take(MAX_ITEMS).cloned().collect()
        });
        if unseen.is_empty() {
            return Ok((methods, Vec::new()));
        }
        let seen = ApiDirectory::new().tokens_by_id(unseen).await?;
        let verified = seen.into_iter().filter_map(|seen| seen.ok().flatten()).collect();
        Ok((methods, verified))
    }
}
