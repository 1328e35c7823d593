//! What is wrong with a code, told beside its field: it is missing, or Microsoft refused it.

use leptos::prelude::*;
use token_core::token::TokenId;

use crate::state::token_actions::use_token_actions;

/// The id of the text, by which the field refers to it.
pub const CODE_ERROR: &str = "code-error";

/// The text. While it is there, the panel does not repeat that the code was refused.
#[component]
pub fn CodeError(
    /// The token whose code is asked for.
    token: TokenId,
    /// What is missing.
    missing: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let actions = use_token_actions();
    actions.code_form.set(Some(token.clone()));
    on_cleanup(move || _ = actions.code_form.try_set(None));
    let refused = move || {
        // After too many the form says to stop, and not to type the next one.
        let is_of_token = |(id, _): &&(TokenId, String)| *id == token && !actions.has_failed(id);
        actions.refused_code.with(|refused| refused.as_ref().filter(is_of_token).map(|(_, why)| why.clone()))
    };
    view! {
        <p class="field__error" id=CODE_ERROR role="alert">
            {move || missing.get().map(str::to_owned).or_else(&refused)}
        </p>
    }
}
