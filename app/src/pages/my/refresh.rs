//! "My codes are refused": the user sets the clock of a token right by its next code. It needs no secret key.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::token::Token;

use super::{
    code_form::{CodeQuestion, FormFooter, PostForm},
    links::OpenButton,
    state::{MyTokensState, OpenForm},
};
use crate::api::my_form::form;

/// What to do when the codes of an activated token are refused at sign-in: two things to check, and the form that refreshes it.
#[component]
pub fn RefusedHelp(state: Arc<MyTokensState>, token: Token) -> impl IntoView {
    let texts = state.texts;
    let steps = texts.refresh.check.map(|step| view! { <li>{step}</li> });
    let own = OpenForm::Refresh(token.id.clone());
    let is_open = state.open == own;
    let form = if is_open {
        view! { <RefreshForm state token /> }.into_any()
    } else {
        view! { <OpenButton form=own text=texts.refresh.open /> }.into_any()
    };
    view! {
        <details class="drifted" open=is_open>
            <summary>{texts.refresh.title}</summary>
            <ol>{steps.into_iter().collect_view()}</ol>
            {form}
        </details>
    }
}

/// Asks for the code that the token shows now.
#[component]
fn RefreshForm(state: Arc<MyTokensState>, token: Token) -> impl IntoView {
    let texts = state.texts;
    let seconds = token.interval_seconds;
    view! {
        <PostForm state=Arc::clone(&state) form=form::REFRESH token>
            <p>{texts.refresh.lead}</p>
            <CodeQuestion state=Arc::clone(&state) seconds=Some(seconds) />
            <FormFooter state=Arc::clone(&state) labels=[texts.refresh.send, texts.refresh.sending] />
        </PostForm>
    }
}
