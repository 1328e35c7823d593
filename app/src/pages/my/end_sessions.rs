//! Ends the user's sessions in all browsers.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::session::{end_own_sessions, sign_out},
    browser::navigate_to,
    i18n::PageTexts,
    state::announcer::use_announcer,
};

/// The button that ends all sessions of the user, and then the one with Microsoft.
#[component]
pub fn EndSessions(texts: &'static PageTexts) -> impl IntoView {
    let announcer = use_announcer();
    let leave = move |_| {
        spawn_local(async move {
            let left = match end_own_sessions(None).await {
                Ok(_) => sign_out().await,
                Err(error) => Err(error),
            };
            match left {
                Ok(address) => navigate_to(&address),
                Err(error) => announcer.announce(error.0.to_string()),
            }
        });
    };
    view! {
        <p class="hint">
            <button class="link" on:click=leave>
                {texts.entry.end_sessions}
            </button>
        </p>
    }
}
