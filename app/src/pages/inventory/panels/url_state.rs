//! Keeps the open panel in the URL, beside the query of the inventory.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;
use token_core::{token::TokenId, user::UserId};
use wasm_bindgen::JsValue;

use crate::{
    pages::inventory::state::ViewState,
    paths::{PERSON_PARAM, TOKEN_PARAM},
    state::panels::{OpenPanel, PanelHistory, Panels},
};

/// Opens the panel that the URL names, and keeps the URL in sync. Only in the browser: the server renders no panel.
pub fn sync(panels: Panels, open: Memo<OpenPanel>) {
    let state = expect_context::<ViewState>();
    let panel_history = panels.panel_history;
    let write = move |now: &OpenPanel| write(now, panel_history, state);
    let url = use_query_map();
    let named = move || url.with(|map| panel_of_ids(map.get_str(TOKEN_PARAM), map.get_str(PERSON_PARAM)));
    Effect::watch(
        named,
        move |now, before, _| {
            let shown = open.get_untracked();
            if before.is_none() && shown != OpenPanel::Nothing {
                // Opened while this module was still being loaded: the URL is updated.
                write(&shown);
            } else if before.is_none_or(|before| before != now) && *now != shown {
                panels.open(now.clone());
            }
        },
        true,
    );
    Effect::watch(move || open.get(), move |now, _, _| write(now), false);
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        let handle = window_event_listener(ev::popstate, move |_| on_popstate(panels, open, write));
        on_cleanup(move || handle.remove());
    }
}

/// Writes the open panel into the URL. The first panel pushes a history entry; another one replaces it.
fn write(now: &OpenPanel, panel_history: StoredValue<PanelHistory>, state: ViewState) {
    let PanelHistory { pushed, leaving } = panel_history.get_value();
    if leaving {
        return;
    }
    // The entry below must have the current query, not the one before the last keystrokes.
    state.write_url_now();
    if panel_in_query(&search()) == *now {
        return;
    }
    let search = search();
    let Ok(history) = window().history() else { return };
    let is_closing = *now == OpenPanel::Nothing;
    if is_closing && pushed {
        panel_history.set_value(PanelHistory { pushed: false, leaving: true });
        // On failure the URL stays as it is, which is harmless.
        _ = history.back();
        return;
    }
    let url = window().location().pathname().unwrap_or_default() + &with_panel(&search, now);
    let is_first = panel_in_query(&search) == OpenPanel::Nothing;
    // On failure the address bar keeps the old URL, which is harmless.
    _ = if is_first {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
    panel_history.set_value(PanelHistory { pushed: !is_closing && (pushed || is_first), leaving: false });
}

/// After Back or Forward: opens the panel of the URL, unless another one was opened while the last entry was being
/// left.
fn on_popstate(panels: Panels, open: Memo<OpenPanel>, write: impl Fn(&OpenPanel)) {
    let was_leaving = panels.is_leaving();
    let (named, now) = (panel_in_query(&search()), open.get_untracked());
    panels.panel_history.set_value(PanelHistory { pushed: named != OpenPanel::Nothing, leaving: false });
    if was_leaving {
        // Writes what was typed or opened while the entry was being left.
        write(&now);
    } else if named != now {
        panels.open(named);
    }
}

fn search() -> String {
    window().location().search().unwrap_or_default()
}

/// The panel in a query; none when its id is not a GUID.
fn panel_in_query(search: &str) -> OpenPanel {
    let value = |key: &str| {
        pairs(search)
            .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
    };
    panel_of_ids(value(TOKEN_PARAM), value(PERSON_PARAM))
}

fn panel_of_ids(token: Option<&str>, person: Option<&str>) -> OpenPanel {
    let token = token.and_then(TokenId::parse).map(OpenPanel::Token);
    token.or_else(|| person.and_then(UserId::parse).map(OpenPanel::Person)).unwrap_or_default()
}

/// The query with its panel replaced or removed.
fn with_panel(search: &str, open: &OpenPanel) -> String {
    let is_ours = |pair: &&str| matches!(pair.split('=').next(), Some(TOKEN_PARAM | PERSON_PARAM));
    let mut kept: Vec<String> = pairs(search).filter(|pair| !is_ours(pair)).map(str::to_owned).collect();
    match open {
        OpenPanel::Nothing => {}
        OpenPanel::Token(id) => kept.push(format!("{TOKEN_PARAM}={}", id.as_str())),
        OpenPanel::Person(id) => kept.push(format!("{PERSON_PARAM}={}", id.as_str())),
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

    fn token() -> OpenPanel {
        OpenPanel::Token(TokenId::parse(ID).unwrap())
    }

    #[test]
    fn the_query_of_the_inventory_is_kept() {
        let opened = with_panel("?q=O%27Brien&sort=-user", &token());
        assert_eq!(opened, format!("?q=O%27Brien&sort=-user&token={ID}"));
        assert_eq!(panel_in_query(&opened), token());
        let person = OpenPanel::Person(UserId::parse(ID).unwrap());
        let other = with_panel(&opened, &person);
        assert_eq!(panel_in_query(&other), person, "one panel replaces the other");
        assert_eq!(with_panel(&other, &OpenPanel::Nothing), "?q=O%27Brien&sort=-user");
        assert_eq!(with_panel(&format!("?token={ID}"), &OpenPanel::Nothing), "");
    }

    #[test]
    fn an_id_that_is_no_guid_opens_no_panel() {
        assert_eq!(panel_in_query("?token=../users&person=%27"), OpenPanel::Nothing);
        assert_eq!(panel_in_query(""), OpenPanel::Nothing);
    }
}
