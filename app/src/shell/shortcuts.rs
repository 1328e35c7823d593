//! Keys that work wherever the focus is, but not over a dialog: Ctrl K opens the command palette and, outside of text
//! fields, `/` and digits go to the search of the inventory, `?` shows all keys. Those of a single character can be turned
//! off (WCAG 2.1.4, Character Key Shortcuts).

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement};

use crate::{
    base::{href, strip_base},
    browser::focus_content,
    components::dialog::Dialog,
    lazy::lazy_component,
    paths,
    state::{
        palette::use_palette,
        shortcuts::{Shortcuts, use_shortcuts},
    },
};

lazy_component!(keys: LazyKeysDialog shows KeysDialog);

/// Selector of the inventory's search.
const SEARCH: &str = "#search";
/// Where one types, and a digit is text.
const TEXT_FIELDS: &str = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select";
/// A dialog other than a panel, which keeps its keys.
const DIALOGS: &str = "dialog[open]:not(.panel)";
/// A panel over the inventory, which a search closes; not one beside the table.
const PANEL: &str = "dialog.panel[open]:modal";

/// What is pressed, and what it does.
type KeyLine = (&'static [&'static str], &'static str);

/// The keys of the dialog, by where they work.
const KEYS: [(&str, &[KeyLine]); 4] = [
    (
        "Anywhere",
        &[
            (&["Ctrl K"], "Go to a page, a token, a user or an action (⌘ K on a Mac)"),
            (&["/"], "Go to the search"),
            (&["0", "–", "9"], "Search for a serial number, typed or scanned (on the inventory)"),
            (&["?"], "Show these keys"),
            (&["Esc"], "Close a panel or a dialog"),
        ],
    ),
    ("In the search", &[(&["Enter"], "Open the token whose serial number was typed or scanned")]),
    (
        "In the table",
        &[
            (&["↑", "↓", "←", "→"], "Go from cell to cell"),
            (&["Page Up", "Page Down"], "Go a screen up or down"),
            (&["Home", "End"], "Go to the first or the last token"),
            (&["Enter"], "Open the token; on a name, the user"),
            (&["Space"], "Select the token; with Shift, all from the last one"),
        ],
    ),
    ("In the panel of a token", &[(&["↑", "↓"], "Go to the previous or the next token of the table")]),
];

/// Listens for the keys, and shows their list.
#[component]
pub fn ShortcutKeys() -> impl IntoView {
    let (shortcuts, palette) = (use_shortcuts(), use_palette());
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        let handle = window_event_listener(ev::keydown, move |event| {
            if opens_palette(&event) {
                // What the browser does with it.
                event.prevent_default();
                if find::<Element>(DIALOGS).is_none() {
                    palette.open_with(String::new());
                }
            } else {
                pressed(shortcuts, &event);
            }
        });
        on_cleanup(move || handle.remove());
    }
    view! { <LazyKeysDialog needed=shortcuts.is_listed /> }
}

/// Whether a key is Ctrl K, or Cmd K on a Mac.
fn opens_palette(event: &ev::KeyboardEvent) -> bool {
    let is_modified = event.ctrl_key() != event.meta_key() && !event.alt_key() && !event.shift_key();
    is_modified && event.key().eq_ignore_ascii_case("k") && !event.default_prevented()
}

fn pressed(shortcuts: Shortcuts, event: &ev::KeyboardEvent) {
    let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    if event.default_prevented() || is_modified || event.is_composing() || !untrack(|| shortcuts.are_on()) {
        return;
    }
    let is_typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| target.matches(TEXT_FIELDS) == Ok(true));
    if is_typing || find::<Element>(DIALOGS).is_some() {
        return;
    }
    match event.key().as_str() {
        "/" => {
            event.prevent_default();
            go_to_search(shortcuts);
        }
        "?" => {
            event.prevent_default();
            shortcuts.is_listed.set(true);
        }
        // The field gets the digit, because it has the focus when the browser inserts it.
        key if key.len() == 1 && key.as_bytes().iter().all(u8::is_ascii_digit) => _ = focus_search(),
        _ => {}
    }
}

/// Moves the focus to the search; opens the inventory first, as its link does.
fn go_to_search(shortcuts: Shortcuts) {
    if focus_search() {
        return;
    }
    let inventory = format!(".header__pages a[href='{}']", href(paths::INVENTORY));
    if let Some(link) = find::<HtmlElement>(&inventory) {
        shortcuts.opens_search.set_value(true);
        link.click();
    }
}

/// Moves the focus to the content of a page that was just opened, or to its search as soon as there is one, if [`go_to_search`]
/// opened it and it was not left meanwhile.
pub fn focus_opened_page(shortcuts: Shortcuts) {
    let path = location().pathname().unwrap_or_default();
    let waits = shortcuts.opens_search.get_value() && strip_base(&path) == paths::INVENTORY;
    if waits && !focus_search() {
        return request_animation_frame(move || focus_opened_page(shortcuts));
    }
    shortcuts.opens_search.set_value(false);
    if !waits {
        focus_content();
    }
}

/// Moves the focus to the search of this page, whose text the next key replaces; whether there is one. A panel over it
/// is closed.
fn focus_search() -> bool {
    let Some(search) = find::<HtmlInputElement>(SEARCH) else { return false };
    if let Some(panel) = find::<HtmlDialogElement>(PANEL) {
        panel.close();
    }
    search.select();
    // Fails only where nothing can have the focus.
    _ = search.focus();
    true
}

/// The first element that a selector finds.
pub fn find<E: JsCast>(selector: &str) -> Option<E> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// The list of all keys, and the choice to turn those of a single character off.
#[component]
pub fn KeysDialog() -> impl IntoView {
    let shortcuts = use_shortcuts();
    let groups = KEYS.into_iter().map(|(title, keys)| {
        let lines = keys.iter().map(|(keys, what)| {
            let keys = keys.iter().map(|key| match *key {
                "–" => view! { " – " }.into_any(),
                key => view! { <kbd>{key}</kbd> }.into_any(),
            });
            view! {
                <dt>{keys.collect_view()}</dt>
                <dd>{*what}</dd>
            }
        });
        view! {
            <h3>{title}</h3>
            <dl class="facts keys">{lines.collect_view()}</dl>
        }
    });
    view! {
        <Dialog open=shortcuts.is_listed title="Keys">
            {groups.collect_view()}
            <label class="choice keys__choice">
                <input
                    type="checkbox"
                    prop:checked=move || shortcuts.are_on()
                    on:change:target=move |event| shortcuts.turn(event.target().checked())
                />
                "Use the keys / ? and 0 – 9 outside of text fields"
            </label>
            <div class="dialog__buttons">
                <button class="button button--primary" autofocus on:click=move |_| shortcuts.is_listed.set(false)>
                    "Close"
                </button>
            </div>
        </Dialog>
    }
}
