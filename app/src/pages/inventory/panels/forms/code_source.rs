//! The source of the activation code: the six digits on the token's display, or its secret key.

use leptos::prelude::*;
use token_core::token::Token;

use super::{
    code_error::{CODE_ERROR, CodeError},
    code_source_form::{CodeSourceForm, CodeSourceKind},
    secret::SecretFields,
    tries::StopAfterTries,
};
use crate::components::code_input::CodeInput;

/// The choice of the kind, and the fields of the chosen one.
#[component]
pub fn CodeSourceFields(
    token: Token,
    source_form: CodeSourceForm,
    /// Whether the token may also be activated later.
    #[prop(optional)]
    allow_later: bool,
) -> impl IntoView {
    let errors_of = token.id.clone();
    let later = allow_later.then(
        || view! { <CodeSourceChoice source_form kind=CodeSourceKind::Later label="Activate later" /> },
    );
    view! {
        <fieldset class="choices">
            <legend class="field__name">"Activate by"</legend>
            {later}
            <CodeSourceChoice source_form kind=CodeSourceKind::Code label="Six digits from the token" />
            <CodeSourceChoice source_form kind=CodeSourceKind::Secret label="Secret key" />
        </fieldset>
        {move || match source_form.kind.get() {
            CodeSourceKind::Later => ().into_any(),
            CodeSourceKind::Code => view! {
                <StopAfterTries token=token.id.clone()>
                    <CodeFields source_form seconds=token.interval_seconds />
                </StopAfterTries>
            }
            .into_any(),
            CodeSourceKind::Secret => view! { <SecretFields token=token.clone() source_form /> }.into_any(),
        }}
        <CodeError token=errors_of missing=source_form.missing />
        {move || (source_form.kind.get() != CodeSourceKind::Later).then(|| view! { <RefusalHelp /> })}
    }
}

#[component]
fn CodeSourceChoice(source_form: CodeSourceForm, kind: CodeSourceKind, label: &'static str) -> impl IntoView {
    let choose = move |_| {
        // The secret key is dropped with its field.
        source_form.set_secret(None);
        source_form.kind.set(kind);
    };
    view! {
        <label class="choice">
            <input type="radio" name="proof" prop:checked=move || source_form.kind.get() == kind on:change=choose />
            {label}
        </label>
    }
}

#[component]
fn CodeFields(source_form: CodeSourceForm, seconds: u32) -> impl IntoView {
    view! {
        <CodeInput field=source_form.code label="Code on the token's display" error=CODE_ERROR />
        <p class="hint">
            {format!(
                "Type a fresh one, and go on within its {seconds} seconds. From a code that was read from the display Microsoft Entra learns how far the token's clock is off.",
            )}
        </p>
    }
}

/// What to try when Microsoft refuses a code.
#[component]
fn RefusalHelp() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"If the code is refused"</summary>
            <ul>
                <li>"Wait for the token's next code and use that one: each is good once, and only for its interval."</li>
                <li>"Compare the serial number on the back: it may be the other token."</li>
                <li>"The token's clock may have drifted: type the code from the display instead of the secret key. With the secret key at hand, Measure tells how far it is off."</li>
            </ul>
        </details>
    }
}
