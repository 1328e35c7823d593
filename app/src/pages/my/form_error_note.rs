//! An error on the page, with the button of its next step.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    form_error::{ErrorText, FormError, NextStep, describe},
    help_desk::HelpDesk,
    state::MyTokensState,
};
use crate::paths::{my_tokens, start_sign_in};

/// Shows an error with its next step.
#[component]
pub fn FormErrorNote(
    state: Arc<MyTokensState>,
    error: FormError,
    /// Whether the page shows a retry button already.
    #[prop(optional)]
    has_retry: bool,
) -> impl IntoView {
    let texts = state.texts;
    let ErrorText { what, steps, help, next } = describe(texts, &error, state.refusals);
    let steps = (!steps.is_empty()).then(|| {
        let items = steps.into_iter().map(|step| view! { <li>{step}</li> });
        view! { <ul>{items.collect_view()}</ul> }
    });
    let way = match next {
        Some(NextStep::SignIn(label)) => view! {
            <a class="button button--primary" href=start_sign_in(&my_tokens(&state.serial), false)>
                {label}
            </a>
        }
        .into_any(),
        // Not of the form in which it may stand: that one holds a code.
        Some(NextStep::Reload) if !has_retry => view! {
            <button class="button" form="look">
                {texts.refusal.look}
            </button>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <div class="note note--danger note--told">
            <p>
                <strong>{what}</strong>
            </p>
            {steps}
            {help.then(|| view! { <HelpDesk texts /> })}
            {way}
        </div>
    }
}
