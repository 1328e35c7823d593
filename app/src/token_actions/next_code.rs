//! After a refused code: a field for the next one, where no form of the token's asks for it.

use leptos::{ev, html, prelude::*};
use token_core::{
    plan::{ActionRequest, CodeSource, TokenAction},
    token::{Token, TokenId},
};

use crate::{
    browser::focus,
    components::code_input::{CodeInput, take_code},
    state::token_actions::TokenActions,
};

/// Selectors of the answer, and of the field in it.
const ANSWER: &str = "#panel-answer";
const FIELD: &str = "#panel-answer .input--code";
/// The id of what is said about the field.
const ERROR: &str = "next-code-error";

/// The token whose typed code the last run has sent in vain, unless a form of its asks for the next one, enough were refused, or
/// nobody holds it, so that there is nothing to activate. Reactive.
pub fn waits_for_code(actions: TokenActions) -> Option<TokenId> {
    let (id, _) = actions.refused_code.get()?;
    actions.store.track();
    let is_asked_for = !actions.has_failed(&id) && !actions.is_told_at_code();
    (is_asked_for && held(actions, &id).is_some()).then_some(id)
}

/// The token as it was read last, if somebody holds it.
fn held(actions: TokenActions, id: &TokenId) -> Option<Token> {
    actions.store.with(|list| list.find(id).filter(|token| token.assigned_to.is_some()).cloned())
}

/// Activates the token with the next code that it shows.
#[component]
pub fn NextCode(actions: TokenActions, id: TokenId) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let error = RwSignal::new("");
    // It appears when the token was read after the run; the focus waits on the answer until then.
    Effect::new(|_| {
        request_animation_frame(|| {
            if document().active_element().is_some_and(|active| active.matches(ANSWER) == Ok(true)) {
                focus(FIELD);
            }
        });
    });
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(token) = held(actions, &id) else {
            return error.set("The token is being read anew. Try again in a moment.");
        };
        let Some(code) = take_code(field) else {
            return error.set("Type the six digits that the token shows now.");
        };
        actions
            .act(vec![ActionRequest::one(1, &token, TokenAction::Activate(0))], vec![CodeSource::Code(code)]);
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
