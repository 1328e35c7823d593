//! The panel over the inventory, of a token or of a person, whose id is in the URL.

mod actions;
mod forms;
mod live_person;
mod live_token;
mod person_panel;
mod serial_field;
mod token_panel;
mod url_state;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::{person_panel::PersonPanel, token_panel::TokenPanel};
use super::open_panel::{OpenPanel, Panels};
use crate::{
    base::href,
    browser::{CONTENT, focus},
    components::{
        dialog::{self, is_closed, is_own},
        grid_keys::GridFocus,
    },
    paths,
};

/// Selector of the panel's title.
const TITLE: &str = "#panel-title";

/// Selector of where the focus is after closing a panel that was opened from the table.
const FROM_THE_TABLE: &str = "#main, [role=grid] *";

/// Renders the open panel.
#[component]
pub fn PanelView() -> impl IntoView {
    let panels = expect_context::<Panels>();
    let open = Memo::new(move |_| panels.current());
    url_state::sync(panels, open);
    let element = NodeRef::<html::Dialog>::new();
    show(element, open, expect_context());
    let content = move || match open.get() {
        OpenPanel::Nothing => ().into_any(),
        OpenPanel::Token(id) => view! { <TokenPanel id panels /> }.into_any(),
        OpenPanel::Person(id) => view! { <PersonPanel id panels /> }.into_any(),
    };
    // A click beside the panel closes it. On press, not release: a text selection may end beside the panel. The press
    // does not move the focus, which returns to where the panel was opened.
    let press = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            event.prevent_default();
            panels.close();
        }
    };
    let cancel = move |event: ev::Event| {
        if is_own(&event) {
            event.prevent_default();
            panels.close();
        }
    };
    let closed = move |event| {
        if is_closed(&event) {
            panels.close();
        }
    };
    view! {
        <dialog
            class="panel"
            node_ref=element
            aria-labelledby="panel-title"
            on:cancel=cancel
            on:close=closed
            on:mousedown=press
        >
            <div class="panel__inner">{content}</div>
        </dialog>
    }
}

/// Opens and closes the dialog; moves the focus to the title of each panel, and back at the end.
fn show(element: NodeRef<html::Dialog>, open: Memo<OpenPanel>, grid: GridFocus) {
    Effect::new(move |_| {
        let (Some(dialog), is_open) = (element.get(), open.get() != OpenPanel::Nothing) else { return };
        // The row that it was opened from may have been rendered again meanwhile, hence the fallback.
        dialog::show(&dialog, is_open, CONTENT);
        let active = document().active_element();
        if !is_open && active.is_none_or(|active| active.matches(FROM_THE_TABLE) == Ok(true)) {
            // Where the Tab stop is now.
            grid.take_focus();
        }
        if is_open {
            request_animation_frame(|| focus(TITLE));
        }
    });
}

/// A link that opens a panel in this tab, and by its URL in another one.
fn panel_link(panels: Panels, to: OpenPanel, text: String) -> AnyView {
    let href = match &to {
        OpenPanel::Nothing => href(paths::INVENTORY),
        OpenPanel::Token(id) => paths::token(id.as_str()),
        OpenPanel::Person(id) => paths::person(id.as_str()),
    };
    let go = move |event: ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
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

/// The head of a panel: its title and the Close button.
#[component]
fn PanelHead(panels: Panels, #[prop(into)] title: Signal<String>) -> impl IntoView {
    view! {
        <div class="panel__head">
            <h2 id="panel-title" tabindex="-1">
                <bdi>{move || title.get()}</bdi>
            </h2>
            <button class="button" on:click=move |_| panels.close()>
                "Close"
            </button>
        </div>
    }
}
