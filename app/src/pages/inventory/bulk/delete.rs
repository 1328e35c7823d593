//! Asks how to delete a selection that contains assigned tokens.

use leptos::prelude::*;
use token_core::{
    plan::{ActionRequest, TokenAction},
    token::Token,
};

use super::{DialogCloseButton, TOOLBAR};
use crate::{
    components::dialog::Dialog, format::tokens, pages::inventory::selection::SelectionState,
    state::token_actions::use_token_actions,
};

/// Delete only the unassigned tokens, or unassign and delete all of them.
#[component]
pub fn DeleteDialog(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let actions = use_token_actions();
    let (assigned, stock): (Vec<Token>, Vec<Token>) =
        selected.tokens().into_iter().partition(|token| token.assigned_to.is_some());
    let all = assigned.len() + stock.len();
    let text = match (assigned.len(), all) {
        (1, 1) => "The token has a user. Microsoft deletes a token only after it was unassigned.".to_owned(),
        (assigned, all) => format!(
            "{} of the {} selected {} a user. Microsoft deletes a token only after it was unassigned.",
            crate::format::grouped(assigned),
            tokens(all),
            if assigned == 1 { "has" } else { "have" }
        ),
    };
    let offer = move |tokens: &[Token], unassign_first: bool| {
        open.set(false);
        actions.propose(ActionRequest::all(tokens, &TokenAction::Delete { unassign_first }), Vec::new());
    };
    let in_stock = stock.len();
    let only_stock = {
        let stock = stock.clone();
        move |_| offer(&stock, false)
    };
    let everything = move |_| offer(&[assigned.as_slice(), stock.as_slice()].concat(), true);
    view! {
        <Dialog open fallback=TOOLBAR title=format!("Delete {}", tokens(all))>
            <p>{text}</p>
            <div class="dialog__choices">
                {(in_stock > 0)
                    .then(|| {
                        view! {
                            <button class="button" on:click=only_stock>
                                {format!("Delete only {} in stock", tokens(in_stock))}
                            </button>
                        }
                    })}
                <button class="button" on:click=everything>
                    {format!("Unassign and delete {}", tokens(all))}
                </button>
            </div>
            <DialogCloseButton open />
        </Dialog>
    }
}
