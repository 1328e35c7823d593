//! The dialog of the current batch.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::{
    batch_view::BatchView, dialog_text, leave_guard::ask_before_unload, result::LastActionBar,
    single_view::SingleView, workflow,
};
use crate::{
    browser::{CONTENT, restore_focus},
    components::{
        dialog::{is_closed, is_own, show},
        error_note::ErrorNote,
        live_region::LiveRegion,
    },
    state::token_actions::{BatchPhase, TokenActions, use_token_actions},
};

/// The dialog that shows the current batch on any page.
#[component]
pub fn TokenActionsDialog() -> impl IntoView {
    let actions = use_token_actions();
    ask_before_unload(actions);
    Effect::new(move |_| {
        let is_new = actions.phase.with_untracked(|phase| *phase == BatchPhase::Idle);
        if actions.batch.with(Option::is_some) && is_new {
            workflow::prepare(actions);
        }
    });
    let element = NodeRef::<html::Dialog>::new();
    keep_open(actions, element);
    keep_focus(actions, element);
    let is_many = Memo::new(move |_| actions.run.plan.with(|plan| plan.len() > 1));
    let cancel = move |event: ev::Event| {
        if is_own(&event) {
            event.prevent_default();
            workflow::close(actions);
        }
    };
    // Some browsers close it on a second Escape, although the first one's default was prevented.
    let closed = move |event: ev::Event| {
        if !is_closed(&event) {
            return;
        }
        if actions.open.get_untracked() {
            workflow::close(actions);
            if let Some(dialog) = element.get_untracked().filter(|_| actions.open.get_untracked()) {
                _ = dialog.show_modal();
            }
        }
        restore_focus(place_behind());
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
            <Show when=move || actions.open.get()>
                <h2 id="work-title" tabindex="-1">
                    {move || title(actions)}
                </h2>
                <Show when=move || actions.confirming_stop.get()>
                    <StopQuestion actions />
                </Show>
                <Content actions is_many />
                // Screen readers ignore live regions behind a modal dialog.
                <LiveRegion />
            </Show>
        </dialog>
        <LastActionBar actions />
    }
}

/// The title: the action.
fn title(actions: TokenActions) -> String {
    let phase = actions.phase.get();
    let plan = actions.run.plan.get();
    match (plan.as_slice(), phase) {
        ([], _) => "Tokens".to_owned(),
        ([_], _) => dialog_text::common_action(&plan)
            .0
            .map_or("Token", token_core::plan::ActionKind::label)
            .to_owned(),
        (plan, _) => dialog_text::button_label(plan),
    }
}

#[component]
fn Content(actions: TokenActions, is_many: Memo<bool>) -> impl IntoView {
    let has_plan = Memo::new(move |_| {
        actions
            .phase
            .with(|phase| matches!(phase, BatchPhase::Planned | BatchPhase::Running | BatchPhase::Ended(_)))
    });
    let before = move || match actions.phase.get() {
        BatchPhase::Reading => view! {
            <p role="status">{move || actions.reading_status.get()}</p>
            <progress class="progress" aria-label="Reading"></progress>
            <CloseButton actions label="Cancel" />
        }
        .into_any(),
        BatchPhase::Unread(error) => view! {
            <ErrorNote
                what="The tenant could not be read, so there is no plan yet"
                error
                retry=Callback::new(move |()| workflow::prepare(actions))
            />
            <CloseButton actions label="Close" />
        }
        .into_any(),
        _ => ().into_any(),
    };
    move || match (has_plan.get(), is_many.get()) {
        (false, _) => view! { {before} }.into_any(),
        (true, true) => view! { <BatchView actions /> }.into_any(),
        (true, false) if actions.is_single() => view! { <SingleView actions /> }.into_any(),
        (true, false) => view! {
            <p>"There is no token to do this with."</p>
            <CloseButton actions label="Close" />
        }
        .into_any(),
    }
}

#[component]
fn CloseButton(actions: TokenActions, label: &'static str) -> impl IntoView {
    view! {
        <div class="dialog__buttons">
            <button class="button" autofocus on:click=move |_| workflow::close(actions)>
                {label}
            </button>
        </div>
    }
}

/// Asks for confirmation when the dialog is closed during a run.
#[component]
fn StopQuestion(actions: TokenActions) -> impl IntoView {
    view! {
        <div class="note note--warning" role="alert">
            <p>"The work is under way. It stops when you close this. What is done stays done, and you can resume it."</p>
            <button class="button button--primary" autofocus on:click=move |_| actions.confirming_stop.set(false)>
                "Go on"
            </button>
            <button class="button" on:click=move |_| workflow::stop_and_close(actions)>
                "Stop and close"
            </button>
        </div>
    }
}

/// Opens and closes the native dialog with `open`.
fn keep_open(actions: TokenActions, element: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            show(&dialog, actions.open.get(), place_behind());
        }
    });
}

/// The selector of what gets the focus when the dialog closes and its opener is gone: the title of the open panel, or the
/// page's content.
fn place_behind() -> &'static str {
    const TITLE: &str = ".panel[open] #panel-title";
    match document().query_selector(TITLE) {
        Ok(Some(_)) => TITLE,
        _ => CONTENT,
    }
}

/// Moves the focus when the phase changes: the focused element may have been removed.
fn keep_focus(actions: TokenActions, element: NodeRef<html::Dialog>) {
    Effect::new(move |before: Option<bool>| {
        actions.phase.track();
        let is_asking = actions.confirming_stop.get();
        if actions.open.get() {
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

/// Moves the focus to the element with `autofocus`, unless the focus is in the dialog already and `forced` is false.
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
        // Focusing fails only where nothing can have the focus.
        _ = wanted.focus();
    }
}
