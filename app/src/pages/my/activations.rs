//! The user's latest activations, so that they notice one that was not theirs.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::self_service::OwnActivation;

use super::state::MyTokensState;
use crate::i18n::interpolate;

/// When and from where the user's tokens were activated. The script of the page shows the browser's local time.
#[component]
pub fn LatestActivations(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = &state.texts.list;
    let line = |OwnActivation { token, at_ms, address }: &OwnActivation| {
        let (before, after) = texts.activated_on.split_once("{when}").unwrap_or((texts.activated_on, ""));
        let fill = |part| interpolate(&interpolate(part, "serial", token), "address", address);
        let (instant, shown) = utc(*at_ms);
        view! { <li>{fill(before)} <time datetime=instant>{shown}</time> {fill(after)}</li> }
    };
    (!state.activations.is_empty()).then(|| {
        let lines = state.activations.iter().map(line).collect_view();
        view! {
            <section aria-labelledby="latest">
                <h2 id="latest">{texts.recent}</h2>
                <ul class="hint">{lines}</ul>
            </section>
        }
    })
}

/// An instant for `<time datetime>` (RFC 3339), and as text, both in UTC.
fn utc(at_ms: u64) -> (String, String) {
    let instant = i64::try_from(at_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let instant = instant.unwrap_or_default();
    (instant.to_string(), instant.strftime("%Y-%m-%d %H:%M UTC").to_string())
}
