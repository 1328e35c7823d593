//! The open panel in the address, beside what the inventory keeps there.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;
use token_core::{token::TokenId, user::UserId};
use wasm_bindgen::JsValue;

use super::{Open, PERSON, Panels, TOKEN};
use crate::pages::inventory::state::ViewState;

/// What the history of the browser knows of the panel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trail {
    /// Whether the open panel has an entry of its own, so that Back closes it.
    pushed: bool,
    /// Whether that entry is being left.
    pub leaving: bool,
}

/// Opens the panel that the address names, and lets the address follow. Only in the browser: a panel is never rendered
/// by the server.
pub fn follow(panels: Panels, open: Memo<Open>) {
    let state = expect_context::<ViewState>();
    let trail = panels.trail;
    let write = move |now: &Open| write(now, trail, state);
    let url = use_query_map();
    let named = move || url.with(|map| opened_by(map.get_str(TOKEN), map.get_str(PERSON)));
    Effect::watch(
        named,
        move |now, before, _| {
            let shown = open.get_untracked();
            if before.is_none() && shown != Open::Nothing {
                // Opened while this was still being loaded: then the address follows.
                write(&shown);
            } else if before.is_none_or(|before| before != now) && *now != shown {
                panels.open(now.clone());
            }
        },
        true,
    );
    Effect::watch(move || open.get(), move |now, _, _| write(now), false);
    // The server, which renders this too, has neither addresses nor events.
    if cfg!(not(feature = "ssr")) {
        let handle = window_event_listener(ev::popstate, move |_| travelled(panels, open, write));
        on_cleanup(move || handle.remove());
    }
}

/// Lets the address name what is open. The first panel gets an entry in the history, another one takes its place.
fn write(now: &Open, trail: StoredValue<Trail>, state: ViewState) {
    let Trail { pushed, leaving } = trail.get_value();
    if leaving {
        return;
    }
    // Back leads to the list as it is now, not as it was before the last keys.
    state.write_url_now();
    if named_in(&search()) == *now {
        return;
    }
    let search = search();
    let Ok(history) = window().history() else { return };
    let is_closing = *now == Open::Nothing;
    if is_closing && pushed {
        trail.set_value(Trail { pushed: false, leaving: true });
        // A history that cannot be walked leaves the address as it is: harmless.
        _ = history.back();
        return;
    }
    let url = window().location().pathname().unwrap_or_default() + &with_panel(&search, now);
    let is_first = named_in(&search) == Open::Nothing;
    // A refused URL leaves the address bar as it was: harmless.
    _ = if is_first {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
    trail.set_value(Trail { pushed: !is_closing && (pushed || is_first), leaving: false });
}

/// After Back or Forward: the address decides, unless a panel was opened while the last one's entry was being left.
fn travelled(panels: Panels, open: Memo<Open>, write: impl Fn(&Open)) {
    let was_leaving = panels.is_leaving();
    let (named, now) = (named_in(&search()), open.get_untracked());
    panels.trail.set_value(Trail { pushed: named != Open::Nothing, leaving: false });
    if was_leaving {
        // What was typed or opened while the entry was being left.
        write(&now);
    } else if named != now {
        panels.open(named);
    }
}

fn search() -> String {
    window().location().search().unwrap_or_default()
}

/// The panel that a query names. Ids that are no GUIDs name none.
fn named_in(search: &str) -> Open {
    let value = |key: &str| {
        pairs(search)
            .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
    };
    opened_by(value(TOKEN), value(PERSON))
}

fn opened_by(token: Option<&str>, person: Option<&str>) -> Open {
    let token = token.and_then(TokenId::parse).map(Open::Token);
    token.or_else(|| person.and_then(UserId::parse).map(Open::Person)).unwrap_or_default()
}

/// The same query with another panel, or none.
fn with_panel(search: &str, open: &Open) -> String {
    let is_ours = |pair: &&str| matches!(pair.split('=').next(), Some(TOKEN | PERSON));
    let mut kept: Vec<String> = pairs(search).filter(|pair| !is_ours(pair)).map(str::to_owned).collect();
    match open {
        Open::Nothing => {}
        Open::Token(id) => kept.push(format!("{TOKEN}={}", id.as_str())),
        Open::Person(id) => kept.push(format!("{PERSON}={}", id.as_str())),
    }
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

fn pairs(search: &str) -> impl Iterator<Item = &str> {
    search.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-0000-0000-00000000000a";

    fn token() -> Open {
        Open::Token(TokenId::parse(ID).unwrap())
    }

    #[test]
    fn the_query_of_the_inventory_stays_as_it_is() {
        let opened = with_panel("?q=O%27Brien&sort=-user", &token());
        assert_eq!(opened, format!("?q=O%27Brien&sort=-user&token={ID}"));
        assert_eq!(named_in(&opened), token());
        let person = Open::Person(UserId::parse(ID).unwrap());
        let other = with_panel(&opened, &person);
        assert_eq!(named_in(&other), person, "one panel takes the other's place");
        assert_eq!(with_panel(&other, &Open::Nothing), "?q=O%27Brien&sort=-user");
        assert_eq!(with_panel(&format!("?token={ID}"), &Open::Nothing), "");
    }

    #[test]
    fn what_is_no_guid_opens_nothing() {
        assert_eq!(named_in("?token=../users&person=%27"), Open::Nothing);
        assert_eq!(named_in(""), Open::Nothing);
    }
}
