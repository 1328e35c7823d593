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

use super::reading::after_work;
use crate::{api::directory::ApiDirectory, pages::inventory::InventoryStore};

/// How the reading of the person's own list stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// Under way.
    Running,
    /// It is here.
    Done,
    /// It could not be read; the inventory's part is shown.
    Failed(ServiceError),
}

/// Who the person is.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// Being looked up.
    Pending,
    /// A user of the directory.
    Known(User),
    /// Nobody any more.
    Deleted,
}

/// The person as far as they are known.
#[derive(Debug, Clone, Copy)]
pub struct PersonNow {
    /// Who they are.
    pub who: Memo<Who>,
    /// Why they could not be looked up.
    pub who_fault: RwSignal<Option<ServiceError>>,
    /// Their tokens by serial.
    pub tokens: Memo<Vec<HeldToken>>,
    /// How the reading of their list stands.
    pub listing: RwSignal<Listing>,
    id: StoredValue<UserId>,
    /// Their own list.
    holdings: RwSignal<Vec<Token>>,
    /// Those of their list that the inventory has, though it is not loaded that far.
    verified: RwSignal<Vec<Token>>,
    store: InventoryStore,
    /// Whether the person is being looked up.
    is_looking: StoredValue<bool>,
    /// Counts readings, so that a late one is told from the last.
    turn: StoredValue<u64>,
}

impl PersonNow {
    /// Shows what the inventory has, and reads the rest.
    pub fn new(id: UserId) -> Self {
        let store = expect_context::<InventoryStore>();
        let [holdings, verified] = [(); 2].map(|()| RwSignal::new(Vec::<Token>::new()));
        let wanted = id.clone();
        let who = Memo::new(move |_| {
            store.track();
            store.with(|list| match list.user(&wanted) {
                AssignedUserInfo::Known(user) => Who::Known(user.clone()),
                AssignedUserInfo::Deleted => Who::Deleted,
                AssignedUserInfo::Pending => Who::Pending,
            })
        });
        let wanted = id.clone();
        let tokens = Memo::new(move |_| {
            store.track();
            let (holdings, verified) = (holdings.get(), verified.get());
            store.with(|list| tokens_of(&wanted, verified.iter().chain(list.tokens()), &holdings))
        });
        let now = Self {
            who,
            who_fault: RwSignal::new(None),
            tokens,
            listing: RwSignal::new(Listing::Running),
            id: StoredValue::new(id),
            holdings,
            verified,
            store,
            is_looking: StoredValue::new(false),
            turn: StoredValue::new(0),
        };
        now.look_up();
        // The first page of a list that is read anew takes the place of all that was known, whoever was looked up meanwhile.
        Effect::new(move |_| {
            store.track();
            if now.who_fault.with_untracked(Option::is_none) {
                now.look_up();
            }
        });
        now.read();
        after_work(move || now.read());
        now
    }

    /// Looks the person up, unless they are known or being looked up.
    pub fn look_up(self) {
        self.who_fault.set(None);
        let Some(id) = self.id.try_get_value() else { return };
        if self.who.get_untracked() != Who::Pending || self.is_looking.get_value() {
            return;
        }
        self.is_looking.set_value(true);
        spawn_local(async move {
            let answer = ApiDirectory.users_by_id(vec![id.clone()]).await;
            // The panel may have been closed meanwhile.
            _ = self.is_looking.try_set_value(false);
            match answer {
                Ok(users) => self.store.update(|list| {
                    list.set_users(users);
                    list.mark_deleted(&[id]);
                }),
                Err(error) => _ = self.who_fault.try_set(Some(error)),
            }
        });
    }

    /// Reads the person's own list.
    pub fn read(self) {
        self.listing.set(Listing::Running);
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        let id = self.id.get_value();
        spawn_local(async move {
            let answer = self.ask(id).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok((holdings, verified)) => {
                    self.verified.set(verified);
                    self.holdings.set(holdings);
                    self.listing.set(Listing::Done);
                }
                Err(error) => self.listing.set(Listing::Failed(error)),
            }
        });
    }

    /// The list, and those of it that only a look at the inventory tells from older ones.
    async fn ask(self, id: UserId) -> Result<(Vec<Token>, Vec<Token>), ServiceError> {
        let holdings = ApiDirectory.tokens_of_users(vec![id]).await?.into_iter().next().unwrap_or_default();
        let unseen: Vec<TokenId> = self.store.with(|list| {
            let ids = holdings.iter().map(|token| &token.id);
            ids.filter(|id| list.find(id).is_none()).take(MAX_ITEMS).cloned().collect()
        });
        if unseen.is_empty() {
            return Ok((holdings, Vec::new()));
        }
        let seen = ApiDirectory.tokens_by_id(unseen).await?;
        let verified = seen.into_iter().filter_map(|seen| seen.ok().flatten()).collect();
        Ok((holdings, verified))
    }
}
