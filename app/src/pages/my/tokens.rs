//! The list of the user's tokens, each with its status and its form.

use leptos::prelude::*;
use token_core::token::{Token, TokenStatus};

use super::{
    activations::LatestActivations,
    claim::ClaimForm,
    code_form::CodeForm,
    done::ActivatedNote,
    form_error::FormError,
    form_error_note::FormErrorNote,
    help_desk::HelpDesk,
    refresh::RefusedHelp,
    store::{MyTokensLoadState, MyTokensState, OpenForm, can_activate},
};
use crate::{
    browser::focus,
    components::status_badge::{StatusBadge, Tone},
    i18n::{ListTexts, interpolate},
};

/// The content below the title, for signed-in users.
#[component]
pub fn TokenList(state: MyTokensState) -> impl IntoView {
    let texts = state.texts;
    let is_read = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(false)
            || state.load_state.with(|load_state| *load_state == MyTokensLoadState::Done)
    });
    let list = move || {
        let tokens = state.tokens.get();
        if tokens.is_empty() {
            return view! { <p>{texts.list.none}</p> }.into_any();
        }
        let items = tokens.into_iter().map(|token| view! { <TokenItem state token /> });
        view! { <ul class="mine">{items.collect_view()}</ul> }.into_any()
    };
    view! {
        <div role="status">
            {move || (state.load_state.get() == MyTokensLoadState::Running).then(|| view! { <p>{texts.list.reading}</p> })}
            {move || state.done.get().map(|token| view! { <ActivatedNote state token /> })}
        </div>
        <div id="trouble" tabindex="-1" role="alert">
            {move || load_error(state)}
            {move || state.error.get().map(|error| view! { <FormErrorNote state error /> })}
        </div>
        <Show when=move || is_read.get()>
            {list}
            <ClaimSection state />
            <LatestActivations state />
        </Show>
    }
}

/// Shown when the tokens could not be loaded.
fn load_error(state: MyTokensState) -> Option<impl IntoView> {
    let MyTokensLoadState::Failed(error) = state.load_state.get() else { return None };
    Some(view! {
        <p>{state.texts.list.unread}</p>
        <FormErrorNote state error=FormError::Failed(error) has_retry=true />
        <button class="button" on:click=move |_| state.read(true)>
            {state.texts.list.try_again}
        </button>
    })
}

/// Colour and text of a status.
fn badge_of(texts: &'static ListTexts, status: &TokenStatus) -> (Tone, &'static str) {
    match status {
        TokenStatus::Activated => (Tone::Good, texts.ready),
        TokenStatus::Available | TokenStatus::Assigned => (Tone::Info, texts.waiting),
        TokenStatus::FailedActivation => (Tone::Warning, texts.failed),
        TokenStatus::Other(_) => (Tone::Neutral, texts.other),
    }
}

/// One token.
#[component]
fn TokenItem(state: MyTokensState, token: Token) -> impl IntoView {
    let texts = state.texts;
    let (tone, text) = badge_of(&texts.list, &token.status);
    let title_id = format!("token-{}", token.id.as_str());
    let kind = [token.manufacturer.trim(), token.model.trim()].join(" ");
    let kind = (!kind.trim().is_empty()).then(|| view! { <p class="hint"><bdi>{kind}</bdi></p> });
    let is_ready = token.status == TokenStatus::Activated;
    view! {
        <li class="card" aria-labelledby=title_id.clone()>
            <div class="mine__head">
                <h2 id=title_id.clone()>{interpolate(texts.list.token, "serial", token.serial.as_str())}</h2>
                <StatusBadge tone text />
            </div>
            {kind}
            {can_activate(&token).then(|| view! { <Activation state token=token.clone() /> })}
            {is_ready.then(|| view! { <RefusedHelp state token /> })}
        </li>
    }
}

/// The form of a token, or the button that opens it.
#[component]
fn Activation(state: MyTokensState, token: Token) -> impl IntoView {
    let id = token.id.clone();
    let is_open = Memo::new(move |_| state.open.with(|open| *open == OpenForm::Token(id.clone())));
    let label = format!(
        "{}: {}",
        state.texts.code.open,
        interpolate(state.texts.list.token, "serial", token.serial.as_str())
    );
    move || {
        let (token, id) = (token.clone(), token.id.clone());
        if is_open.get() {
            return view! { <CodeForm state token /> }.into_any();
        }
        let open = move |_| {
            state.open.set(OpenForm::Token(id.clone()));
            request_animation_frame(|| focus("#code"));
        };
        view! {
            <button class="button button--large" aria-label=label.clone() on:click=open>
                {state.texts.code.open}
            </button>
        }
        .into_any()
    }
}

/// The form for claiming a token, or a hint to the help desk.
#[component]
fn ClaimSection(state: MyTokensState) -> impl IntoView {
    let texts = state.texts;
    if !state.may_claim {
        return view! {
            <p>{texts.claim.off}</p>
            <HelpDesk texts />
        }
        .into_any();
    }
    let is_open = Memo::new(move |_| state.open.with(|open| *open == OpenForm::Claim));
    let open = move |_| {
        state.open.set(OpenForm::Claim);
        request_animation_frame(|| focus("#serial"));
    };
    (move || {
        if is_open.get() {
            view! {
                <section class="card" aria-labelledby="claim">
                    <h2 id="claim">{texts.claim.title}</h2>
                    <ClaimForm state />
                </section>
            }
            .into_any()
        } else {
            let label = if state.tokens.with(Vec::is_empty) { texts.claim.title } else { texts.claim.open };
            view! {
                <p>
                    <button class="button button--large" on:click=open>
                        {label}
                    </button>
                </p>
            }
            .into_any()
        }
    })
    .into_any()
}
