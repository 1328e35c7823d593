//! A question that must be answered before anything goes on.

use leptos::{html, prelude::*};

/// A native modal dialog: the browser keeps the focus inside and closes it on Escape.
#[component]
pub fn Dialog(
    /// Whether it is open; set to false when it is closed in any way.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: String,
    /// Text and buttons.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            // Opening fails only when it is open already.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let name = title.clone();
    view! {
        <dialog class="dialog" node_ref=element aria-label=name on:close=move |_| open.set(false)>
            <h2>{title}</h2>
            {children()}
        </dialog>
    }
}
