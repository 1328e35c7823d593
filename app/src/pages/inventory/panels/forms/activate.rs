//! Activates a token for the person who holds it.

use leptos::prelude::*;
use token_core::{
    manage::{ActionRequest, TokenAction},
    token::Token,
};

use super::{
    proof::{AtHand, Kind, ProofFields},
    sent,
};
use crate::token_actions::use_token_actions;

/// Takes the proof.
#[component]
pub fn ActivateForm(token: Memo<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let at_hand = AtHand::new(Kind::Code);
    let send = move || {
        let Some(token) = token.get_untracked() else { return };
        let Some(Some(code_source)) = at_hand.take() else { return };
        actions.propose(vec![ActionRequest::one(1, &token, TokenAction::Activate(0))], vec![code_source]);
    };
    view! {
        <form class="form" on:submit=sent(send)>
            {token.get_untracked().map(|token| view! { <ProofFields token at_hand /> })}
            <p class="actions">
                <button class="button button--primary">"Activate …"</button>
            </p>
        </form>
    }
}
