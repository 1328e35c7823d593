//! Replaces a lost or broken token by another one for the same person.

use leptos::prelude::*;
use token_core::{
    plan::{ActionRequest, TokenAction},
    token::Token,
};

use super::{
    super::serial_field::SerialField,
    code_source::CodeSourceFields,
    code_source_form::{CodeSourceForm, CodeSourceKind},
    on_submit,
};
use crate::{browser::focus, state::token_actions::use_token_actions};

/// Finds the replacement, then collects the other input.
#[component]
pub fn ReplaceForm(token: Memo<Option<Token>>) -> impl IntoView {
    let other = RwSignal::new(None::<Token>);
    // The first field of the other step.
    let focus_field = |_: &bool, _: Option<&bool>, _| request_animation_frame(|| focus("#panel-form input"));
    Effect::watch(move || other.with(Option::is_some), focus_field, false);
    view! {
        <p class="hint">"The old token is unassigned, and the other one assigned to the same user."</p>
        {move || match other.get() {
            None => {
                let found = Callback::new(move |token| other.set(Some(token)));
                view! { <SerialField label="Serial number of the other token" button="Find" found /> }.into_any()
            }
            Some(by) => view! { <ReplacementForm token by other /> }.into_any(),
        }}
    }
}

#[component]
fn ReplacementForm(token: Memo<Option<Token>>, by: Token, other: RwSignal<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let source_form = CodeSourceForm::new(CodeSourceKind::Later);
    let delete_old = RwSignal::new(false);
    let title = format!("{} {} {}", by.serial, by.manufacturer, by.model);
    let proven = by.clone();
    let send = move || {
        let Some(old) = token.get_untracked() else { return };
        let Some(code_source) = source_form.take() else { return };
        let action = TokenAction::Replace {
            by: Box::new(by.clone()),
            code_source: code_source.is_some().then_some(0),
            delete_old: delete_old.get_untracked(),
        };
        let requests = vec![ActionRequest::one(1, &old, action)];
        if delete_old.get_untracked() {
            actions.propose(requests, code_source.into_iter().collect());
        } else {
            actions.act(requests, code_source.into_iter().collect());
        }
    };
    view! {
        <form class="form" on:submit=on_submit(send)>
            <p>
                "By token "
                <strong>
                    <bdi>{title}</bdi>
                </strong>
                " "
                <button type="button" class="link" on:click=move |_| other.set(None)>
                    "Choose another one"
                </button>
            </p>
            <CodeSourceFields token=proven source_form allow_later=true />
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || delete_old.get()
                    on:change:target=move |event| delete_old.set(event.target().checked())
                />
                "Delete the old token from the inventory"
            </label>
            <p class="actions">
                <button class="button button--primary">
                    {move || if delete_old.get() { "Replace …" } else { "Replace" }}
                </button>
            </p>
        </form>
    }
}
