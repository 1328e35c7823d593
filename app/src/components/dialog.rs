//! A modal dialog.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::browser::{CONTENT, focus};

/// A native modal dialog: the browser keeps the focus inside and closes it on Escape.
#[component]
pub fn Dialog(
    /// Whether it is open; set to false when it is closed in any way.
    open: RwSignal<bool>,
    /// The title.
    #[prop(into)]
    title: String,
    /// The selector of what gets the focus on closing when the opener was removed.
    #[prop(default = CONTENT)]
    fallback: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    // A page has several dialogs, each with a different title.
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

/// Opens or closes a native modal dialog. On closing the browser returns the focus to the opener; when that was removed,
/// `fallback` gets it at once. Otherwise, until the next frame, the focus would be where the dialog was, and Tab would
/// skip everything before it.
pub fn show(dialog: &HtmlDialogElement, open: bool, fallback: &str) {
    show_as(dialog, open, true, fallback);
}

/// The same for a dialog that is modal or leaves the rest of the page usable.
pub fn show_as(dialog: &HtmlDialogElement, open: bool, is_modal: bool, fallback: &str) {
    match (open, dialog.open()) {
        // Fails only when it is open already.
        (true, false) if is_modal => _ = dialog.show_modal(),
        (true, false) => dialog.show(),
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

/// Whether a `cancel` event is the dialog's own: a file input inside fires the same event when its chooser is
/// dismissed.
pub fn is_own(event: &ev::Event) -> bool {
    event.target() == event.current_target()
}

/// Whether the dialog of a `close` event is still closed. The event fires asynchronously: the dialog may have been
/// opened again by then.
pub fn is_closed(event: &ev::Event) -> bool {
    let dialog = event.target().and_then(|target| target.dyn_into::<HtmlDialogElement>().ok());
    dialog.is_some_and(|dialog| !dialog.open())
}
