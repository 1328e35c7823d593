//! Activates an assigned token.

use leptos::prelude::*;
use token_core::{
    plan::{ActionRequest, TokenAction},
    token::Token,
};

use super::{
    code_source::CodeSourceFields,
    code_source_form::{CodeSourceForm, CodeSourceKind},
    on_submit,
};
use crate::state::token_actions::use_token_actions;

/// Collects the code source.
#[component]
pub fn ActivateForm(token: Memo<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let source_form = CodeSourceForm::new(CodeSourceKind::Code);
    let send = move || {
        let Some(token) = token.get_untracked() else { return };
        let Some(Some(code_source)) = source_form.take() else { return };
        actions.act(vec![ActionRequest::one(1, &token, TokenAction::Activate(0))], vec![code_source]);
    };
    view! {
        <form class="form" on:submit=on_submit(send)>
            {token.get_untracked().map(|token| view! { <CodeSourceFields token source_form /> })}
            <p class="actions">
                <button class="button button--primary">"Activate"</button>
            </p>
        </form>
    }
}
