//! After a refused code: a field for the next one, where no form of the token's asks for it.

use leptos::{ev, html, prelude::*};
use token_core::{
    plan::{ActionRequest, CodeSource, TokenAction},
    token::TokenId,
};

use crate::{
    components::code_input::{CodeInput, take_code},
    state::token_actions::TokenActions,
};

/// The id of what is said about the field.
const ERROR: &str = "next-code-error";

/// The token whose typed code the last run has sent in vain, unless a form of its asks for the next one, or enough were refused.
/// Reactive.
pub fn waits_for_code(actions: TokenActions) -> Option<TokenId> {
    let (id, _) = actions.refused_code.get()?;
    (!actions.has_failed(&id) && !actions.is_told_at_code()).then_some(id)
}

/// Activates the token with the next code that it shows.
#[component]
pub fn NextCode(actions: TokenActions, id: TokenId) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let error = RwSignal::new("");
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(code) = take_code(field) else {
            return error.set("Type the six digits that the token shows now.");
        };
        // As it was read after the run, which has assigned it.
        if let Some(token) = actions.store.with(|list| list.find(&id).cloned()) {
            actions.act(
                vec![ActionRequest::one(1, &token, TokenAction::Activate(0))],
                vec![CodeSource::Code(code)],
            );
        }
    };
    view! {
        <form class="form" on:submit=send>
            <CodeInput field label="The next code that the token shows" error=ERROR />
            <p class="field__error" id=ERROR role="alert">
                {move || error.get()}
            </p>
            <p class="actions">
                <button class="button button--primary">"Activate"</button>
            </p>
        </form>
    }
}
