//! The form for claiming an unassigned token: serial number and code.

use leptos::{ev, prelude::*};
use token_core::{
    self_service::{ActivationTarget, Denial},
    token::SerialNumber,
};

use super::{
    code_field::CodeField, code_form::FormFooter, form_error::FormError, picture::TokenPicture, scan::Scan,
    store::MyTokensState, submit::SubmitState,
};

/// Asks for the serial number and the code.
#[component]
pub fn ClaimForm(state: MyTokensState) -> impl IntoView {
    let texts = state.texts;
    let submit = SubmitState::new(state);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match state.serial.with_untracked(|serial| SerialNumber::parse(serial)) {
            Some(serial) => submit.send(ActivationTarget::Serial(serial)),
            None => submit.show_missing(texts.claim.missing, "#serial"),
        }
    };
    view! {
        <form class="form" novalidate on:submit=send>
            <p>{texts.claim.lead}</p>
            <SerialInput state submit />
            <Scan state />
            <p id="ask">
                <strong>{texts.code.ask}</strong>
            </p>
            <TokenPicture texts seconds=None />
            <CodeField texts field=submit.field is_wrong=Signal::derive(move || submit.is_code_wrong()) />
            <FormFooter state submit />
        </form>
    }
}

/// The serial number: typed, pasted, from the URL, or scanned.
#[component]
fn SerialInput(state: MyTokensState, submit: SubmitState) -> impl IntoView {
    let claim = &state.texts.claim;
    let is_wrong = move || {
        submit.error.with(|error| match error {
            Some(FormError::Missing(what)) => *what == claim.missing,
            Some(FormError::Denied(denial)) => *denial == Denial::NotAvailable,
            _ => false,
        })
    };
    view! {
        <div class="field">
            <label class="field__name" for="serial">
                {claim.serial}
            </label>
            <input
                id="serial"
                class="input input--serial"
                type="text"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="128"
                required
                aria-describedby="serial-hint"
                aria-invalid=move || is_wrong().then_some("true")
                prop:value=move || state.serial.get()
                on:input:target=move |event| state.serial.set(event.target().value().trim().to_owned())
                on:change=move |_| state.open_own_token()
            />
            <p class="field__label" id="serial-hint">
                {claim.hint}
            </p>
        </div>
    }
}
