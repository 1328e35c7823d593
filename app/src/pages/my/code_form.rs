//! The form for a token that is the person's already: one field, one button.

use leptos::{ev, prelude::*};
use token_core::{self_service::ActivationTarget, token::Token};

use super::{code_field::CodeField, picture::TokenPicture, refusal::Refusal, sending::Sending, store::Mine};
use crate::browser::focus;

/// Asks for the digits of a token.
#[component]
pub fn CodeForm(mine: Mine, token: Token) -> impl IntoView {
    let sending = Sending::new(mine);
    let (id, seconds) = (token.id, token.interval_seconds);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        sending.send(ActivationTarget::Token(id.clone()));
    };
    view! {
        // Not the browser's own words about an empty field: they are not always in the page's language.
        <form class="form" novalidate on:submit=send>
            <p id="ask">
                <strong>{mine.words.code.ask}</strong>
            </p>
            <TokenPicture words=mine.words seconds=Some(seconds) />
            <CodeField words=mine.words field=sending.field is_wrong=Signal::derive(move || sending.is_code_wrong()) />
            <Ending mine sending />
        </form>
    }
}

/// What went wrong, and the button: the end of both forms. Fills in what was typed before the person had to confirm who
/// they are.
#[component]
pub fn Ending(mine: Mine, sending: Sending) -> impl IntoView {
    let code = &mine.words.code;
    let is_restored = mine.restored.with_value(Option::is_some);
    Effect::new(move |_| {
        let Some(field) = sending.field.get() else { return };
        if let Some(code) = mine.restored.try_update_value(Option::take).flatten() {
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
            {move || sending.trouble.get().map(|trouble| view! { <Refusal mine trouble /> })}
        </div>
        <button
            id="activate"
            class="button button--primary button--large"
            aria-disabled=move || sending.is_busy.get().to_string()
        >
            {move || if sending.is_busy.get() { code.activating } else { code.activate }}
        </button>
    }
}
