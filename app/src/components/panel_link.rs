//! Links to the panels of tokens and people.

use leptos::{ev, prelude::*};

use crate::{
    base::href,
    paths,
    state::panels::{OpenPanel, Panels},
};

/// A link that opens a panel in this tab, and by its URL in another one.
pub fn panel_link(panels: Panels, to: OpenPanel, text: String) -> AnyView {
    let href = match &to {
        OpenPanel::Nothing => href(paths::INVENTORY),
        OpenPanel::Token(id) => paths::token(id.as_str()),
        OpenPanel::Person(id) => paths::person(id.as_str()),
    };
    let go = move |event: ev::MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            panels.open(to.clone());
        }
    };
    view! {
        <a href=href on:click=go>
            <bdi>{text}</bdi>
        </a>
    }
    .into_any()
}

/// Whether a click follows the link in this tab; with a modifier key the browser opens it elsewhere.
pub fn is_plain(event: &ev::MouseEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
}
