//! Asks before a person leaves during a run: by Back, or by closing the tab. Links are behind the modal dialog. What runs at
//! once beside an open page goes on wherever Back leads to, such as out of a panel.

use leptos::{ev, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use crate::{
    browser::current_path,
    state::token_actions::{BatchPhase, TokenActions, use_token_actions},
};

/// Makes the browser ask before the tab is closed or reloaded during a run, or while actions wait.
pub(super) fn ask_before_unload(actions: TokenActions) {
    let handle = window_event_listener(ev::beforeunload, move |event| {
        if actions.is_running() || untrack(|| actions.has_waiting()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Asks before Back leaves during a run. Call it before the router is created: listeners of `popstate` run in the order
/// of their registration, and the router must not get the event (as for the import).
pub fn provide_leave_guard() {
    // The server, which also runs this, has no history and no events.
    if cfg!(not(feature = "ssr")) {
        ask_before_back(use_token_actions());
    }
}

/// Asks before Back leaves during a run, and restores the URL.
fn ask_before_back(actions: TokenActions) {
    let here = StoredValue::new(String::new());
    Effect::new(move |_| {
        let is_running = actions.phase.with(|phase| *phase == BatchPhase::Running);
        if is_running {
            here.set_value(current_path());
        }
    });
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        if !actions.is_running() || !actions.open.get_untracked() {
            return;
        }
        event.stop_immediate_propagation();
        if let Ok(history) = window().history() {
            // Without the entry the URL stays changed, which is harmless.
            _ = here.with_value(|here| history.push_state_with_url(&JsValue::NULL, "", Some(here)));
        }
        actions.open.set(true);
        actions.confirming_stop.set(true);
    });
    // Without the listener Back works as usual: the run continues, and nothing is lost.
    _ = window().add_event_listener_with_callback("popstate", listener.as_ref().unchecked_ref());
    let kept = SendWrapper::new(listener);
    on_cleanup(move || {
        let listen = kept.as_ref().unchecked_ref();
        _ = window().remove_event_listener_with_callback("popstate", listen);
    });
}
