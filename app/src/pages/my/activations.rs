//! The user's latest activations, so that they notice one that was not theirs.

use leptos::prelude::*;

use super::store::MyTokensState;
use crate::{datetime::local_datetime, i18n::interpolate};

/// When and from where the user's tokens were activated.
#[component]
pub fn LatestActivations(state: MyTokensState) -> impl IntoView {
    let texts = &state.texts.list;
    let line = |token: &str, at_ms: u64, address: &str| {
        let line = interpolate(texts.activated_on, "serial", token);
        interpolate(&interpolate(&line, "when", &local_datetime(at_ms)), "address", address)
    };
    move || {
        let activations = state.activations.get();
        (!activations.is_empty()).then(|| {
            let lines = activations
                .iter()
                .map(|one| view! { <li>{line(&one.token, one.at_ms, &one.address)}</li> })
                .collect_view();
            view! {
                <section aria-labelledby="latest">
                    <h2 id="latest">{texts.recent}</h2>
                    <ul class="hint">{lines}</ul>
                </section>
            }
        })
    }
}
