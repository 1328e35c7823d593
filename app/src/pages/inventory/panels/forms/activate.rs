//! Activates a token for the person who holds it.

use leptos::prelude::*;
use token_core::{
    manage::{Action, Ask},
    token::Token,
};

use super::{
    proof::{AtHand, Kind, ProofFields},
    sent,
};
use crate::work::use_work;

/// Takes the proof.
#[component]
pub fn ActivateForm(token: Memo<Option<Token>>) -> impl IntoView {
    let work = use_work();
    let at_hand = AtHand::new(Kind::Code);
    let send = move || {
        let Some(token) = token.get_untracked() else { return };
        let Some(Some(proof)) = at_hand.take() else { return };
        work.offer(vec![Ask::one(1, &token, Action::Activate(0))], vec![proof]);
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
