//! Measures a token whatever its status, with its secret key: one that is activated, too, whose codes are refused.

use leptos::prelude::*;
use token_core::token::Token;

use super::{
    code_source_form::{CodeSourceForm, CodeSourceKind},
    secret::SecretFields,
};

/// The secret key, the code, and the verdict.
#[component]
pub fn MeasurePart(token: Memo<Option<Token>>) -> impl IntoView {
    // Its fields are made when it is opened, and their secrets dropped when it is closed.
    let is_open = RwSignal::new(false);
    let fields = move || {
        let token = token.get_untracked().filter(|_| is_open.get())?;
        let source_form = CodeSourceForm::new(CodeSourceKind::Secret);
        Some(view! {
            <div class="form">
                <SecretFields token source_form only_measures=true />
            </div>
        })
    };
    let toggle = move |event: leptos::ev::Event| {
        let details: web_sys::Element = event_target(&event);
        is_open.set(details.has_attribute("open"));
    };
    view! {
        <section class="panel__part">
            <details class="fold" on:toggle=toggle>
                <summary>"Measure it: is this the token, and is its clock right?"</summary>
                <p class="hint">"With its secret key at hand. Nothing is sent."</p>
                {fields}
            </details>
        </section>
    }
}
