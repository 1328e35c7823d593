//! One person and all their tokens, those included that the inventory hides.

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
use crate::{api::directory::ApiDirectory, pages::inventory::InventoryStore};

/// How the reading of the person's own list stands.
#[derive(Debug, Clone, PartialEq)]
pub enum MethodsLoadState {
    /// Under way.
    Running,
    /// It is here.
    Done,
    /// It could not be read; the inventory's part is shown.
    Failed(ServiceError),
}

/// Who the person is.
#[derive(Debug, Clone, PartialEq)]
pub enum PersonLookup {
    /// Being looked up.
    Pending,
    /// A user of the directory.
    Known(User),
    /// Nobody any more.
    Deleted,
}

/// The person as far as they are known.
#[derive(Debug, Clone, Copy)]
pub struct LivePerson {
    /// Who they are.
    pub lookup: Memo<PersonLookup>,
    /// Why they could not be looked up.
    pub lookup_error: RwSignal<Option<ServiceError>>,
    /// Their tokens by serial.
    pub tokens: Memo<Vec<HeldToken>>,
    /// How the reading of their list stands.
    pub load_state: RwSignal<MethodsLoadState>,
    id: StoredValue<UserId>,
    /// Their own list.
    methods: RwSignal<Vec<Token>>,
    /// Those of their list that the inventory has, though it is not loaded that far.
    verified: RwSignal<Vec<Token>>,
    store: InventoryStore,
    /// Whether the person is being looked up.
    is_looking_up: StoredValue<bool>,
    /// Counts readings, so that a late one is told from the last.
    generation: StoredValue<u64>,
}

impl LivePerson {
    /// Shows what the inventory has, and reads the rest.
    pub fn new(id: UserId) -> Self {
        let store = expect_context::<InventoryStore>();
        let [methods, verified] = [(); 2].map(|()| RwSignal::new(Vec::<Token>::new()));
        let wanted = id.clone();
        let lookup = Memo::new(move |_| {
            store.track();
            store.with(|list| match list.user(&wanted) {
                AssignedUserInfo::Known(user) => PersonLookup::Known(user.clone()),
                AssignedUserInfo::Deleted => PersonLookup::Deleted,
                AssignedUserInfo::Pending => PersonLookup::Pending,
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
        // The first page of a list that is read anew takes the place of all that was known, whoever was looked up meanwhile.
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
        if self.lookup.get_untracked() != PersonLookup::Pending || self.is_looking_up.get_value() {
            return;
        }
        self.is_looking_up.set_value(true);
        spawn_local(async move {
            let answer = ApiDirectory.users_by_id(vec![id.clone()]).await;
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

    /// Reads the person's own list.
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

    /// The list, and those of it that only a look at the inventory tells from older ones.
    async fn fetch(self, id: UserId) -> Result<(Vec<Token>, Vec<Token>), ServiceError> {
        let methods = ApiDirectory.tokens_of_users(vec![id]).await?.into_iter().next().unwrap_or_default();
        let unseen: Vec<TokenId> = self.store.with(|list| {
            let ids = methods.iter().map(|token| &token.id);
            ids.filter(|id| list.find(id).is_none()).take(MAX_ITEMS).cloned().collect()
        });
        if unseen.is_empty() {
            return Ok((methods, Vec::new()));
        }
        let seen = ApiDirectory.tokens_by_id(unseen).await?;
        let verified = seen.into_iter().filter_map(|seen| seen.ok().flatten()).collect();
        Ok((methods, verified))
    }
}
