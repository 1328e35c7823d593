//! Searches the users of the directory while one types.

pub mod eligibility;
pub mod search;

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::{ev, html, prelude::*};
use token_core::user::{User, UserId};

use self::{
    eligibility::{addresses, status_line},
    search::{ListMove, SearchStage, UserSearch, in_view, into_view},
};
use super::error_note::ErrorNote;
use crate::{format::grouped, state::announcer::use_announcer};

/// Distance from the end of the list, in pixels, at which the next page is requested.
const NEAR_THE_END: i32 = 120;

/// A field, and below it the people whose name, user principal name or mail address begins with what was typed.
///
/// A combobox: arrows, Home and End move, Enter chooses, Escape clears the field. People who cannot be given another
/// token are disabled and say why.
#[component]
pub fn UserPicker(
    /// Receives the chosen user.
    chosen: Callback<User>,
    /// The label of the field.
    #[prop(default = "Search for a user")]
    label: &'static str,
) -> impl IntoView {
    let search = UserSearch::new();
    let name = new_name();
    let list = NodeRef::<html::Ul>::new();
    let announcer = use_announcer();
    let choose = Callback::new(move |user: User| match untrack(|| search.disabled_reason(&user)) {
        None => chosen.run(user),
        Some(why) => {
            search.active.set(Some(user.id));
            announcer.announce(why);
        }
    });
    let press = move |event: ev::KeyboardEvent| pressed(search, choose, &event);
    let has_people = move || search.people.with(|people| !people.is_empty());
    let list_id = format!("{name}-list");
    let active_id = {
        let name = name.clone();
        move || search.active.get().map(|id| option_id(&name, &id))
    };
    view! {
        <div class="picker">
            <label class="field">
                <span class="field__name">{label}</span>
                <input
                    class="input"
                    type="text"
                    role="combobox"
                    // Gets the focus when a dialog opens around it.
                    autofocus
                    placeholder="Name, user principal name or mail …"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-autocomplete="list"
                    aria-controls=list_id.clone()
                    aria-expanded=move || has_people().to_string()
                    aria-activedescendant=active_id
                    prop:value=move || search.text.get()
                    on:input:target=move |event| search.set_text(event.target().value())
                    on:keydown=press
                />
            </label>
            <p class="picker__state" role="status">
                {move || state(search)}
            </p>
            {move || failure(search)}
            <People search name list_id list choose />
        </div>
    }
}

/// The list of users found.
#[component]
fn People(
    search: UserSearch,
    name: String,
    list_id: String,
    list: NodeRef<html::Ul>,
    choose: Callback<User>,
) -> impl IntoView {
    let look = move || {
        let Some(element) = list.try_get_untracked().flatten() else { return };
        let total = search.people.with_untracked(Vec::len);
        let (top, height, all) = (element.scroll_top(), element.client_height(), element.scroll_height());
        search.load_token_counts(in_view(top, height, all, total));
        if top > 0 && all - top - height < NEAR_THE_END {
            search.load_more();
        }
    };
    // Scrolls to the top after the new results are rendered.
    Effect::watch(
        move || search.people.with(|people| people.first().map(|user| user.id.clone())),
        move |first, before, _| {
            if let (Some(element), true) =
                (list.get_untracked(), before.is_some_and(|before| before != first))
            {
                element.set_scroll_top(0);
            }
        },
        false,
    );
    Effect::new(move |_| {
        search.people.track();
        request_animation_frame(look);
    });
    Effect::new(move |_| {
        let (Some(element), Some(place)) = (list.get(), search.active_place()) else { return };
        let total = search.people.with_untracked(Vec::len);
        let top =
            into_view(place, total, element.scroll_top(), element.client_height(), element.scroll_height());
        element.set_scroll_top(top);
    });
    view! {
        <ul
            class="picker__list"
            class:picker__list--idle=move || search.stage.with(|stage| *stage == SearchStage::Idle)
            id=list_id
            role="listbox"
            aria-label="Users found"
            aria-busy=move || search.stage.with(|stage| *stage == SearchStage::Searching).to_string()
            node_ref=list
            on:scroll=move |_| look()
        >
            <For
                each=move || search.people.get()
                key=|user| user.id.clone()
                children=move |user| entry(search, &name, user, choose)
            />
        </ul>
    }
}

/// One user: name, addresses, and number of tokens or why they are disabled. Always three lines, so that nothing moves
/// when a count arrives.
fn entry(search: UserSearch, name: &str, user: User, choose: Callback<User>) -> AnyView {
    let user = StoredValue::new(user);
    let is_active =
        move || search.active.with(|active| user.with_value(|user| active.as_ref() == Some(&user.id)));
    let is_off = move || user.with_value(|user| search.disabled_reason(user)).is_some();
    let says = move || user.with_value(|user| status_line(user, search.held(&user.id)));
    view! {
        <li
            class="picker__entry"
            id=user.with_value(|user| option_id(name, &user.id))
            role="option"
            aria-selected=move || is_active().to_string()
            aria-disabled=move || is_off().to_string()
            // Keeps the focus in the field.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| choose.run(user.get_value())
        >
            <span class="picker__name">
                <bdi>{user.with_value(shown_name)}</bdi>
            </span>
            <span class="picker__more">
                <bdi>{user.with_value(addresses)}</bdi>
            </span>
            <span class="picker__standing">{says}</span>
        </li>
    }
    .into_any()
}

/// The name, or the user principal name when there is none.
pub fn shown_name(user: &User) -> String {
    if user.name.trim().is_empty() { user.upn.clone() } else { user.name.clone() }
}

fn pressed(search: UserSearch, choose: Callback<User>, event: &ev::KeyboardEvent) {
    let is_in_list = search.active.with_untracked(Option::is_some);
    let key = event.key();
    if let Some(step) = ListMove::from_key(&key, is_in_list) {
        event.prevent_default();
        search.step(step);
    } else if key == "Enter" {
        // Does not submit a surrounding form.
        event.prevent_default();
        if let Some(user) = search.enter_choice() {
            choose.run(user);
        }
    } else if key == "Escape" && search.text.with_untracked(|text| !text.is_empty()) {
        // The first Escape clears the list, the next one closes the dialog.
        event.prevent_default();
        event.stop_propagation();
        search.set_text(String::new());
    }
}

/// The state of the search as text.
fn state(search: UserSearch) -> String {
    let count = search.people.with(Vec::len);
    match search.stage.get() {
        SearchStage::Idle => "Type the beginning of a name or an address.".to_owned(),
        SearchStage::Searching => "Searching …".to_owned(),
        SearchStage::Found { .. } if count == 0 => {
            "Nobody found. Names and addresses are searched by how their words begin.".to_owned()
        }
        SearchStage::Found { more: false } if count == 1 => "1 user found.".to_owned(),
        SearchStage::Found { more: false } => format!("{} users found.", grouped(count)),
        SearchStage::Found { more: true } => format!("{} users, and more below.", grouped(count)),
        SearchStage::Continuing => format!("{} users; reading more …", grouped(count)),
        SearchStage::Failed(_) => String::new(),
    }
}

fn failure(search: UserSearch) -> Option<AnyView> {
    let SearchStage::Failed(error) = search.stage.get() else { return None };
    let retry = Callback::new(move |()| search.retry());
    Some(view! { <ErrorNote what="The directory could not be searched" error retry /> }.into_any())
}

/// An id prefix that no other picker of the page has.
fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("picker-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn option_id(name: &str, id: &UserId) -> String {
    format!("{name}-{}", id.as_str())
}
