//! The form for an assigned token: one field, one button.

use leptos::{ev, prelude::*};
use token_core::{self_service::ActivationTarget, token::Token};

use super::{
    code_field::CodeField, form_error_note::FormErrorNote, help_desk::HelpDesk, picture::TokenPicture,
    store::MyTokensState, submit::SubmitState,
};
use crate::browser::focus;

/// Asks for the code of a token.
#[component]
pub fn CodeForm(state: MyTokensState, token: Token) -> impl IntoView {
    let submit = SubmitState::new(state);
    let (id, seconds) = (token.id, token.interval_seconds);
    let failed_id = id.clone();
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        submit.send(ActivationTarget::Token(id.clone()));
    };
    view! {
        // `novalidate`: the browser's messages are not always in the page's language.
        <form class="form" novalidate on:submit=send>
            <p id="ask">
                <strong>{state.texts.code.ask}</strong>
            </p>
            <TokenPicture texts=state.texts seconds=Some(seconds) />
            <CodeField texts=state.texts field=submit.field is_wrong=Signal::derive(move || submit.is_code_wrong()) />
            <Show
                when=move || !state.has_failed(&failed_id)
                fallback=move || view! { <p role="alert">{state.texts.refresh.stop}</p> <HelpDesk texts=state.texts /> }
            >
                <FormFooter state submit />
            </Show>
        </form>
    }
}

/// The end of the forms: the error and the submit button. Restores the code that was typed before a step-up sign-in.
#[component]
pub fn FormFooter(
    state: MyTokensState,
    submit: SubmitState,
    /// The labels of the button, idle and busy; else those of an activation.
    #[prop(optional)]
    labels: Option<[&'static str; 2]>,
) -> impl IntoView {
    let code = &state.texts.code;
    let [idle, busy] = labels.unwrap_or([code.activate, code.activating]);
    let is_restored = state.restored.with_value(Option::is_some);
    Effect::new(move |_| {
        let Some(field) = submit.field.get() else { return };
        if let Some(code) = state.restored.try_update_value(Option::take).flatten() {
            field.set_value(code.expose());
            request_animation_frame(|| focus("#activate"));
        }
    });
    view! {
        {is_restored
            .then(|| {
                view! {
                    <p class="note note--info" role="status">
                        {code.restored}
                    </p>
                }
            })}
        <div role="alert">
            {move || submit.error.get().map(|error| view! { <FormErrorNote state error /> })}
        </div>
        <button
            id="activate"
            class="button button--primary button--large"
            aria-disabled=move || submit.is_busy.get().to_string()
        >
            {move || if submit.is_busy.get() { busy } else { idle }}
        </button>
    }
}
