//! Keeps the focus near what had it, when that is removed or hidden: a form gives way to another, a dialog closes whose opener is
//! gone. The browser leaves no element focused then, and Tab would begin at the top of the page.
//!
//! Code that has a better target moves the focus there first ([`crate::browser::restore_focus`]).

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit};

use crate::browser::{KEPT_FOCUS, focus_content};

/// Frames in which others may move the focus: [`crate::browser::restore_focus`] waits for two.
const FRAMES: u32 = 3;
/// What a part of the page is, in which the focus stays.
const PARTS: &str = "dialog, section, form, fieldset, [role], [tabindex]";
/// What gets the focus in a part: its Tab stop, its heading, what it has to press. Not a field, for which phones show their keyboard.
const TARGETS: [&str; 4] = [
    "[tabindex='0']",
    ":is(h1, h2, h3)[tabindex='-1']",
    "a[href], button:not([disabled])",
    "[tabindex='-1']",
];

/// What had the focus, and what stands around it, from the inside.
type FocusPath = StoredValue<Vec<Element>, LocalStorage>;

/// Watches the focus on all pages.
#[component]
pub fn FocusKeeper() -> impl IntoView {
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        let path: FocusPath = StoredValue::new_local(Vec::new());
        let handle = window_event_listener(ev::focusin, move |event| {
            if let Some(kept) = last(&format!("[{KEPT_FOCUS}]")) {
                // Fails only for a wrong name.
                _ = kept.remove_attribute(KEPT_FOCUS);
            }
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            path.set_value(std::iter::successors(target, |element| element.parent_element()).collect());
        });
        on_cleanup(move || handle.remove());
        observe(move || {
            if is_lost(path) {
                move_after(path, FRAMES);
            }
        });
    }
}

/// Calls back after elements were added, removed, opened, closed, shown or hidden.
fn observe(changed: impl Fn() + 'static) {
    let callback = Closure::<dyn Fn()>::new(changed);
    let Ok(observer) = MutationObserver::new(callback.as_ref().unchecked_ref()) else { return };
    let options = MutationObserverInit::new();
    options.set_child_list(true);
    options.set_subtree(true);
    options.set_attribute_filter(&js_sys::Array::of2(&"open".into(), &"hidden".into()));
    let is_observed =
        document().body().is_some_and(|body| observer.observe_with_options(&body, &options).is_ok());
    if is_observed {
        let kept = send_wrapper::SendWrapper::new((observer, callback));
        on_cleanup(move || kept.0.disconnect());
    }
}

/// Whether nothing has the focus because what had it is gone. A click beside everything takes the focus away, too, and is meant.
fn is_lost(path: FocusPath) -> bool {
    let is_nowhere = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
    is_nowhere
        && path.try_with_value(|path| path.first().is_some_and(|last| !is_shown(last))).unwrap_or_default()
}

fn move_after(path: FocusPath, frames: u32) {
    if frames > 0 {
        return request_animation_frame(move || move_after(path, frames - 1));
    }
    if is_lost(path) {
        move_near(path);
    }
}

/// Moves the focus to the nearest part that is still there; behind an open dialog nothing can have it.
fn move_near(path: FocusPath) {
    let dialog = last(":modal");
    let is_reachable =
        |part: &Element| is_shown(part) && dialog.as_ref().is_none_or(|dialog| dialog.contains(Some(part)));
    let parts: Vec<Element> = path.with_value(|path| {
        path.iter().filter(|part| part.matches(PARTS) == Ok(true) && is_reachable(part)).cloned().collect()
    });
    let target = parts.iter().chain(dialog.as_ref()).find_map(target_in);
    match target {
        // Fails only where nothing can have the focus.
        Some(target) => {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            _ = target.focus_with_options(&options);
            _ = target.set_attribute(KEPT_FOCUS, "");
        }
        None => focus_content(),
    }
}

/// What gets the focus in a part: itself, if it can.
fn target_in(part: &Element) -> Option<HtmlElement> {
    if part.has_attribute("tabindex") {
        return part.clone().dyn_into().ok();
    }
    let shown = |selector: &&str| {
        let found = part.query_selector_all(selector).ok()?;
        let mut elements =
            (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok());
        elements.find(|element| is_shown(element))
    };
    TARGETS.iter().find_map(shown)
}

/// Whether it is in the document and has room there.
fn is_shown(element: &Element) -> bool {
    let room = element.get_bounding_client_rect();
    room.width() > 0.0 && room.height() > 0.0
}

/// The last element that a selector finds: of dialogs the one on top, as long as they are opened in their order.
fn last(selector: &str) -> Option<Element> {
    let found = document().query_selector_all(selector).ok()?;
    found.item(found.length().checked_sub(1)?)?.dyn_into().ok()
}
