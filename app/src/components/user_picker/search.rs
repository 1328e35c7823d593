//! The search of the picker. Only the last query counts; its pages arrive in order.

use std::{collections::HashMap, ops::Range};

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    ports::{Cursor, Directory, MAX_ITEMS},
    user::{User, UserId},
};

use super::eligibility::{counts, disabled_reason};
use crate::{api::directory::ApiDirectory, browser::sleep, state::inventory::InventoryStore};

/// Debounce delay after the last key before the directory is searched, in milliseconds.
const TYPING_PAUSE_MS: u32 = 200;
/// Debounce delay before the token lists of the users in view are read, in milliseconds.
const LISTS_PAUSE_MS: u32 = 300;

/// The stage of the search.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchStage {
    /// Nothing was typed.
    Idle,
    /// The response has not arrived yet.
    Searching,
    /// The results are shown; whether there are more.
    Found { more: bool },
    /// The next page is being read.
    Continuing,
    /// The call failed.
    Failed(ServiceError),
}

/// The search and what it found.
#[derive(Debug, Clone, Copy)]
pub struct UserSearch {
    /// The query.
    pub text: RwSignal<String>,
    /// Its stage.
    pub stage: RwSignal<SearchStage>,
    /// The users found, in the order of arrival.
    pub people: RwSignal<Vec<User>>,
    /// The active option.
    pub active: RwSignal<Option<UserId>>,
    /// How many tokens each user has in the inventory.
    held: Memo<HashMap<UserId, usize>>,
    /// The same by the users' own lists, which include legacy tokens; as far as read.
    listed: RwSignal<HashMap<UserId, usize>>,
    next: StoredValue<Option<Cursor>>,
    /// Incremented by each query, so that a late response is discarded.
    generation: StoredValue<u64>,
    /// Incremented by each scroll, so that only the last one reads token lists.
    look: StoredValue<u64>,
}

impl UserSearch {
    /// An empty search.
    pub fn new() -> Self {
        let store = expect_context::<InventoryStore>();
        let held = Memo::new(move |_| {
            store.track();
            store.with(counts)
        });
        Self {
            text: RwSignal::new(String::new()),
            stage: RwSignal::new(SearchStage::Idle),
            people: RwSignal::new(Vec::new()),
            active: RwSignal::new(None),
            held,
            listed: RwSignal::new(HashMap::new()),
            next: StoredValue::new(None),
            generation: StoredValue::new(0),
            look: StoredValue::new(0),
        }
    }

    /// How many tokens a user has, as far as known.
    pub fn held(self, id: &UserId) -> usize {
        let count = |counts: &HashMap<UserId, usize>| counts.get(id).copied().unwrap_or_default();
        self.held.with(count).max(self.listed.with(count))
    }

    /// Why this user cannot be chosen.
    pub fn disabled_reason(self, user: &User) -> Option<String> {
        disabled_reason(user, self.held(&user.id))
    }

    /// Sets the query, and searches when the typing pauses.
    pub fn set_text(self, text: String) {
        self.generation.update_value(|generation| *generation += 1);
        self.active.set(None);
        let is_blank = text.trim().is_empty();
        self.text.set(text);
        if is_blank {
            self.people.set(Vec::new());
            self.stage.set(SearchStage::Idle);
            return;
        }
        self.stage.set(SearchStage::Searching);
        let generation = self.generation.get_value();
        spawn_local(async move {
            sleep(TYPING_PAUSE_MS).await;
            self.ask(generation, None).await;
        });
    }

    /// Requests the next page, if there is one and it is not being read.
    pub fn load_more(self) {
        if self.stage.get_untracked() != (SearchStage::Found { more: true }) {
            return;
        }
        self.stage.set(SearchStage::Continuing);
        let (generation, after) = (self.generation.get_value(), self.next.get_value());
        spawn_local(async move { self.ask(generation, after).await });
    }

    /// Searches again after a failure.
    pub fn retry(self) {
        self.set_text(self.text.get_untracked());
    }

    fn is_current(self, generation: u64) -> bool {
        self.generation.try_get_value() == Some(generation)
    }

    async fn ask(self, generation: u64, after: Option<Cursor>) {
        if !self.is_current(generation) {
            return;
        }
        let is_first = after.is_none();
        let answer = ApiDirectory::new().search_users(self.text.get_untracked(), after).await;
        if !self.is_current(generation) {
            return;
        }
        match answer {
            Ok(page) => {
                self.people.update(|people| {
                    if is_first {
                        people.clear();
                    }
                    append_new(people, page.items);
                });
                self.stage.set(SearchStage::Found { more: page.next.is_some() });
                self.next.set_value(page.next);
            }
            Err(error) => {
                if is_first {
                    self.people.set(Vec::new());
                }
                self.stage.set(SearchStage::Failed(error));
            }
        }
    }

    /// Reads the token lists of these users, who are in view, unless the list is scrolled again soon.
    pub fn load_token_counts(self, in_view: Range<usize>) {
        self.look.update_value(|look| *look += 1);
        let look = self.look.get_value();
        spawn_local(async move {
            sleep(LISTS_PAUSE_MS).await;
            if self.look.try_get_value() != Some(look) {
                return;
            }
            let ids = self.uncounted(in_view);
            if ids.is_empty() {
                return;
            }
            // Without the lists the inventory's counts are used; the plan checks again before anything is written.
            let Ok(lists) = ApiDirectory::new().tokens_of_users(ids.clone()).await else { return };
            let lengths = ids.into_iter().zip(lists).filter_map(|(id, list)| Some((id, list.ok()?.len())));
            self.listed.update(|listed| listed.extend(lengths));
        });
    }

    fn uncounted(self, in_view: Range<usize>) -> Vec<UserId> {
        let shown = self.people.with_untracked(|people| {
            let users = people.get(in_view).unwrap_or_default();
            users.iter().map(|user| user.id.clone()).collect::<Vec<_>>()
        });
        let is_unread = |id: &UserId| self.listed.with_untracked(|listed| !listed.contains_key(id));
        shown.into_iter().filter(is_unread).take(MAX_ITEMS).collect()
    }

    /// Moves to another option, and loads more at the last one.
    pub fn step(self, step: ListMove) {
        let (id, is_last) = self.people.with_untracked(|people| {
            let now = self.active.with_untracked(|active| {
                active.as_ref().and_then(|id| people.iter().position(|user| user.id == *id))
            });
            let place = step.from(now, people.len());
            let id = place.and_then(|place| people.get(place)).map(|user| user.id.clone());
            (id, place.is_some_and(|place| place + 1 == people.len()))
        });
        self.active.set(id);
        if is_last {
            self.load_more();
        }
    }

    /// The index of the active option.
    pub fn active_place(self) -> Option<usize> {
        let id = self.active.get()?;
        self.people.with_untracked(|people| people.iter().position(|user| user.id == id))
    }

    /// The user whom Enter chooses: the active option, or the only result.
    pub fn enter_choice(self) -> Option<User> {
        let is_settled = self.stage.with_untracked(|stage| matches!(stage, SearchStage::Found { .. }));
        self.people.with_untracked(|people| match (self.active.get_untracked(), people.as_slice()) {
            (Some(id), _) => people.iter().find(|user| user.id == id).cloned(),
            (None, [only]) if is_settled => Some(only.clone()),
            _ => None,
        })
    }
}

/// A move through the list by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListMove {
    /// Arrow up; from the first option back to the field.
    Up,
    /// Arrow down.
    Down,
    /// Home.
    First,
    /// End.
    Last,
}

impl ListMove {
    /// The move of a key. Home and End belong to the field until an option is active.
    pub fn from_key(key: &str, is_in_list: bool) -> Option<Self> {
        match key {
            "ArrowUp" => Some(Self::Up),
            "ArrowDown" => Some(Self::Down),
            "Home" if is_in_list => Some(Self::First),
            "End" if is_in_list => Some(Self::Last),
            _ => None,
        }
    }

    /// The index after the move, in a list of `total`; `None` is the field.
    fn from(self, now: Option<usize>, total: usize) -> Option<usize> {
        let last = total.checked_sub(1)?;
        match (self, now) {
            (Self::Up, None) | (Self::Last, _) => Some(last),
            (Self::Up, Some(place)) => place.checked_sub(1),
            (Self::Down, None) | (Self::First, _) => Some(0),
            (Self::Down, Some(place)) => Some((place + 1).min(last)),
        }
    }
}

/// Appends users who are not in the list yet: a page may repeat some when the directory changes meanwhile.
fn append_new(people: &mut Vec<User>, page: Vec<User>) {
    for user in page {
        if !people.iter().any(|known| known.id == user.id) {
            people.push(user);
        }
    }
}

/// The range of users in view, in a list of `total`.
pub fn in_view(scroll_top: i32, client_height: i32, scroll_height: i32, total: usize) -> Range<usize> {
    let height = f64::from(row_height(scroll_height, total));
    token_core::inventory::window(f64::from(scroll_top), f64::from(client_height), height, total, 1)
}

/// The scroll position that brings this index into view, no further than needed.
pub fn into_view(place: usize, total: usize, scroll_top: i32, client_height: i32, scroll_height: i32) -> i32 {
    let height = row_height(scroll_height, total);
    let top = i32::try_from(place).unwrap_or(i32::MAX).saturating_mul(height);
    scroll_top.clamp((top + height - client_height).min(top), top)
}

/// All rows have the same height, which the style sheet sets.
fn row_height(scroll_height: i32, total: usize) -> i32 {
    (scroll_height / i32::try_from(total.max(1)).unwrap_or(i32::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_through_the_list_and_back_to_the_field() {
        let walk = |steps: &[ListMove], total| steps.iter().fold(None, |now, step| step.from(now, total));
        assert_eq!(walk(&[ListMove::Down], 3), Some(0));
        assert_eq!(walk(&[ListMove::Down; 5], 3), Some(2), "stays at the last");
        assert_eq!(walk(&[ListMove::Down, ListMove::Up], 3), None, "back in the field");
        assert_eq!(walk(&[ListMove::Up], 3), Some(2));
        assert_eq!(walk(&[ListMove::Down, ListMove::Last, ListMove::First], 3), Some(0));
        assert_eq!(walk(&[ListMove::Down], 0), None, "nobody was found");
    }

    #[test]
    fn home_and_end_belong_to_the_field_until_an_option_is_active() {
        assert_eq!(ListMove::from_key("Home", false), None);
        assert_eq!(ListMove::from_key("End", true), Some(ListMove::Last));
        assert_eq!(ListMove::from_key("a", true), None);
    }

    #[test]
    fn a_page_never_repeats_a_person() {
        let user = |n: u32| User {
            id: UserId::parse(&format!("00000000-0000-0000-0000-{n:012}")).unwrap(),
            name: n.to_string(),
            upn: n.to_string(),
            mail: None,
            enabled: None,
            guest: None,
        };
        let mut people = vec![user(1), user(2)];
        append_new(&mut people, vec![user(2), user(3)]);
        assert_eq!(people.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    }

    #[test]
    fn scrolls_no_further_than_needed() {
        let scrolled = |place, top| into_view(place, 25, top, 280, 25 * 70);
        assert_eq!(scrolled(2, 0), 0, "in view already");
        assert_eq!(scrolled(4, 0), 70, "down until it is the last one in view");
        assert_eq!(scrolled(1, 700), 70, "up until it is the first one in view");
    }

    #[test]
    fn the_range_in_view_follows_the_scroll_position() {
        assert_eq!(in_view(0, 280, 25 * 70, 25), 0..6);
        assert_eq!(in_view(700, 280, 25 * 70, 25), 9..16);
        assert_eq!(in_view(0, 280, 0, 0), 0..0);
    }
}
