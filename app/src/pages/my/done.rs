//! What comes after: the next sign-in, and what to do when the digits are refused there.

use leptos::prelude::*;
use token_core::token::Token;

use super::{
    help_desk::HelpDesk,
    store::Mine,
    words::{Words, fill},
};

/// A token was activated.
#[component]
pub fn Done(mine: Mine, token: Token) -> impl IntoView {
    let done = &mine.words.done;
    view! {
        <section class="note note--good note--told">
            <h2 id="done" tabindex="-1">
                {fill(done.title, "serial", token.serial.as_str())}
            </h2>
            <p>{done.next}</p>
            <p>{done.keep}</p>
            <Drifted words=mine.words />
        </section>
    }
}

/// When the digits are refused at sign-in.
#[component]
pub fn Drifted(words: &'static Words) -> impl IntoView {
    let steps = words.done.trouble_next.map(|step| view! { <li>{step}</li> });
    view! {
        <details class="drifted">
            <summary>{words.done.trouble}</summary>
            <ol>{steps.into_iter().collect_view()}</ol>
            <HelpDesk words />
        </details>
    }
}
