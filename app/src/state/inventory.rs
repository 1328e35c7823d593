//! The inventory in the browser: loaded page by page, and kept while other pages are open.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    inventory::Inventory,
    ports::{Cursor, Directory, MAX_USERS},
    token::SerialNumber,
    user::UserId,
};

use super::announcer::{Announcer, use_announcer};
use crate::{
    api::directory::ApiDirectory,
    browser::{local_time, now_ms, sleep},
    first_page::{self, FirstPage},
    format::tokens,
};

/// The longest pause that is made without asking; after a longer one the reading ends with the reason and *Retry*.
const LONGEST_PAUSE_MS: u64 = 120_000;

/// The state of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loading {
    /// Not started, or invalidated.
    Idle,
    /// Pages are being loaded.
    Running,
    /// Everything is loaded.
    Complete,
    /// A page could not be loaded; what was loaded is kept.
    Failed(ServiceError),
}

/// The inventory, and the state of loading; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct InventoryStore {
    list: StoredValue<Inventory>,
    /// Incremented on each change of the list.
    version: RwSignal<u64>,
    loading: RwSignal<Loading>,
    /// Cursor of the next page, for resuming after an error.
    next: StoredValue<Option<Cursor>>,
    /// Incremented on each reload, so that superseded ones stop.
    generation: StoredValue<u64>,
    /// When all of it was read, in milliseconds since 1970.
    read_ms: StoredValue<Option<f64>>,
    is_naming: StoredValue<bool>,
    /// How long Microsoft asks for a pause, in seconds, while one lasts.
    pause_s: RwSignal<Option<u64>>,
    /// Why the names of users could not be loaded.
    names_error: RwSignal<Option<ServiceError>>,
    announcer: Announcer,
}

/// Provides the store as context.
pub fn provide_inventory() {
    provide_context(InventoryStore {
        // Times are searched as the column shows them, in local time.
        list: StoredValue::new(Inventory::with_time_format(local_time).with_clock(now_ms)),
        version: RwSignal::new(0),
        loading: RwSignal::new(Loading::Idle),
        next: StoredValue::new(None),
        generation: StoredValue::new(0),
        read_ms: StoredValue::new(None),
        is_naming: StoredValue::new(false),
        pause_s: RwSignal::new(None),
        names_error: RwSignal::new(None),
        announcer: use_announcer(),
    });
}

impl InventoryStore {
    /// Reads the list.
    pub fn with<T>(&self, read: impl FnOnce(&Inventory) -> T) -> T {
        self.list.with_value(read)
    }

    /// Changes the list, for example after tokens were read again.
    pub fn update(&self, change: impl FnOnce(&mut Inventory)) {
        self.list.update_value(change);
        self.version.update(|version| *version += 1);
    }

    /// Lists tokens by their serials, to be shown by the filter word [`token_core::inventory::LISTED_WORD`].
    pub fn set_listed(&self, serials: &[SerialNumber]) {
        self.update(|list| list.set_listed(serials.iter()));
    }

    /// Reactive: the caller runs again when the list changes.
    pub fn track(&self) {
        self.version.track();
    }

    /// How many tokens are loaded.
    pub fn len(&self) -> usize {
        self.track();
        self.with(Inventory::len)
    }

    /// How many tokens the inventory has, if all are loaded. Not reactive.
    pub fn known_size(&self) -> Option<usize> {
        let is_complete = self.loading.with_untracked(|loading| *loading == Loading::Complete);
        is_complete.then(|| self.with(Inventory::len))
    }

    /// The state of loading.
    pub fn loading(&self) -> Loading {
        self.loading.get()
    }

    /// Whether pages are being loaded.
    pub fn is_loading(&self) -> bool {
        self.loading.with(|loading| *loading == Loading::Running)
    }

    /// When all of the inventory was read, in milliseconds since 1970; `None` unless that is the case.
    pub fn read_ms(&self) -> Option<f64> {
        let is_complete = self.loading.with(|loading| *loading == Loading::Complete);
        self.read_ms.get_value().filter(|_| is_complete)
    }

    /// The pause that Microsoft asks for, in seconds. Reactive.
    pub fn pause_s(&self) -> Option<u64> {
        self.pause_s.get()
    }

    /// Waits as long as Microsoft asks for, and says so; not where that is too long to wait without being asked.
    async fn pause(self, after_ms: u64) -> bool {
        let is_short = after_ms <= LONGEST_PAUSE_MS;
        if is_short {
            self.pause_s.set(Some(after_ms.div_ceil(1_000)));
            sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
            self.pause_s.set(None);
        }
        is_short
    }

    /// The error of loading, if any.
    pub fn load_error(&self) -> Option<ServiceError> {
        self.loading.with(|loading| match loading {
            Loading::Failed(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// The error of loading the names of users, if any.
    pub fn names_error(&self) -> Option<ServiceError> {
        self.names_error.get()
    }

    /// After an error: whether the list is from before the reload, because not even the first page could be loaded.
    pub fn is_stale(&self) -> bool {
        self.next.with_value(Option::is_none)
    }

    /// Loads the list unless it is loaded or loading; reactive: the caller runs again when the list is invalidated.
    pub fn load_if_needed(self) {
        if self.loading.get() == Loading::Idle {
            self.reload();
        }
    }

    /// Marks the list as out of date, so that it is reloaded when the page is opened.
    pub fn invalidate(self) {
        self.generation.update_value(|generation| *generation += 1);
        self.loading.set(Loading::Idle);
    }

    /// Reloads everything. The old list is kept until the first page is loaded.
    pub fn reload(self) {
        self.next.set_value(None);
        self.resume();
    }

    /// Resumes loading after an error.
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
            let FirstPage { page, users } = match first_page::take() {
                Some(first) if is_first => first,
                _ => FirstPage { page: ApiDirectory::new().tokens(after).await, users: Vec::new() },
            };
            let is_paused = match page {
                Err(ServiceError::Throttled { after_ms }) => self.pause(after_ms).await,
                _ => false,
            };
            if self.generation.get_value() != generation {
                return;
            }
            match page {
                Ok(page) => {
                    if is_first {
                        self.list.update_value(|list| *list = list.emptied());
                    }
                    self.update(|list| {
                        list.merge_page(page.items);
                        list.set_users(users);
                    });
                    self.load_holder_names();
                    let is_last = page.next.is_none();
                    self.next.set_value(page.next);
                    if is_last {
                        self.read_ms.set_value(Some(js_sys::Date::now()));
                        self.loading.set(Loading::Complete);
                        self.announcer.announce(format!("{} loaded", tokens(self.with(Inventory::len))));
                        return;
                    }
                }
                // The same page again.
                Err(_) if is_paused => {}
                Err(error) => {
                    self.loading.set(Loading::Failed(error));
                    return;
                }
            }
        }
    }

    /// Looks up the assigned users whose user principal name is not known yet: the inventory does not contain it.
    pub fn load_holder_names(self) {
        if self.is_naming.get_value() {
            return;
        }
        self.is_naming.set_value(true);
        self.names_error.set(None);
        spawn_local(async move {
            loop {
                let ids: Vec<UserId> = self.with(|list| list.users_to_look_up(MAX_USERS));
                if ids.is_empty() {
                    break;
                }
                // On failure the rows still show the display names from the inventory.
                let users = match ApiDirectory::new().users_by_id(ids.clone()).await {
                    Ok(users) => users,
                    Err(ServiceError::Throttled { after_ms }) if self.pause(after_ms).await => continue,
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
