//! A group of buttons that is one Tab stop: the arrows, Home and End move among them (WAI-ARIA Authoring Practices,
//! toolbar pattern).

use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver};

use super::grid_keys::{elements, set_tab_stop};

/// What the arrows go to.
const ITEMS: &str = "button, a[href], input";

/// A group of buttons, links and checkboxes with one Tab stop.
#[component]
pub fn Toolbar(
    /// The name for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// The CSS class.
    class: &'static str,
    /// Whether a selection changes what it offers, which its looks show.
    #[prop(optional, into)]
    chosen: Signal<bool>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            settle(&element, None);
            on_children(&element);
        }
    });
    let focus_in = move |event: ev::FocusEvent| {
        if let Some(element) = element.get_untracked() {
            settle(&element, event.target().and_then(|target| target.dyn_into().ok()));
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if let Some(element) = element.get_untracked() {
            on_key(&element, &event);
        }
    };
    view! {
        <div
            class=class
            class=("tools__line--chosen", chosen)
            role="toolbar"
            tabindex="-1"
            aria-label=label
            node_ref=element
            on:focusin=focus_in
            on:keydown=key
        >
            {children()}
        </div>
    }
}

/// Leaves one Tab stop: the item that has the focus, or the one that had it last, or the first.
fn settle(toolbar: &Element, focused: Option<HtmlElement>) {
    let items: Vec<HtmlElement> = shown_items(toolbar);
    let stop = focused
        .filter(|focused| items.contains(focused))
        .or_else(|| items.iter().find(|item| item.get_attribute("tabindex").as_deref() == Some("0")).cloned())
        .or_else(|| items.first().cloned());
    for item in elements(toolbar.query_selector_all(ITEMS)) {
        set_tab_stop(&item, stop.as_ref() == Some(&item));
    }
}

fn shown_items(toolbar: &Element) -> Vec<HtmlElement> {
    elements(toolbar.query_selector_all(ITEMS)).filter(|item| item.offset_width() > 0).collect()
}

fn on_key(toolbar: &Element, event: &ev::KeyboardEvent) {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let items = shown_items(toolbar);
    let active = document().active_element();
    let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    if let Some(item) = next_item(&event.key(), now, items.len()).and_then(|next| items.get(next)) {
        event.prevent_default();
        // Fails only where nothing can have the focus.
        _ = item.focus();
    }
}

/// The item after a key; from the last one the arrows go on to the first, and back.
fn next_item(key: &str, now: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match (key, now) {
        ("Home", _) | ("ArrowRight" | "ArrowDown", None) => Some(0),
        ("End", _) | ("ArrowLeft" | "ArrowUp", None | Some(0)) => Some(last),
        ("ArrowRight" | "ArrowDown", Some(now)) => Some(if now < last { now + 1 } else { 0 }),
        ("ArrowLeft" | "ArrowUp", Some(now)) => Some(now - 1),
        _ => None,
    }
}

/// Settles again whenever items are added, removed, hidden or shown, also by the width of the window, until the component
/// is removed.
fn on_children(element: &Element) {
    let toolbar = element.clone();
    let callback = Closure::<dyn Fn()>::new(move || settle(&toolbar, None));
    let Ok(observer) = MutationObserver::new(callback.as_ref().unchecked_ref()) else { return };
    let options = MutationObserverInit::new();
    options.set_child_list(true);
    options.set_subtree(true);
    options.set_attribute_filter(&js_sys::Array::of1(&"hidden".into()));
    let resized = ResizeObserver::new(callback.as_ref().unchecked_ref());
    if let Ok(resized) = &resized {
        resized.observe(element);
    }
    if observer.observe_with_options(element, &options).is_ok() {
        let kept = send_wrapper::SendWrapper::new((observer, resized, callback));
        on_cleanup(move || {
            kept.0.disconnect();
            if let Ok(resized) = &kept.1 {
                resized.disconnect();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::next_item;

    #[test]
    fn the_arrows_go_round() {
        assert_eq!(next_item("ArrowRight", Some(0), 3), Some(1));
        assert_eq!(next_item("ArrowDown", Some(2), 3), Some(0));
        assert_eq!(next_item("ArrowLeft", Some(0), 3), Some(2));
        assert_eq!(next_item("ArrowUp", Some(2), 3), Some(1));
        assert_eq!(next_item("Home", Some(2), 3), Some(0));
        assert_eq!(next_item("End", None, 3), Some(2));
        assert_eq!(next_item("a", Some(1), 3), None);
        assert_eq!(next_item("ArrowRight", None, 0), None);
    }
}
