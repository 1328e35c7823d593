//! Small forms that read: they open another form of the page, or look again. Their fields stand in the URL.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::{MyTokensState, OpenForm};
use crate::{
    api::my_form::LOOK_PARAM,
    base::href,
    paths::{MY, SERIAL_PARAM},
};

/// The button that opens a form.
#[component]
pub fn OpenButton(
    form: OpenForm,
    text: &'static str,
    /// The accessible name, where the text alone is ambiguous.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let parameter = form.parameter().map(|(name, value)| (name, value.to_owned()));
    view! {
        <form method="get" action=href(MY)>
            {parameter.map(|(name, value)| view! { <input type="hidden" name=name value=value /> })}
            <button class="button button--large" aria-label=label>
                {text}
            </button>
        </form>
    }
}

/// Reads the tokens again, with the same form open. Buttons elsewhere on the page belong to it: `form="look"`.
#[component]
pub fn LookForm(state: Arc<MyTokensState>) -> impl IntoView {
    let parameter = state.open.parameter().map(|(name, value)| (name, value.to_owned()));
    view! {
        <form id="look" method="get" action=href(MY) hidden>
            {parameter.map(|(name, value)| view! { <input type="hidden" name=name value=value /> })}
            <input type="hidden" name=SERIAL_PARAM value=state.serial.clone() />
            <input type="hidden" name=LOOK_PARAM value="true" />
        </form>
    }
}
