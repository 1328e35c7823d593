//! Stops after three wrong codes of a token: whether Microsoft locks a token is not known.

use leptos::prelude::*;
use token_core::token::TokenId;

use crate::state::token_actions::use_token_actions;

/// Its children, until too many typed codes of the token were refused.
#[component]
pub fn StopAfterTries(token: TokenId, children: ChildrenFn) -> impl IntoView {
    let actions = use_token_actions();
    let has_failed = Memo::new(move |_| actions.has_failed(&token));
    view! {
        <Show
            when=move || !has_failed.get()
            fallback=|| {
                view! {
                    <p class="note note--danger" role="alert">
                        "Three codes of this token were refused. Stop here: find out why before another one is sent. With its secret key at hand, measure it below. Otherwise give its user another token."
                    </p>
                }
            }
        >
            {children()}
        </Show>
    }
}
