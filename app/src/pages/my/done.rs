//! What to do after the activation: the next sign-in, and help when the code is refused there.

use leptos::prelude::*;
use token_core::token::Token;

use super::help_desk::HelpDesk;
use crate::i18n::{PageTexts, interpolate};

/// Shown after a token was activated. It has the focus.
#[component]
pub fn ActivatedNote(texts: &'static PageTexts, token: Token) -> impl IntoView {
    let done = &texts.done;
    view! {
        <section class="note note--good note--told">
            <h2 id="done" tabindex="-1" autofocus>
                {interpolate(done.title, "serial", token.serial.as_str())}
            </h2>
            <p>{done.next}</p>
            <p>{done.keep}</p>
            <DriftHelp texts />
        </section>
    }
}

/// Help for when the code is refused at sign-in.
#[component]
pub fn DriftHelp(texts: &'static PageTexts) -> impl IntoView {
    let steps = texts.done.trouble_next.map(|step| view! { <li>{step}</li> });
    view! {
        <details class="drifted">
            <summary>{texts.done.trouble}</summary>
            <ol>{steps.into_iter().collect_view()}</ol>
            <HelpDesk texts />
        </details>
    }
}
