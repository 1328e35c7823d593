//! Sets the display name of a token.

use leptos::{html, prelude::*};
use token_core::{
    plan::{ActionRequest, TokenAction},
    token::{MAX_TEXT_LEN, Token},
};

use super::on_submit;
use crate::state::token_actions::use_token_actions;

/// A field for the name.
#[component]
pub fn RenameForm(token: Memo<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let field = NodeRef::<html::Input>::new();
    let before = token.get_untracked().and_then(|token| token.name).unwrap_or_default();
    let send = move || {
        let (Some(token), Some(field)) = (token.get_untracked(), field.get_untracked()) else { return };
        actions.act(
            vec![ActionRequest::one(1, &token, TokenAction::Rename(field.value().trim().to_owned()))],
            Vec::new(),
        );
    };
    view! {
        <form class="form" on:submit=on_submit(send)>
            <label class="field">
                <span class="field__name">"Display name"</span>
                <input class="input" node_ref=field value=before maxlength=MAX_TEXT_LEN.to_string() autocomplete="off" dir="auto" />
                <span class="field__label">"Users see it beside the token among their sign-in methods. Empty takes the name away."</span>
            </label>
            <p class="actions">
                <button class="button button--primary">"Rename"</button>
            </p>
        </form>
    }
}
