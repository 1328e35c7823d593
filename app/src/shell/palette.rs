//! The command palette: pages, actions, tokens and people, found by a few letters. Ctrl K or Cmd K opens it.
//!
//! A combobox (WAI-ARIA Authoring Practices): the focus stays in the field, the arrows move among the results, Enter
//! chooses. The first result is active, so that a few letters and Enter are enough.

mod entries;
mod go;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::{
    entries::{Entry, Group, MAX_FOUND, commands, people, tokens},
    go::{Go, LINK, is_inventory},
};

use crate::{
    base::href,
    components::{
        dialog::Dialog,
        error_note::ErrorNote,
        user_picker::search::{SearchStage, UserSearch},
    },
    format::grouped,
    lazy::lazy_component,
    paths,
    state::{inventory::InventoryStore, palette::use_palette},
};

lazy_component!(palette: LazyPaletteDialog shows PaletteDialog);

/// Id of the list, and the beginning of the ids of its options.
const LIST: &str = "palette-list";

/// What was typed, what was found, and which result Enter chooses.
#[derive(Clone, Copy)]
struct PaletteSearch {
    users: UserSearch,
    entries: Memo<Vec<Entry>>,
    /// The result that the arrows moved to.
    moved_to: RwSignal<Option<String>>,
}

impl PaletteSearch {
    fn new() -> Self {
        let store = expect_context::<InventoryStore>();
        let search = UserSearch::new();
        let entries = Memo::new(move |_| {
            store.track();
            let text = search.text.get();
            let mut entries = commands(&text, is_inventory());
            store.with(|list| entries.extend(tokens(list, &text)));
            search.people.with(|found| entries.extend(people(found, |id| search.held(id))));
            entries
        });
        Self { users: search, entries, moved_to: RwSignal::new(None) }
    }

    fn set_text(self, text: String) {
        self.moved_to.set(None);
        self.users.set_text(text);
    }

    /// The place of the active result: the one that the arrows moved to, or the first. Reactive.
    fn active(self) -> Option<usize> {
        let moved_to = self.moved_to.get();
        self.entries.with(|entries| {
            let place = moved_to.and_then(|key| entries.iter().position(|entry| entry.key == key));
            place.or_else(|| (!entries.is_empty()).then_some(0))
        })
    }

    /// Whether a result is the active one. Reactive.
    fn is_active(self, key: &str) -> bool {
        let active = self.active();
        self.entries
            .with(|entries| active.and_then(|place| entries.get(place)).is_some_and(|entry| entry.key == key))
    }

    /// Goes to the next result, or the one before; round from the last to the first.
    fn step(self, goes_on: bool) {
        let Some(now) = untrack(|| self.active()) else { return };
        let key = self.entries.with_untracked(|entries| {
            let last = entries.len().saturating_sub(1);
            let next = match (goes_on, now) {
                (true, now) if now >= last => 0,
                (true, now) => now + 1,
                (false, 0) => last,
                (false, now) => now - 1,
            };
            entries.get(next).map(|entry| entry.key.clone())
        });
        self.moved_to.set(key);
    }

    /// What Enter chooses.
    fn chosen(self) -> Option<Entry> {
        let place = untrack(|| self.active())?;
        self.entries.with_untracked(|entries| entries.get(place).cloned())
    }
}

/// The palette, loaded when it is first opened or the browser is idle.
#[component]
pub fn CommandPalette() -> impl IntoView {
    view! { <LazyPaletteDialog needed=use_palette().open /> }
}

/// The link that leads to what was chosen. It is beside those of the pages, where a run that is under way asks before one is
/// followed.
#[component]
pub fn PaletteLink() -> impl IntoView {
    view! { <a id=LINK hidden href=href(paths::INVENTORY)></a> }
}

/// The dialog of the palette.
#[component]
pub fn PaletteDialog() -> impl IntoView {
    let palette = use_palette();
    let store = expect_context::<InventoryStore>();
    let search = PaletteSearch::new();
    // Opened with a text, such as a name that the inventory did not find. What was found is forgotten afterwards.
    Effect::new(move |_| {
        let is_open = palette.open.get();
        search.set_text(if is_open { palette.text.get_untracked() } else { String::new() });
        if is_open {
            untrack(|| store.load_if_needed());
        }
    });
    let go = Go::new();
    let choose = Callback::new(move |entry: Entry| {
        palette.open.set(false);
        // The dialog has returned the focus by then.
        request_animation_frame(move || go.to(&entry.target));
    });
    view! {
        <Dialog open=palette.open title="Go to …">
            <div class="palette">
                <PaletteField search choose />
                <p class="picker__state" role="status">
                    {move || state_text(search)}
                </p>
                {move || failure(search.users)}
                <Results search choose />
                <p class="hint palette__keys">
                    <kbd>"↑"</kbd>
                    <kbd>"↓"</kbd>
                    "choose, "
                    <kbd>"Enter"</kbd>
                    "opens, "
                    <kbd>"Esc"</kbd>
                    "closes"
                </p>
            </div>
        </Dialog>
    }
}

#[component]
fn PaletteField(search: PaletteSearch, choose: Callback<Entry>) -> impl IntoView {
    let press = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" | "ArrowUp" => {
            event.prevent_default();
            search.step(event.key() == "ArrowDown");
        }
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            if let Some(entry) = search.chosen() {
                choose.run(entry);
            }
        }
        _ => {}
    };
    let has_results = move || search.entries.with(|entries| !entries.is_empty());
    let active_id = move || search.active().map(|place| format!("{LIST}-{place}"));
    view! {
        <label class="field">
            <span class="field__name">"Page, action, serial number or user"</span>
            <input
                class="input"
                type="text"
                role="combobox"
                autofocus
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-expanded=move || has_results().to_string()
                aria-activedescendant=active_id
                prop:value=move || search.users.text.get()
                on:input:target=move |event| search.set_text(event.target().value())
                on:keydown=press
            />
        </label>
    }
}

/// The results by their groups. The list has always the same height, so that nothing moves while people arrive.
#[component]
fn Results(search: PaletteSearch, choose: Callback<Entry>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (Some(list), Some(place)) = (list.get(), search.active()) else { return };
        request_animation_frame(move || scroll_to(&list, place));
    });
    let has_results = move || search.entries.with(|entries| !entries.is_empty());
    view! {
        <div class="palette__box">
            <div
                class="palette__list"
                id=LIST
                role="listbox"
                aria-label="Results"
                hidden=move || !has_results()
                node_ref=list
            >
                {Group::ALL.map(|group| view! { <GroupOfResults group search choose /> })}
            </div>
        </div>
    }
}

#[component]
fn GroupOfResults(group: Group, search: PaletteSearch, choose: Callback<Entry>) -> impl IntoView {
    // With their places in the whole list, which the ids of the options name.
    let own = Memo::new(move |_| {
        search.entries.with(|entries| {
            let own = entries.iter().enumerate().filter(|(_, entry)| entry.group == group);
            own.map(|(place, entry)| (place, entry.clone())).collect::<Vec<_>>()
        })
    });
    let title = group.title();
    view! {
        <Show when=move || own.with(|own| !own.is_empty())>
            <div role="group" aria-label=title>
                <p class="palette__group" aria-hidden="true">
                    {title}
                </p>
                <For
                    each=move || own.get()
                    key=|(place, entry)| (*place, entry.clone())
                    children=move |(place, entry)| option(search, place, entry, choose)
                />
            </div>
        </Show>
    }
}

fn option(search: PaletteSearch, place: usize, entry: Entry, choose: Callback<Entry>) -> AnyView {
    let key = entry.key.clone();
    let (label, more) = (entry.label.clone(), entry.more.clone());
    view! {
        <div
            class="palette__entry"
            id=format!("{LIST}-{place}")
            role="option"
            aria-selected=move || search.is_active(&key).to_string()
            // Keeps the focus in the field.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| choose.run(entry.clone())
        >
            <bdi>{label}</bdi>
            " "
            <span class="palette__more">
                <bdi>{more}</bdi>
            </span>
        </div>
    }
    .into_any()
}

/// Scrolls no further than needed.
fn scroll_to(list: &HtmlElement, place: usize) {
    let option = document().get_element_by_id(&format!("{LIST}-{place}"));
    let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) else { return };
    // The heading of the first group is shown with its first result.
    let top = if place == 0 { 0 } else { option.offset_top() };
    let lowest = (option.offset_top() + option.offset_height() - list.client_height()).min(top);
    list.set_scroll_top(list.scroll_top().clamp(lowest, top));
}

/// The state of the search as text.
fn state_text(search: PaletteSearch) -> String {
    let count = search.entries.with(Vec::len);
    let found = match count {
        0 => "Nothing found".to_owned(),
        1 => "1 result".to_owned(),
        count => format!("{} results", grouped(count)),
    };
    match search.users.stage.get() {
        SearchStage::Searching if count == 0 => "Searching the directory …".to_owned(),
        SearchStage::Searching => format!("{found}; searching the directory …"),
        SearchStage::Found { more } if more || search.users.people.with(Vec::len) > MAX_FOUND => {
            format!("{found}; go on typing to see other users.")
        }
        _ => format!("{found}."),
    }
}

fn failure(users: UserSearch) -> Option<AnyView> {
    let SearchStage::Failed(error) = users.stage.get() else { return None };
    let retry = Callback::new(move |()| users.retry());
    Some(view! { <ErrorNote what="The directory could not be searched" error retry /> }.into_any())
}
