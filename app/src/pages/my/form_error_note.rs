//! An error on the page, with the button of its next step.

use leptos::prelude::*;

use super::{
    form_error::{ErrorText, FormError, NextStep, describe},
    help_desk::HelpDesk,
    store::MyTokensState,
};
use crate::paths::{my_tokens, start_sign_in};

/// Shows an error with its next step.
#[component]
pub fn FormErrorNote(
    state: MyTokensState,
    error: FormError,
    /// Whether the page shows a retry button already.
    #[prop(optional)]
    has_retry: bool,
) -> impl IntoView {
    let texts = state.texts;
    let ErrorText { what, steps, help, next } = describe(texts, &error);
    let steps = (!steps.is_empty()).then(|| {
        let items = steps.into_iter().map(|step| view! { <li>{step}</li> });
        view! { <ul>{items.collect_view()}</ul> }
    });
    let way = match next {
        Some(NextStep::SignIn(label)) => {
            let href = move || state.serial.with(|serial| start_sign_in(&my_tokens(serial), false));
            view! {
                <a class="button button--primary" rel="external" href=href>
                    {label}
                </a>
            }
            .into_any()
        }
        Some(NextStep::Reload) if !has_retry => view! {
            <button type="button" class="button" on:click=move |_| state.read(false)>
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
