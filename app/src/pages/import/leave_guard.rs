//! Asks before a person leaves while a run is under way.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{state::ImportState, steps};
use crate::components::dialog::Dialog;

/// Lets the browser ask before the tab is closed or reloaded during a run.
fn ask_before_unload(state: ImportState) {
    let handle = window_event_listener(ev::beforeunload, move |event| {
        if state.phase.with_untracked(|phase| *phase == super::state::Phase::Running) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Wraps links: during a run a click on one asks first.
#[component]
pub fn LeaveGuard(children: Children) -> impl IntoView {
    let state = expect_context::<ImportState>();
    ask_before_unload(state);
    let open = RwSignal::new(false);
    let target = RwSignal::new(String::new());
    let ask = move |event: ev::MouseEvent| {
        let link = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("a").ok()?);
        let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
        if state.is_running() && href != "/import" {
            event.prevent_default();
            target.set(href);
            open.set(true);
        }
    };
    let navigate = use_navigate();
    let leave = move |_| {
        steps::stop(state);
        open.set(false);
        navigate(&target.get_untracked(), leptos_router::NavigateOptions::default());
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
