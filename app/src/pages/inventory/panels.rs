//! The panel of a token or of a person, whose id is in the URL. On wide screens it stands beside the table, which keeps
//! usable; elsewhere it is a modal dialog over it.

mod actions;
mod forms;
mod live_person;
mod live_token;
mod person_panel;
mod serial_field;
mod token_panel;
mod url_state;

use leptos::{ev, html, prelude::*};
use token_core::token::TokenId;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use self::{person_panel::PersonPanel, token_panel::TokenPanel};
use super::row::TokenRows;
use crate::{
    browser::{CONTENT, focus, use_media},
    components::{
        dialog::{is_closed, is_own, show_as},
        grid_keys::GridFocus,
        live_region::LiveRegion,
    },
    state::{
        announcer::{Announcer, use_announcer},
        panels::{OpenPanel, Panels},
    },
};

/// Selector of the panel's title.
const TITLE: &str = "#panel-title";
/// Selector of the button of the next step in a token's life.
const PRIMARY: &str = "#panel-primary";

/// Where the panel stands beside the table. The style sheet has the same width.
const BESIDE: &str = "(width >= 75rem)";
/// Dialogs over the panel, which Escape closes first.
const OTHER_DIALOGS: &str = "dialog[open]:not(.panel)";
/// Where Escape does something else.
const OWN_ESCAPE: &str = "input[type=search], select";

/// What uses the arrows itself.
const NO_ARROWS: &str = "select, textarea, input[type=radio], input[type=number], [aria-expanded=true]";
/// Selector of where the focus is after closing a panel that was opened from the table.
const FROM_THE_TABLE: &str = "#main, [role=grid] *";

/// Renders the open panel.
#[component]
pub fn PanelView() -> impl IntoView {
    let panels = expect_context::<Panels>();
    let open = Memo::new(move |_| panels.current());
    url_state::sync(panels, open);
    let element = NodeRef::<html::Dialog>::new();
    let is_beside = use_media(BESIDE);
    show(element, open, is_beside, expect_context());
    close_on_escape(panels, is_beside);
    let content = move || match open.get() {
        OpenPanel::Nothing => ().into_any(),
        OpenPanel::Token(id) => view! { <TokenPanel id panels /> }.into_any(),
        OpenPanel::Person(id) => view! { <PersonPanel id panels /> }.into_any(),
    };
    // A click beside the panel closes it. On press, not release: a text selection may end beside the panel. The press
    // does not move the focus, which returns to where the panel was opened.
    let press = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if !is_beside.get_untracked() && target.is_some_and(|target| target.tag_name() == "DIALOG") {
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
    let neighbours = Neighbours::new();
    provide_context(neighbours);
    let key = move |event: ev::KeyboardEvent| {
        if let (OpenPanel::Token(id), Some(goes_on)) = (open.get_untracked(), arrow(&event)) {
            event.prevent_default();
            neighbours.open(&id, goes_on);
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
            on:keydown=key
        >
            <div class="panel__inner">{content}</div>
            // Screen readers ignore live regions behind a modal dialog.
            <Show when=move || open.get() != OpenPanel::Nothing && !is_beside.get()>
                <LiveRegion />
            </Show>
        </dialog>
    }
}

/// Goes from the token of the panel to the next one of the table.
#[derive(Clone, Copy)]
struct Neighbours {
    rows: TokenRows,
    grid: GridFocus,
    announcer: Announcer,
}

impl Neighbours {
    fn new() -> Self {
        Self { rows: expect_context(), grid: expect_context(), announcer: use_announcer() }
    }

    fn open(self, id: &TokenId, goes_on: bool) {
        if !self.rows.open_neighbour(id, goes_on, self.grid) {
            self.announcer.announce(if goes_on {
                "This is the last token of the table"
            } else {
                "This is the first token of the table"
            });
        }
    }
}

/// Whether a key goes on to the next token, or back; not where arrows do something else, such as among options, or with
/// what was typed.
fn arrow(event: &ev::KeyboardEvent) -> Option<bool> {
    let goes_on = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return None,
    };
    let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
    let target = event.target()?.dyn_into::<HtmlElement>().ok()?;
    let is_free = target.matches(NO_ARROWS) != Ok(true)
        && target.dyn_ref::<HtmlInputElement>().is_none_or(|field| field.value().is_empty());
    (is_free && !is_modified && !event.default_prevented()).then_some(goes_on)
}

/// Closes a panel beside the table on Escape, wherever the focus is. A modal one is closed by the browser.
fn close_on_escape(panels: Panels, is_beside: RwSignal<bool>) {
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        let handle = window_event_listener(ev::keydown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            let is_free = target.is_none_or(|target| target.matches(OWN_ESCAPE) != Ok(true));
            let is_over = || document().query_selector(OTHER_DIALOGS).is_ok_and(|found| found.is_some());
            if event.key() == "Escape"
                && !event.default_prevented()
                && is_free
                && is_beside.get_untracked()
                && !is_over()
            {
                panels.close();
            }
        });
        on_cleanup(move || handle.remove());
    }
}

/// Opens and closes the dialog; moves the focus to the title of each panel, and back at the end.
fn show(element: NodeRef<html::Dialog>, open: Memo<OpenPanel>, is_beside: RwSignal<bool>, grid: GridFocus) {
    // The browser returns the focus from a modal dialog alone, if what had it was removed from the dialog meanwhile.
    let opener = StoredValue::new_local(None::<HtmlElement>);
    Effect::new(move |before: Option<(bool, bool)>| {
        let now = (open.get() != OpenPanel::Nothing, is_beside.get());
        let (is_open, is_beside) = now;
        let Some(dialog) = element.get() else { return now };
        if !is_open && !dialog.open() && before.is_none_or(|(was_open, _)| !was_open) {
            // It is closed and was: only the width of the window has changed.
            return now;
        }
        if is_open && dialog.open() && before.is_some_and(|(_, was_beside)| was_beside != is_beside) {
            // Opened again below, the other way.
            dialog.close();
        }
        if is_open && !dialog.open() {
            let active = document().active_element();
            opener.set_value(active.and_then(|active| active.dyn_into().ok()));
        }
        let row = grid.current_row();
        // The row that it was opened from may have been rendered again meanwhile, hence the fallback.
        show_as(&dialog, is_open, !is_beside, CONTENT);
        if !is_open {
            return_focus(opener.get_value());
        }
        let active = document().active_element();
        if !is_open && active.is_none_or(|active| active.matches(FROM_THE_TABLE) == Ok(true)) {
            // To the row of the last token, which the arrows may have gone to.
            if let Some(row) = row {
                grid.set_row(row);
            }
            grid.take_focus();
        }
        if is_open {
            // The next step has the focus, where Enter opens its form; nothing is done by Enter alone.
            request_animation_frame(|| {
                focus(TITLE);
                focus(PRIMARY);
            });
        }
        now
    });
}

/// Moves the focus from the page's content, where it is when nothing else has it, back to what opened the panel.
fn return_focus(opener: Option<HtmlElement>) {
    let is_at_content = document().active_element().is_none_or(|active| active.matches(CONTENT) == Ok(true));
    if let Some(opener) = opener.filter(|opener| is_at_content && opener.is_connected()) {
        // Fails only where nothing can have the focus.
        _ = opener.focus();
    }
}

/// The head of a panel: its title, buttons to the tokens before and after it, and the Close button.
#[component]
fn PanelHead(
    panels: Panels,
    #[prop(into)] title: Signal<String>,
    /// The token, if it is the panel of one.
    #[prop(optional)]
    token: Option<TokenId>,
) -> impl IntoView {
    view! {
        <div class="panel__head">
            <h2 id="panel-title" tabindex="-1">
                <bdi>{move || title.get()}</bdi>
            </h2>
            {token.map(|token| view! { <NeighbourButtons token /> })}
            <button class="button" on:click=move |_| panels.close()>
                "Close"
            </button>
        </div>
    }
}

/// Buttons to the tokens before and after this one in the table.
#[component]
fn NeighbourButtons(token: TokenId) -> impl IntoView {
    let neighbours = expect_context::<Neighbours>();
    let button = |goes_on: bool, label: &'static str, key: &'static str, sign: &'static str| {
        let token = token.clone();
        view! {
            <button
                class="button"
                aria-label=label
                title=label
                aria-keyshortcuts=key
                on:click=move |_| neighbours.open(&token, goes_on)
            >
                <span aria-hidden="true">{sign}</span>
            </button>
        }
    };
    view! {
        <span class="panel__steps">
            {button(false, "Previous token", "ArrowUp", "↑")} {button(true, "Next token", "ArrowDown", "↓")}
        </span>
    }
}
