//! What becomes of tokens that are to be deleted and have holders.

use leptos::prelude::*;
use token_core::{
    manage::{ActionRequest, TokenAction},
    token::Token,
};

use super::{CloseButton, LINE};
use crate::{
    components::dialog::Dialog, format::tokens, pages::inventory::selection::Selected,
    token_actions::use_token_actions,
};

/// Those in stock alone, or all of them after they were unassigned.
#[component]
pub fn DeleteDialog(selected: Selected, open: RwSignal<bool>) -> impl IntoView {
    let actions = use_token_actions();
    let (held, stock): (Vec<Token>, Vec<Token>) =
        selected.tokens().into_iter().partition(|token| token.assigned_to.is_some());
    let all = held.len() + stock.len();
    let text = match (held.len(), all) {
        (1, 1) => {
            "The token has a holder. Microsoft deletes a token only after it was unassigned.".to_owned()
        }
        (held, all) => format!(
            "{} of the {} selected {} a holder. Microsoft deletes a token only after it was unassigned.",
            crate::format::grouped(held),
            tokens(all),
            if held == 1 { "has" } else { "have" }
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
    let everything = move |_| offer(&[held.as_slice(), stock.as_slice()].concat(), true);
    view! {
        <Dialog open fallback=LINE title=format!("Delete {}", tokens(all))>
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
            <CloseButton open />
        </Dialog>
    }
}
