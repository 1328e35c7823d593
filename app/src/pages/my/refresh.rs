//! "My codes are refused": the user sets the clock of a token right by its next code. It needs no secret key.

use leptos::{ev, prelude::*};
use token_core::{self_service::ActivationTarget, token::Token};

use super::{
    code_field::CodeField,
    code_form::FormFooter,
    help_desk::HelpDesk,
    picture::TokenPicture,
    store::{MyTokensState, OpenForm},
    submit::SubmitState,
};
use crate::browser::focus;

/// What to do when the codes of an activated token are refused at sign-in: two things to check, and the form that refreshes it.
#[component]
pub fn RefusedHelp(state: MyTokensState, token: Token) -> impl IntoView {
    let texts = state.texts;
    let steps = texts.refresh.check.map(|step| view! { <li>{step}</li> });
    let id = token.id.clone();
    let is_open = Memo::new(move |_| state.open.with(|open| *open == OpenForm::Refresh(id.clone())));
    let (failed_id, open_id) = (token.id.clone(), token.id.clone());
    let has_failed = Memo::new(move |_| state.has_failed(&failed_id));
    let open = move |_| {
        state.open.set(OpenForm::Refresh(open_id.clone()));
        request_animation_frame(|| focus("#code"));
    };
    let form = move || match (has_failed.get(), is_open.get()) {
        (true, _) => view! {
            <p role="alert">{texts.refresh.stop}</p>
            <HelpDesk texts />
        }
        .into_any(),
        (false, true) => view! { <RefreshForm state token=token.clone() /> }.into_any(),
        (false, false) => view! {
            <button class="button button--large" on:click=open.clone()>
                {texts.refresh.open}
            </button>
        }
        .into_any(),
    };
    view! {
        // Open after a step-up sign-in, which brings the user back to the form.
        <details class="drifted" prop:open=move || is_open.get()>
            <summary>{texts.refresh.title}</summary>
            <ol>{steps.into_iter().collect_view()}</ol>
            {form}
        </details>
    }
}

/// Asks for the code that the token shows now.
#[component]
fn RefreshForm(state: MyTokensState, token: Token) -> impl IntoView {
    let texts = state.texts;
    let submit = SubmitState::new(state);
    let (id, seconds) = (token.id, token.interval_seconds);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        submit.send(ActivationTarget::Refresh(id.clone()));
    };
    let labels = [texts.refresh.send, texts.refresh.sending];
    view! {
        <form class="form" novalidate on:submit=send>
            <p>{texts.refresh.lead}</p>
            <p id="ask">
                <strong>{texts.code.ask}</strong>
            </p>
            <TokenPicture texts seconds=Some(seconds) />
            <CodeField texts field=submit.field is_wrong=Signal::derive(move || submit.is_code_wrong()) />
            <FormFooter state submit labels />
        </form>
    }
}
