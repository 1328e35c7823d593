//! What waits for the actions before it, and what to do with it when they did not succeed.

use leptos::prelude::*;

use crate::{browser::restore_focus, state::token_actions::TokenActions};

/// What waits; with buttons to begin or to drop it where nothing is under way. `place` selects where the focus goes then.
#[component]
pub fn WaitingNote(actions: TokenActions, place: &'static str) -> impl IntoView {
    let text = Memo::new(move |_| actions.waiting_text());
    let is_idle = Memo::new(move |_| {
        actions.phase.track();
        !actions.is_busy()
    });
    let go_on = move |_| {
        actions.go_on();
        restore_focus(place);
    };
    let drop_all = move |_| {
        actions.drop_waiting();
        restore_focus(place);
    };
    view! {
        <Show when=move || text.with(Option::is_some)>
            <p class="hint">{move || text.get()}</p>
            <Show when=move || is_idle.get()>
                <div class="dialog__buttons">
                    <button class="button" on:click=go_on>
                        "Go on with it"
                    </button>
                    <button class="button" on:click=drop_all>
                        "Drop it"
                    </button>
                </div>
            </Show>
        </Show>
    }
}
