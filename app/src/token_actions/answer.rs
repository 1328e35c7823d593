//! What comes of actions that run at once, told in the panel where they were started.

use leptos::prelude::*;
use token_core::plan::privileged::unknown_note;

use super::{
    result::{NOT_READ, UndoButton, last_action, running_text},
    single_view::SingleView,
    waiting_note::WaitingNote,
    workflow,
};
use crate::{
    browser::focus,
    components::error_note::ErrorNote,
    state::token_actions::{BatchPhase, TokenActions, use_token_actions},
};

/// Selector of the answer.
const ANSWER: &str = "#panel-answer";
/// Selector of the field of a code, in a form or below the answer.
const CODE: &str = ".panel .input--code";

/// The answer: under way, done with *Undo*, or what went wrong. A refused code is told beside its field instead.
#[component]
pub fn ActionAnswer() -> impl IntoView {
    let actions = use_token_actions();
    let is_here = Memo::new(move |_| actions.at_once.get() && !actions.open.get());
    let is_told_at_code = Memo::new(move |_| actions.is_told_at_code());
    actions.answers.update(|count| *count += 1);
    on_cleanup(move || _ = actions.answers.try_update(|count| *count = count.saturating_sub(1)));
    focus_answer(actions, is_here);
    let content = move || {
        if is_here.get() && !is_told_at_code.get() { answer(actions) } else { ().into_any() }
    };
    view! {
        <div id="panel-answer" class="panel__answer" tabindex="-1">
            {content}
            <WaitingNote actions place=ANSWER />
        </div>
    }
}

fn answer(actions: TokenActions) -> AnyView {
    match actions.phase.get() {
        BatchPhase::Idle => ().into_any(),
        BatchPhase::Reading => view! {
            <p class="panel__state" role="status">
                {move || actions.reading_status.get()}
            </p>
        }
        .into_any(),
        BatchPhase::Unread(error) => view! {
            <ErrorNote
                what=NOT_READ
                error
                retry=Callback::new(move |()| workflow::prepare(actions))
            />
        }
        .into_any(),
        _ if actions.is_single() => {
            let unknown = unknown_note(actions.targets().unknown);
            view! {
                <SingleView actions in_panel=true />
                {unknown.map(|text| view! { <p class="hint">{text}</p> })}
            }
            .into_any()
        }
        phase => {
            let has_ended = matches!(phase, BatchPhase::Ended(_));
            view! {
                <div class="note note--info">
                    <p>
                        <bdi>{move || if has_ended { last_action(actions) } else { running_text(actions) }}</bdi>
                    </p>
                    <div class="dialog__buttons">
                        {has_ended.then(|| view! { <UndoButton actions /> })}
                        <button class="button" on:click=move |_| actions.open.set(true)>
                            {move || if has_ended && actions.is_done() { "Report" } else { "Show" }}
                        </button>
                    </div>
                </div>
            }
            .into_any()
        }
    }
}

/// Moves the focus to the answer when it is there, or to the field whose code was refused.
fn focus_answer(actions: TokenActions, is_here: Memo<bool>) {
    let has_answer = Memo::new(move |_| {
        let phase = actions.phase.get();
        let is_told = matches!(phase, BatchPhase::Ended(_) | BatchPhase::Unread(_));
        let cannot = phase == BatchPhase::Planned && actions.run.impossible() > 0;
        is_here.get() && (is_told || cannot)
    });
    Effect::watch(
        move || has_answer.get(),
        move |has_answer, _, _| {
            if *has_answer {
                request_animation_frame(move || {
                    let is_told_at_code = untrack(|| actions.is_told_at_code());
                    if !has_gone_elsewhere() {
                        focus(if is_told_at_code { CODE } else { ANSWER });
                    }
                });
            }
        },
        false,
    );
}

/// Whether the person has gone on beside the panel meanwhile. The answer is announced anyway.
fn has_gone_elsewhere() -> bool {
    document().active_element().is_some_and(|active| {
        let is = |selector: &str| active.matches(selector) == Ok(true);
        !is("body, #main, .panel, .panel *")
    })
}
