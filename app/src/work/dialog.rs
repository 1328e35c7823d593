//! The dialog over whatever page is open.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::{
    Phase, Work, guard::ask_before_unload, many::Many, one::One, result::Kept, sentences, steps, use_work,
};
use crate::{
    browser::{CONTENT, rescue_focus},
    components::{
        announcer::LiveRegion,
        dialog::{is_closed, is_own, show},
        fault_note::FaultNote,
    },
};

/// The dialog that shows the work at hand.
#[component]
pub fn WorkDialog() -> impl IntoView {
    let work = use_work();
    ask_before_unload(work);
    Effect::new(move |_| {
        let is_new = work.phase.with_untracked(|phase| *phase == Phase::Idle);
        if work.offer.with(Option::is_some) && is_new {
            steps::survey(work);
        }
    });
    let element = NodeRef::<html::Dialog>::new();
    keep_open(work, element);
    keep_focus(work, element);
    let is_many = Memo::new(move |_| work.plan.with(|plan| plan.len() > 1));
    let cancel = move |event: ev::Event| {
        if is_own(&event) {
            event.prevent_default();
            steps::close(work);
        }
    };
    // Some browsers close it on a second Escape whatever the page says.
    let closed = move |event: ev::Event| {
        if !is_closed(&event) {
            return;
        }
        if work.open.get_untracked() {
            steps::close(work);
            if let Some(dialog) = element.get_untracked().filter(|_| work.open.get_untracked()) {
                _ = dialog.show_modal();
            }
        }
        rescue_focus(CONTENT);
    };
    view! {
        <dialog
            class="dialog work"
            class=("work--many", is_many)
            node_ref=element
            aria-labelledby="work-title"
            on:cancel=cancel
            on:close=closed
        >
            <Show when=move || work.open.get()>
                <h2 id="work-title" tabindex="-1">
                    {move || title(work)}
                </h2>
                <Show when=move || work.asking.get()>
                    <StopQuestion work />
                </Show>
                <Content work is_many />
                // What lies behind a modal dialog is silent.
                <LiveRegion />
            </Show>
        </dialog>
        <Kept work />
    }
}

/// Names what is done, or what is being done.
fn title(work: Work) -> String {
    let phase = work.phase.get();
    let plan = work.plan.get();
    match (plan.as_slice(), phase) {
        ([], _) => "Tokens".to_owned(),
        ([_], _) => {
            sentences::verb(&plan).0.map_or("Token", token_core::manage::ActionKind::label).to_owned()
        }
        (plan, _) => sentences::promise(plan),
    }
}

#[component]
fn Content(work: Work, is_many: Memo<bool>) -> impl IntoView {
    let has_plan = Memo::new(move |_| {
        work.phase.with(|phase| matches!(phase, Phase::Planned | Phase::Running | Phase::Ended(_)))
    });
    let before = move || match work.phase.get() {
        Phase::Reading => view! {
            <p role="status">{move || work.doing.get()}</p>
            <progress class="progress" aria-label="Reading"></progress>
            <CloseButton work label="Cancel" />
        }
        .into_any(),
        Phase::Unread(error) => view! {
            <FaultNote
                what="The tenant could not be read, so there is no plan yet"
                error
                retry=Callback::new(move |()| steps::survey(work))
            />
            <CloseButton work label="Close" />
        }
        .into_any(),
        _ => ().into_any(),
    };
    move || match (has_plan.get(), is_many.get()) {
        (false, _) => view! { {before} }.into_any(),
        (true, true) => view! { <Many work /> }.into_any(),
        (true, false) if work.is_alone() => view! { <One work /> }.into_any(),
        (true, false) => view! {
            <p>"There is no token to do this with."</p>
            <CloseButton work label="Close" />
        }
        .into_any(),
    }
}

#[component]
fn CloseButton(work: Work, label: &'static str) -> impl IntoView {
    view! {
        <div class="dialog__buttons">
            <button class="button" autofocus on:click=move |_| steps::close(work)>
                {label}
            </button>
        </div>
    }
}

/// Asks before the dialog is closed during a run.
#[component]
fn StopQuestion(work: Work) -> impl IntoView {
    view! {
        <div class="note note--warning" role="alert">
            <p>"The work is under way. It stops when you close this. What is done stays done, and you can resume it."</p>
            <button class="button button--primary" autofocus on:click=move |_| work.asking.set(false)>
                "Go on"
            </button>
            <button class="button" on:click=move |_| steps::stop_and_close(work)>
                "Stop and close"
            </button>
        </div>
    }
}

/// Opens and closes the native dialog.
fn keep_open(work: Work, element: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            show(&dialog, work.open.get(), CONTENT);
        }
    });
}

/// What had the focus goes with the step that it belonged to: the next step says what has it then.
fn keep_focus(work: Work, element: NodeRef<html::Dialog>) {
    Effect::new(move |before: Option<bool>| {
        work.phase.track();
        let is_asking = work.asking.get();
        if work.open.get() {
            let is_asked = is_asking && before == Some(false);
            request_animation_frame(move || {
                if let Some(dialog) = element.try_get_untracked().flatten() {
                    place_focus(&dialog, is_asked);
                }
            });
        }
        is_asking
    });
}

/// Moves the focus to what asks for it, unless it is in the dialog already and not `forced` away.
fn place_focus(dialog: &HtmlDialogElement, forced: bool) {
    let active = document().active_element();
    let is_inside = active.is_some_and(|active| {
        active
            .closest("button, input, a, [tabindex]")
            .ok()
            .flatten()
            .is_some_and(|place| dialog.contains(Some(&place)) && place.id() != "work-title")
    });
    if is_inside && !forced {
        return;
    }
    let wanted = ["[autofocus]", "button", "#work-title"]
        .into_iter()
        .find_map(|selector| dialog.query_selector(selector).ok().flatten());
    if let Some(wanted) = wanted.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Focusing fails only where there is no focus at all.
        _ = wanted.focus();
    }
}
