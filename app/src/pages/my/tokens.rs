//! The tokens that the person has, each with its state and what can be done with it.

use leptos::prelude::*;
use token_core::token::{Token, TokenStatus};

use super::{
    claim::ClaimForm,
    code_form::CodeForm,
    done::{Done, Drifted},
    help_desk::HelpDesk,
    refusal::{Refusal, Trouble},
    store::{Mine, Open, Reading, can_activate},
    words::{ListWords, fill},
};
use crate::{
    browser::focus,
    components::status_badge::{StatusBadge, Tone},
};

/// Everything below the title, for somebody who is signed in.
#[component]
pub fn Tokens(mine: Mine) -> impl IntoView {
    let words = mine.words;
    let is_read = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(false) || mine.reading.with(|reading| *reading == Reading::Done)
    });
    let list = move || {
        let tokens = mine.tokens.get();
        if tokens.is_empty() {
            return view! { <p>{words.list.none}</p> }.into_any();
        }
        let items = tokens.into_iter().map(|token| view! { <Item mine token /> });
        view! { <ul class="mine">{items.collect_view()}</ul> }.into_any()
    };
    view! {
        <div role="status">
            {move || (mine.reading.get() == Reading::Running).then(|| view! { <p>{words.list.reading}</p> })}
            {move || mine.done.get().map(|token| view! { <Done mine token /> })}
        </div>
        <div id="trouble" tabindex="-1" role="alert">
            {move || unread(mine)}
            {move || mine.trouble.get().map(|trouble| view! { <Refusal mine trouble /> })}
        </div>
        <Show when=move || is_read.get()>
            {list}
            <Claim mine />
        </Show>
    }
}

/// The tokens could not be read.
fn unread(mine: Mine) -> Option<impl IntoView> {
    let Reading::Failed(error) = mine.reading.get() else { return None };
    Some(view! {
        <p>{mine.words.list.unread}</p>
        <Refusal mine trouble=Trouble::Failed(error) has_retry=true />
        <button class="button" on:click=move |_| mine.read(true)>
            {mine.words.list.try_again}
        </button>
    })
}

/// The state in plain words.
fn state(words: &'static ListWords, status: &TokenStatus) -> (Tone, &'static str) {
    match status {
        TokenStatus::Activated => (Tone::Good, words.ready),
        TokenStatus::Available | TokenStatus::Assigned => (Tone::Info, words.waiting),
        TokenStatus::FailedActivation => (Tone::Warning, words.failed),
        TokenStatus::Other(_) => (Tone::Neutral, words.other),
    }
}

/// One token.
#[component]
fn Item(mine: Mine, token: Token) -> impl IntoView {
    let words = mine.words;
    let (tone, text) = state(&words.list, &token.status);
    let title_id = format!("token-{}", token.id.as_str());
    let kind = [token.manufacturer.trim(), token.model.trim()].join(" ");
    let kind = (!kind.trim().is_empty()).then(|| view! { <p class="hint"><bdi>{kind}</bdi></p> });
    let is_ready = token.status == TokenStatus::Activated;
    view! {
        <li class="card" aria-labelledby=title_id.clone()>
            <div class="mine__head">
                <h2 id=title_id.clone()>{fill(words.list.token, "serial", token.serial.as_str())}</h2>
                <StatusBadge tone text />
            </div>
            {kind}
            {can_activate(&token).then(|| view! { <Activation mine token=token.clone() /> })}
            {is_ready.then(|| view! { <Drifted words /> })}
        </li>
    }
}

/// The form of a token, or the button that opens it.
#[component]
fn Activation(mine: Mine, token: Token) -> impl IntoView {
    let id = token.id.clone();
    let is_open = Memo::new(move |_| mine.open.with(|open| *open == Open::Token(id.clone())));
    let label =
        format!("{}: {}", mine.words.code.open, fill(mine.words.list.token, "serial", token.serial.as_str()));
    move || {
        let (token, id) = (token.clone(), token.id.clone());
        if is_open.get() {
            return view! { <CodeForm mine token /> }.into_any();
        }
        let open = move |_| {
            mine.open.set(Open::Token(id.clone()));
            request_animation_frame(|| focus("#code"));
        };
        view! {
            <button class="button button--large" aria-label=label.clone() on:click=open>
                {mine.words.code.open}
            </button>
        }
        .into_any()
    }
}

/// The way to a token that is nobody's, or who hands out tokens.
#[component]
fn Claim(mine: Mine) -> impl IntoView {
    let words = mine.words;
    if !mine.may_claim {
        return view! {
            <p>{words.claim.off}</p>
            <HelpDesk words />
        }
        .into_any();
    }
    let is_open = Memo::new(move |_| mine.open.with(|open| *open == Open::Claim));
    let open = move |_| {
        mine.open.set(Open::Claim);
        request_animation_frame(|| focus("#serial"));
    };
    (move || {
        if is_open.get() {
            view! {
                <section class="card" aria-labelledby="claim">
                    <h2 id="claim">{words.claim.title}</h2>
                    <ClaimForm mine />
                </section>
            }
            .into_any()
        } else {
            let label = if mine.tokens.with(Vec::is_empty) { words.claim.title } else { words.claim.open };
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
