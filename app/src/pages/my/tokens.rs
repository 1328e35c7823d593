//! The list of the user's tokens, each with its status and its form.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    error::ServiceError,
    token::{Token, TokenStatus},
};

use super::{
    activations::LatestActivations,
    claim::ClaimForm,
    code_form::CodeForm,
    done::ActivatedNote,
    form_error::FormError,
    form_error_note::FormErrorNote,
    help_desk::HelpDesk,
    links::{LookForm, OpenButton},
    refresh::RefusedHelp,
    script_texts::ScriptTexts,
    state::{Focus, MyTokensLoadState, MyTokensState, OpenForm, PageQuery, can_activate},
};
use crate::{
    api::{
        my_form::OwnTokens,
        services::{Services, with_reference},
    },
    components::status_badge::{StatusBadge, Tone},
    i18n::{ListTexts, PageTexts, interpolate},
};

/// The content below the title, for signed-in users. What stands above is sent before Microsoft has answered.
#[component]
pub fn TokenList(texts: &'static PageTexts, query: PageQuery) -> impl IntoView {
    let Services { my_tokens, form_answer, boot_info, .. } = expect_context();
    let may_claim = boot_info.self_service.claim;
    let loaded = async move {
        let own = match my_tokens {
            Some(my_tokens) => my_tokens.tokens_for_page().await,
            None => OwnTokens::Failed(ServiceError::SignedOut),
        };
        let own = match own {
            OwnTokens::Failed(error) => OwnTokens::Failed(with_reference(error)),
            own => own,
        };
        let state = Arc::new(MyTokensState::new(texts, own, query, form_answer, may_claim));
        view! { <LoadedTokens state /> }
    };
    view! {
        // The style hides it once something follows.
        <p class="looking-up" role="status">
            {texts.list.reading}
        </p>
        {Suspend::new(loaded)}
    }
}

/// The tokens, or why they could not be read, and the open form.
#[component]
pub fn LoadedTokens(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = state.texts;
    let list = || {
        if state.tokens.is_empty() {
            return view! { <p>{texts.list.none}</p> }.into_any();
        }
        let items = state
            .tokens
            .iter()
            .map(|token| view! { <TokenItem state=Arc::clone(&state) token=token.clone() /> });
        view! { <ul class="mine">{items.collect_view()}</ul> }.into_any()
    };
    let is_read = state.load_state == MyTokensLoadState::Done;
    let done = state.done.clone().map(|token| {
        view! {
            <div role="status">
                <ActivatedNote texts token />
            </div>
        }
    });
    view! {
        {done}
        <PageProblem state=Arc::clone(&state) />
        {is_read.then(list)}
        <ClaimSection state=Arc::clone(&state) />
        {is_read.then(|| view! { <LatestActivations state=Arc::clone(&state) /> })}
        <LookForm state=Arc::clone(&state) />
        <ScriptTexts state />
    }
}

/// Why the tokens could not be read, and an error that belongs to no form.
#[component]
fn PageProblem(state: Arc<MyTokensState>) -> impl IntoView {
    let list = &state.texts.list;
    let unread = match &state.load_state {
        MyTokensLoadState::Done => None,
        MyTokensLoadState::Slow => Some(view! { <p>{list.slow}</p> }.into_any()),
        MyTokensLoadState::Failed(error) => Some(
            view! {
                <p>{list.unread}</p>
                <FormErrorNote state=Arc::clone(&state) error=FormError::Failed(error.clone()) has_retry=true />
            }
            .into_any(),
        ),
    };
    let error = state.page_error.clone();
    (unread.is_some() || error.is_some()).then(|| {
        let retry = unread.is_some().then(|| {
            view! {
                <button class="button" form="look">
                    {list.try_again}
                </button>
            }
        });
        let note = error.map(|error| view! { <FormErrorNote state=Arc::clone(&state) error /> });
        view! {
            <div id="trouble" tabindex="-1" role="alert" autofocus=state.focus == Focus::PageError>
                {unread}
                {note}
                {retry}
            </div>
        }
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
fn TokenItem(state: Arc<MyTokensState>, token: Token) -> impl IntoView {
    let texts = state.texts;
    let (tone, text) = badge_of(&texts.list, &token.status);
    let title_id = format!("token-{}", token.id.as_str());
    let kind = [token.manufacturer.trim(), token.model.trim()].join(" ");
    let kind = (!kind.trim().is_empty()).then(|| view! { <p class="hint"><bdi>{kind}</bdi></p> });
    let is_ready = token.status == TokenStatus::Activated;
    view! {
        // The script opens the form of an own token whose serial number is typed for claiming.
        <li class="card" aria-labelledby=title_id.clone() data-serial=can_activate(&token).then(|| token.serial.key())>
            <div class="mine__head">
                <h2 id=title_id.clone()>{interpolate(texts.list.token, "serial", token.serial.as_str())}</h2>
                <StatusBadge tone text />
            </div>
            {kind}
            {can_activate(&token).then(|| view! { <Activation state=Arc::clone(&state) token=token.clone() /> })}
            {is_ready.then(|| view! { <RefusedHelp state=Arc::clone(&state) token=token.clone() /> })}
        </li>
    }
}

/// The form of a token, or the button that opens it.
#[component]
fn Activation(state: Arc<MyTokensState>, token: Token) -> impl IntoView {
    let own = OpenForm::Token(token.id.clone());
    if state.open == own {
        return view! { <CodeForm state token /> }.into_any();
    }
    let texts = state.texts;
    let serial = interpolate(texts.list.token, "serial", token.serial.as_str());
    let label = format!("{}: {serial}", texts.code.open);
    view! { <OpenButton form=own text=texts.code.open label /> }.into_any()
}

/// The form for claiming a token, or a hint to the help desk.
#[component]
fn ClaimSection(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = state.texts;
    if !state.may_claim {
        return view! {
            <p>{texts.claim.off}</p>
            <HelpDesk texts />
        }
        .into_any();
    }
    if state.open == OpenForm::Claim {
        return view! {
            <section class="card" aria-labelledby="claim">
                <h2 id="claim">{texts.claim.title}</h2>
                <ClaimForm state />
            </section>
        }
        .into_any();
    }
    let text = if state.tokens.is_empty() { texts.claim.title } else { texts.claim.open };
    view! { <OpenButton form=OpenForm::Claim text /> }.into_any()
}
