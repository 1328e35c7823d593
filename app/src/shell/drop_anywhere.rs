//! Seed files may be dropped on any page of an administrator: they are imported, and the browser never opens one in place of the app.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use send_wrapper::SendWrapper;
use web_sys::{DragEvent, Element, File};

use crate::{base::href, paths, state::import::ImportState};

/// A dialog, which takes files itself or none.
const DIALOGS: &str = "dialog[open]:not(.panel)";

/// Takes files that are dropped outside the zones for them, and says so while they are above the page.
#[component]
pub fn DropAnywhere() -> impl IntoView {
    let state = expect_context::<ImportState>();
    let is_above = RwSignal::new(false);
    // The server, which also runs this, has no `window`.
    if cfg!(not(feature = "ssr")) {
        let navigate = use_navigate();
        let over = window_event_listener(ev::dragover, move |event| {
            is_above.set(!event.default_prevented() && is_over(state, &event));
        });
        let leave = window_event_listener(ev::dragleave, move |event| {
            if event.related_target().is_none() {
                is_above.set(false);
            }
        });
        let drop = window_event_listener(ev::drop, move |event| {
            is_above.set(false);
            if let Some(files) = dropped(state, &event) {
                state.arrived.set(Some(SendWrapper::new(files)));
                navigate(&href(paths::IMPORT), NavigateOptions::default());
            }
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            drop.remove();
        });
    }
    view! {
        <Show when=move || is_above.get()>
            <div class="drop-anywhere" aria-hidden="true">
                <p class="drop-anywhere__text">"Drop the seed file to import it"</p>
            </div>
        </Show>
    }
}

/// Whether files are above the page that it takes; others may not be dropped.
fn is_over(state: ImportState, event: &DragEvent) -> bool {
    if !holds_files(event) {
        return false;
    }
    event.prevent_default();
    let takes = takes_files(state);
    if !takes && let Some(data) = event.data_transfer() {
        data.set_drop_effect("none");
    }
    takes
}

/// The files of a drop that no zone took.
fn dropped(state: ImportState, event: &DragEvent) -> Option<Vec<File>> {
    if event.default_prevented() || !holds_files(event) {
        return None;
    }
    event.prevent_default();
    let files = event.data_transfer()?.files()?;
    let files: Vec<File> = (0..files.length()).filter_map(|place| files.get(place)).collect();
    (!files.is_empty() && takes_files(state)).then_some(files)
}

/// Whether another file may be read now.
fn takes_files(state: ImportState) -> bool {
    let has_dialog = document().query_selector(DIALOGS).is_ok_and(|found: Option<Element>| found.is_some());
    !has_dialog && untrack(|| state.can_be_replaced())
}

fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}
