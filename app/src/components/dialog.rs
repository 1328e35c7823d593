//! A question that must be answered before anything goes on.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::browser::{CONTENT, focus};

/// A native modal dialog: the browser keeps the focus inside and closes it on Escape.
#[component]
pub fn Dialog(
    /// Whether it is open; set to false when it is closed in any way.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: String,
    /// What gets the focus when it closes and what opened it has gone.
    #[prop(default = CONTENT)]
    fallback: &'static str,
    /// Text and buttons.
    children: Children,
) -> impl IntoView {
    // A page holds more than one dialog: each has a title of its own.
    let id = format!("dialog-{}", title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            show(&dialog, open.get(), fallback);
        }
    });
    let cancel = move |event: ev::Event| {
        if is_own(&event) {
            event.prevent_default();
            open.set(false);
        }
    };
    let closed = move |event| {
        if is_closed(&event) {
            open.set(false);
        }
    };
    view! {
        <dialog class="dialog" node_ref=element aria-labelledby=id on:cancel=cancel on:close=closed>
            <h2 id=id.clone()>{title}</h2>
            {children()}
        </dialog>
    }
}

/// Opens or closes a native dialog. When it closes, the browser gives the focus back to what opened it; where that has gone,
/// `fallback` gets it at once. Until the page is drawn again the focus would be where the dialog was, and a Tab that comes
/// sooner would lead past everything before it.
pub fn show(dialog: &HtmlDialogElement, open: bool, fallback: &str) {
    match (open, dialog.open()) {
        // Opening fails only when it is open already.
        (true, false) => _ = dialog.show_modal(),
        (false, true) => {
            dialog.close();
            let active = document().active_element();
            if active.is_none_or(|active| active.tag_name() == "BODY" || dialog.contains(Some(&active))) {
                focus(fallback);
            }
        }
        _ => {}
    }
}

/// Whether a `cancel` event is the dialog's own: a chooser of files inside tells by the same event that it was dismissed.
pub fn is_own(event: &ev::Event) -> bool {
    event.target() == event.current_target()
}

/// Whether the dialog of a `close` event is closed. The event comes a moment after the closing: a quick hand may have
/// opened the dialog again by then.
pub fn is_closed(event: &ev::Event) -> bool {
    let dialog = event.target().and_then(|target| target.dyn_into::<HtmlDialogElement>().ok());
    dialog.is_some_and(|dialog| !dialog.open())
}
