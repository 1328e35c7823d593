//! The form for a token that is nobody's yet: its serial number and its digits.

use leptos::{ev, prelude::*};
use token_core::{
    self_service::{ActivationTarget, Denial},
    token::SerialNumber,
};

use super::{
    code_field::CodeField,
    code_form::Ending,
    picture::TokenPicture,
    refusal::Trouble,
    scan::Scan,
    sending::Sending,
    store::{Mine, Open, can_activate},
};

/// Asks for the serial number and the digits.
#[component]
pub fn ClaimForm(mine: Mine) -> impl IntoView {
    let words = mine.words;
    let sending = Sending::new(mine);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match mine.serial.with_untracked(|serial| SerialNumber::parse(serial)) {
            Some(serial) => sending.send(ActivationTarget::Serial(serial)),
            None => sending.say_missing(words.claim.missing, "#serial"),
        }
    };
    view! {
        <form class="form" novalidate on:submit=send>
            <p>{words.claim.lead}</p>
            <SerialField mine sending />
            <Scan mine />
            <p id="ask">
                <strong>{words.code.ask}</strong>
            </p>
            <TokenPicture words seconds=None />
            <CodeField words field=sending.field is_wrong=Signal::derive(move || sending.is_code_wrong()) />
            <Ending mine sending />
        </form>
    }
}

/// The serial number: typed, pasted, from the address, or from the camera.
#[component]
fn SerialField(mine: Mine, sending: Sending) -> impl IntoView {
    let claim = &mine.words.claim;
    let is_wrong = move || {
        sending.trouble.with(|trouble| match trouble {
            Some(Trouble::Missing(what)) => *what == claim.missing,
            Some(Trouble::Denied(denial)) => *denial == Denial::NotAvailable,
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
                prop:value=move || mine.serial.get()
                on:input:target=move |event| mine.serial.set(event.target().value().trim().to_owned())
                on:change=move |_| open_own(mine)
            />
            <p class="field__label" id="serial-hint">
                {claim.hint}
            </p>
        </div>
    }
}

/// A number of one's own token leads to that token's form, which asks for less.
pub fn open_own(mine: Mine) {
    let serial = mine.serial.with_untracked(|serial| SerialNumber::parse(serial));
    let own = serial.and_then(|serial| mine.own(&serial)).filter(can_activate);
    if let Some(token) = own {
        mine.open.set(Open::Token(token.id));
        request_animation_frame(|| crate::browser::focus("#code"));
    }
}
