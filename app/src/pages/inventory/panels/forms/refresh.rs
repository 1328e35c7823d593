//! Refreshes a token in use: the help desk types the code that its person reads aloud. No secret key is needed.

use leptos::{html, prelude::*};
use token_core::{
    plan::{ActionRequest, CodeSource, TokenAction},
    token::Token,
};

use super::{
    code_error::{CODE_ERROR, CodeError},
    on_submit,
    tries::StopAfterTries,
};
use crate::{
    components::code_input::{CodeInput, take_code},
    state::token_actions::use_token_actions,
};

/// Collects the code on the display.
#[component]
pub fn RefreshForm(token: Memo<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let field = NodeRef::<html::Input>::new();
    let missing = RwSignal::new(None::<&'static str>);
    let send = move || {
        let Some(token) = token.get_untracked() else { return };
        let code = take_code(field);
        missing.set(code.is_none().then_some("Type the six digits that the token shows now."));
        let Some(code) = code else { return };
        let request = ActionRequest::one(1, &token, TokenAction::Refresh(0));
        actions.act(vec![request], vec![CodeSource::Code(code)]);
    };
    let id = token.with_untracked(|token| token.as_ref().map(|token| token.id.clone()));
    view! {
        <p>
            "For a token that is activated and whose codes are refused at sign-in: its clock has drifted. It is deactivated and activated again with the code on its display, by which Microsoft learns how far its clock is off."
        </p>
        {id
            .map(|token| {
                let errors_of = token.clone();
                view! {
                    <StopAfterTries token>
                        <form class="form" on:submit=on_submit(send)>
                            <CodeInput field label="Code on the token's display" error=CODE_ERROR />
                            <p class="hint">"Have it read to you, and go on within its interval."</p>
                            <CodeError token=errors_of.clone() missing />
                            <p class="actions">
                                <button class="button button--primary">"Refresh"</button>
                            </p>
                        </form>
                    </StopAfterTries>
                }
            })}
    }
}
