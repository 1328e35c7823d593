//! The inventory in the browser's memory: loaded page after page, kept while the person looks at other pages.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    inventory::Inventory,
    ports::{Cursor, Directory, MAX_USERS},
    user::UserId,
};

use crate::{
    api::directory::ApiDirectory,
    browser::local_time,
    components::announcer::{Announcer, use_announcer},
    format::tokens,
    preload,
};

/// How the loading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loading {
    /// Not begun, or out of date.
    Idle,
    /// Pages are arriving.
    Running,
    /// Everything is here.
    Complete,
    /// A page could not be read; what was loaded stays.
    Failed(ServiceError),
}

/// The inventory and how its loading stands.
#[derive(Debug, Clone, Copy)]
pub struct InventoryStore {
    list: StoredValue<Inventory>,
    /// Changes whenever the list does.
    version: RwSignal<u64>,
    loading: RwSignal<Loading>,
    /// Where the next page begins, for going on after a failure.
    next: StoredValue<Option<Cursor>>,
    /// Counts reloads, so that a superseded walk stops.
    generation: StoredValue<u64>,
    is_naming: StoredValue<bool>,
    /// Why the users' names could not be looked up.
    names_error: RwSignal<Option<ServiceError>>,
    announcer: Announcer,
}

/// Lends the store to all pages.
pub fn provide_inventory() {
    provide_context(InventoryStore {
        list: StoredValue::new(new_list()),
        version: RwSignal::new(0),
        loading: RwSignal::new(Loading::Idle),
        next: StoredValue::new(None),
        generation: StoredValue::new(0),
        is_naming: StoredValue::new(false),
        names_error: RwSignal::new(None),
        announcer: use_announcer(),
    });
}

/// An empty list, whose instants are found as the column shows them: by local time.
fn new_list() -> Inventory {
    Inventory::with_time_format(local_time)
}

impl InventoryStore {
    /// Reads the list.
    pub fn with<T>(&self, read: impl FnOnce(&Inventory) -> T) -> T {
        self.list.with_value(read)
    }

    /// Changes the list: what was read back after a write, or found out in another way.
    pub fn update(&self, change: impl FnOnce(&mut Inventory)) {
        self.list.update_value(change);
        self.version.update(|version| *version += 1);
    }

    /// Makes the caller run again when the list changes.
    pub fn track(&self) {
        self.version.track();
    }

    /// How many tokens are loaded.
    pub fn len(&self) -> usize {
        self.track();
        self.with(Inventory::len)
    }

    /// How the loading stands.
    pub fn loading(&self) -> Loading {
        self.loading.get()
    }

    /// Whether pages are arriving.
    pub fn is_loading(&self) -> bool {
        self.loading.with(|loading| *loading == Loading::Running)
    }

    /// Why loading failed, if it did.
    pub fn load_error(&self) -> Option<ServiceError> {
        self.loading.with(|loading| match loading {
            Loading::Failed(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// Why the users' names could not be looked up, if so.
    pub fn names_error(&self) -> Option<ServiceError> {
        self.names_error.get()
    }

    /// After a failure: whether what is here was read before, because not even the first page could be read anew.
    pub fn is_stale(&self) -> bool {
        self.next.with_value(Option::is_none)
    }

    /// Loads unless the list is here or on its way; makes the caller run again when the list goes out of date.
    pub fn load_if_needed(self) {
        if self.loading.get() == Loading::Idle {
            self.reload();
        }
    }

    /// The list is out of date: it will be read anew when it is looked at.
    pub fn invalidate(self) {
        self.generation.update_value(|generation| *generation += 1);
        self.loading.set(Loading::Idle);
    }

    /// Reads everything anew. What is here stays until the first page is.
    pub fn reload(self) {
        self.next.set_value(None);
        self.resume();
    }

    /// Goes on where a failure stopped.
    pub fn resume(self) {
        self.generation.update_value(|generation| *generation += 1);
        let generation = self.generation.get_value();
        self.loading.set(Loading::Running);
        spawn_local(async move { self.load_pages(generation).await });
    }

    async fn load_pages(self, generation: u64) {
        loop {
            let after = self.next.get_value();
            let is_first = after.is_none();
            let page = match preload::take_first_page().await {
                Some(answer) if is_first => answer,
                _ => ApiDirectory.tokens(after).await,
            };
            if self.generation.get_value() != generation {
                return;
            }
            match page {
                Ok(page) => {
                    if is_first {
                        self.list.set_value(new_list());
                    }
                    self.update(|list| list.merge_page(page.items));
                    self.load_holder_names();
                    let is_last = page.next.is_none();
                    self.next.set_value(page.next);
                    if is_last {
                        self.loading.set(Loading::Complete);
                        self.announcer.announce(format!("{} loaded", tokens(self.with(Inventory::len))));
                        return;
                    }
                }
                Err(error) => {
                    self.loading.set(Loading::Failed(error));
                    return;
                }
            }
        }
    }

    /// Looks up the holders that have no user principal name yet: the inventory itself knows none.
    pub fn load_holder_names(self) {
        if self.is_naming.get_value() {
            return;
        }
        self.is_naming.set_value(true);
        self.names_error.set(None);
        spawn_local(async move {
            loop {
                let mut ids: Vec<UserId> = self.with(Inventory::users_to_look_up);
                ids.truncate(MAX_USERS);
                if ids.is_empty() {
                    break;
                }
                // Without them the rows still show the display name that the inventory has.
                let users = match ApiDirectory.users_by_id(ids.clone()).await {
                    Ok(users) => users,
                    Err(error) => {
                        self.names_error.set(Some(error));
                        break;
                    }
                };
                self.update(|list| {
                    list.set_users(users);
                    list.mark_deleted(&ids);
                });
            }
            self.is_naming.set_value(false);
        });
    }
}
