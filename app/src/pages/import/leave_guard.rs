//! Asks for confirmation before the page is left during a run.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::Element;

use crate::{
    base::{href, strip_base},
    components::{dialog::Dialog, panel_link::is_plain},
    paths,
    state::import::{ImportPhase, ImportState},
};

/// The confirmation dialog: whether it is open, and where the user wants to go.
#[derive(Debug, Clone, Copy)]
struct LeaveQuestion {
    open: RwSignal<bool>,
    target: RwSignal<String>,
}

impl LeaveQuestion {
    fn ask(self, target: String) {
        self.target.set(target);
        self.open.set(true);
    }
}

/// Provides the dialog's state as context. Must be called before the router is created: listeners of `popstate` run in
/// the order of their registration, and the router must not receive the event before the user has confirmed.
pub fn provide_leave_guard() {
    let question = LeaveQuestion { open: RwSignal::new(false), target: RwSignal::new(String::new()) };
    provide_context(question);
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        ask_before_back(expect_context(), question);
    }
}

/// Makes the browser ask before the tab is closed or reloaded during a run, whichever page is shown.
fn ask_before_unload(state: ImportState) {
    let handle = window_event_listener(ev::beforeunload, move |event| {
        if state.phase.with_untracked(|phase| *phase == ImportPhase::Running) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Asks before Back leaves the page: restores the URL and keeps the target of Back for the dialog.
fn ask_before_back(state: ImportState, question: LeaveQuestion) {
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        let path = window().location().pathname().unwrap_or_default();
        let is_running = state.phase.with_untracked(|phase| *phase == ImportPhase::Running);
        if !is_running || strip_base(&path) == paths::IMPORT {
            return;
        }
        event.stop_immediate_propagation();
        if let Ok(history) = window().history() {
            // On failure the URL stays as it is, which is harmless.
            _ = history.push_state_with_url(&JsValue::NULL, "", Some(&href(paths::IMPORT)));
        }
        question.ask(path);
    });
    let listen = listener.as_ref().unchecked_ref();
    // Without the listener Back leaves without asking: the run continues, and nothing is lost.
    _ = window().add_event_listener_with_callback("popstate", listen);
    let kept = SendWrapper::new(listener);
    on_cleanup(move || {
        let listen = kept.as_ref().unchecked_ref();
        _ = window().remove_event_listener_with_callback("popstate", listen);
    });
}

/// Wraps links: during a run, a click on one of them asks first.
#[component]
pub fn LeaveGuard(children: Children) -> impl IntoView {
    let state = expect_context::<ImportState>();
    ask_before_unload(state);
    let question = expect_context::<LeaveQuestion>();
    let LeaveQuestion { open, target } = question;
    let ask = move |event: ev::MouseEvent| {
        if !is_plain(&event) {
            return;
        }
        let link = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("a").ok()?);
        let Some(target) = link.and_then(|link| link.get_attribute("href")) else { return };
        if state.is_running() && target != href(paths::IMPORT) {
            event.prevent_default();
            question.ask(target);
        }
    };
    // The run may end while the dialog is open.
    Effect::new(move |_| {
        if !state.is_running() {
            open.set(false);
        }
    });
    let navigate = use_navigate();
    let leave = move |_| {
        state.run.stop();
        open.set(false);
        // The target is an absolute path.
        let options = leptos_router::NavigateOptions { resolve: false, ..Default::default() };
        navigate(&target.get_untracked(), options);
    };
    view! {
        <div class="leave-guard" on:click=ask>
            {children()}
        </div>
        <Dialog open title="An import is running">
            <p>"It stops when you leave. What is done stays done, and you can resume it on the import page."</p>
            <div class="dialog__buttons">
                <button class="button button--primary" autofocus on:click=move |_| open.set(false)>
                    "Stay"
                </button>
                <button class="button" on:click=leave>
                    "Stop and leave"
                </button>
            </div>
        </Dialog>
    }
}
