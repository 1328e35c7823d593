//! The form for claiming an unassigned token: serial number and code.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    code_form::{CodeQuestion, FormFooter, PostForm},
    scan::{ScanButton, ScanPicture},
    state::{Focus, MyTokensState},
};
use crate::api::my_form::{field, form};

/// Asks for the serial number and the code.
#[component]
pub fn ClaimForm(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = state.texts;
    view! {
        <PostForm state=Arc::clone(&state) form=form::CLAIM>
            <p>{texts.claim.lead}</p>
            <SerialInput state=Arc::clone(&state) />
            <ScanPicture texts />
            <CodeQuestion state=Arc::clone(&state) seconds=None />
            <FormFooter state=Arc::clone(&state) labels=[texts.code.activate, texts.code.activating] />
        </PostForm>
    }
}

/// The serial number: typed, pasted, from the URL, or scanned.
#[component]
fn SerialInput(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = state.texts;
    view! {
        <div class="field">
            <div class="field__head">
                <label class="field__name" for="serial">
                    {texts.claim.serial}
                </label>
                <ScanButton texts />
            </div>
            <input
                id="serial"
                name=field::SERIAL
                class="input input--serial"
                type="text"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="128"
                required
                aria-describedby="serial-hint"
                aria-invalid=state.is_serial_wrong().then_some("true")
                value=state.serial.clone()
                autofocus=state.focus == Focus::Serial
            />
            <p class="field__label" id="serial-hint">
                {texts.claim.hint}
            </p>
        </div>
    }
}
