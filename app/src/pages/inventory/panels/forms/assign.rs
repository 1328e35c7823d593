//! Assigns a token to a person; with a code source it is activated in the same request.

use leptos::prelude::*;
use token_core::{
    plan::{ActionRequest, TokenAction},
    token::Token,
    user::User,
};

use super::{
    FIRST_FIELD,
    code_source::CodeSourceFields,
    code_source_form::{CodeSourceForm, CodeSourceKind},
    on_submit,
};
use crate::{
    browser::focus,
    components::user_picker::{UserPicker, shown_name},
    state::token_actions::use_token_actions,
};

/// Chooses a person.
#[component]
pub fn AssignForm(token: Memo<Option<Token>>) -> impl IntoView {
    let actions = use_token_actions();
    let chosen = Callback::new(move |user: User| {
        let Some(token) = token.get_untracked() else { return };
        actions.act(vec![ActionRequest::one(1, &token, TokenAction::Assign(user))], Vec::new());
    });
    view! { <UserPicker chosen label="Assign to" /> }
}

/// Chooses a person, then collects the code source.
#[component]
pub fn AssignActivateForm(token: Memo<Option<Token>>) -> impl IntoView {
    let person = RwSignal::new(None::<User>);
    // The field of the other step.
    let focus_field = |_: &bool, _: Option<&bool>, _| request_animation_frame(|| focus(FIRST_FIELD));
    Effect::watch(move || person.with(Option::is_some), focus_field, false);
    move || match person.get() {
        None => {
            let chosen = Callback::new(move |user| person.set(Some(user)));
            view! { <UserPicker chosen label="Assign to" /> }.into_any()
        }
        Some(user) => view! { <AssignActivateFields token user person /> }.into_any(),
    }
}

#[component]
fn AssignActivateFields(
    token: Memo<Option<Token>>,
    user: User,
    person: RwSignal<Option<User>>,
) -> impl IntoView {
    let actions = use_token_actions();
    let source_form = CodeSourceForm::new(CodeSourceKind::Code);
    let (name, upn) = (shown_name(&user), user.upn.clone());
    let send = move || {
        let Some(token) = token.get_untracked() else { return };
        let Some(Some(code_source)) = source_form.take() else { return };
        actions.act(
            vec![ActionRequest::one(1, &token, TokenAction::AssignAndActivate(user.clone(), 0))],
            vec![code_source],
        );
    };
    view! {
        <p>
            "To "
            <strong>
                <bdi>{name}</bdi>
            </strong>
            " "
            <span class="panel__more">
                <bdi>{upn}</bdi>
            </span>
            " "
            <button class="link" on:click=move |_| person.set(None)>
                "Choose somebody else"
            </button>
        </p>
        <form class="form" on:submit=on_submit(send)>
            {token.get_untracked().map(|token| view! { <CodeSourceFields token source_form /> })}
            <p class="actions">
                <button class="button button--primary">"Assign and activate"</button>
            </p>
        </form>
    }
}
