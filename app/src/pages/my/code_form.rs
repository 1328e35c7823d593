//! The form for an assigned token: one field, one button. It works without scripts; a script of the page sends it without a
//! reload.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{self_service::Denial, token::Token};

use super::{
    form_error::FormError,
    form_error_note::FormErrorNote,
    help_desk::HelpDesk,
    picture::TokenPicture,
    state::{Focus, MyTokensState},
};
use crate::{
    api::my_form::{field, form},
    base::href,
    paths::MY,
};

/// Asks for the code of a token.
#[component]
pub fn CodeForm(state: Arc<MyTokensState>, token: Token) -> impl IntoView {
    let code = &state.texts.code;
    let seconds = token.interval_seconds;
    view! {
        <PostForm state=Arc::clone(&state) form=form::ACTIVATE token>
            <CodeQuestion state=Arc::clone(&state) seconds=Some(seconds) />
            <FormFooter state=Arc::clone(&state) labels=[code.activate, code.activating] />
        </PostForm>
    }
}

/// A form that writes. Each rendered one has a key of its own.
#[component]
pub fn PostForm(
    state: Arc<MyTokensState>,
    /// Which form it is: one of [`form`].
    form: &'static str,
    /// The token that it is about; none for claiming.
    #[prop(optional, into)]
    token: Option<Token>,
    children: Children,
) -> impl IntoView {
    let token = token
        .map(|token| view! { <input type="hidden" name=field::TOKEN value=token.id.as_str().to_owned() /> });
    let kept = state.is_restored.then(|| view! { <input type="hidden" name=field::KEPT value="true" /> });
    view! {
        // `novalidate`: the browser's messages are not always in the page's language.
        <form class="form" method="post" action=href(MY) novalidate autocomplete="off">
            <input type="hidden" name=field::FORM value=form />
            <input type="hidden" name=field::KEY value=uuid::Uuid::new_v4().simple().to_string() />
            <input type="hidden" name=field::REFUSALS value=state.refusals.to_string() />
            {token}
            {kept}
            {children()}
        </form>
    }
}

/// What to do, the drawing of a token, and the field for the six digits.
#[component]
pub fn CodeQuestion(
    state: Arc<MyTokensState>,
    /// The token's interval; `None` when it is not known yet.
    seconds: Option<u32>,
) -> impl IntoView {
    let texts = state.texts;
    // A code that was not the reason may be sent again. The script puts it into the field; no page contains a code.
    let may_keep =
        state.form_error.as_ref().is_some_and(|error| *error != FormError::Denied(Denial::CodeRefused));
    view! {
        <p id="ask">
            <strong>{texts.code.ask}</strong>
        </p>
        <TokenPicture texts seconds />
        <div class="field">
            <label class="field__name" for="code">
                {texts.code.digits}
            </label>
            // Room for spaces: "123 456" can be pasted.
            <input
                id="code"
                name=field::CODE
                class="input input--code"
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                autocapitalize="none"
                spellcheck="false"
                maxlength="20"
                required
                aria-describedby="ask lasting"
                aria-invalid=state.is_code_wrong().then_some("true")
                placeholder=state.is_restored.then_some("••••••")
                data-keep=may_keep.then_some("true")
                autofocus=state.focus == Focus::Code
            />
        </div>
    }
}

/// The end of the forms: the error and the submit button. After too many refused codes the help desk instead.
#[component]
pub fn FormFooter(
    state: Arc<MyTokensState>,
    /// The labels of the button, idle and busy.
    labels: [&'static str; 2],
) -> impl IntoView {
    let texts = state.texts;
    let has_focus = state.focus == Focus::FormError;
    if state.has_failed() {
        return view! {
            <p role="alert" tabindex="-1" autofocus=has_focus>
                {texts.refresh.stop}
            </p>
            <HelpDesk texts />
        }
        .into_any();
    }
    let [idle, busy] = labels;
    let restored = state.is_restored.then(|| {
        view! {
            <p class="note note--info" role="status">
                {texts.code.restored}
            </p>
        }
    });
    let error =
        state.form_error.clone().map(|error| view! { <FormErrorNote state=Arc::clone(&state) error /> });
    view! {
        {restored}
        <div role="alert" tabindex="-1" autofocus=has_focus>
            {error}
        </div>
        <button
            id="activate"
            class="button button--primary button--large"
            data-busy=busy
            autofocus=state.focus == Focus::Button
        >
            {idle}
        </button>
    }
    .into_any()
}
