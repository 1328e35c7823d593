//! The panel of one token: its data, its owner, and the actions on it.

use leptos::prelude::*;
use token_core::{
    audit::AuditFilter,
    inventory::AssignedUserInfo,
    plan::{ActionKind, allowed},
    token::{Token, TokenId},
};

use super::{
    PanelHead,
    actions::{self, Actions},
    focus,
    forms::{self, ActionForm, MeasurePart},
    live_token::{LiveToken, TokenLoadState},
};
use crate::{
    browser::{local_time, restore_focus},
    components::panel_link::panel_link,
    components::{
        error_note::ErrorNote,
        history::{History, Subject},
        status_badge::{StatusBadge, token_tone},
    },
    state::{
        inventory::InventoryStore,
        panels::{OpenPanel, Panels},
        token_actions::use_token_actions,
    },
    token_actions::ActionAnswer,
};

/// The panel of one token.
#[component]
pub fn TokenPanel(id: TokenId, panels: Panels) -> impl IntoView {
    let now = LiveToken::new(id.clone());
    let LiveToken { token, load_state, .. } = now;
    let title = Signal::derive(move || {
        let titled = |token: &Token| format!("Token {}", token.serial);
        token.with(|token| token.as_ref().map_or_else(|| "Token".to_owned(), titled))
    });
    let is_gone = Memo::new(move |_| load_state.with(|load_state| *load_state == TokenLoadState::Gone));
    let is_known = Memo::new(move |_| token.with(Option::is_some));
    let body = move || {
        match (is_gone.get(), is_known.get()) {
        (true, _) => {
            view! {
                <p class="note note--warning" role="status">
                    "The inventory has no such token: it was deleted meanwhile, or it is too new to be seen everywhere. A token that was uploaded by CSV in the Entra admin center is never in the inventory; its user's panel shows it."
                </p>
                <p>
                    <button class="button" on:click=move |_| now.read()>
                        "Read again"
                    </button>
                </p>
            }
            .into_any()
        }
        (false, true) => {
            view! {
                {move || token.get().map(|token| view! { <TokenFacts token panels /> })}
                <ActionsOrForm token />
                <MeasurePart token />
                {move || token.with(|token| token.as_ref().and_then(|token| others(token, panels)))}
                <TokenHistory token />
            }
            .into_any()
        }
        (false, false) => ().into_any(),
    }
    };
    view! {
        <PanelHead panels title token=id />
        {move || load_note(now)}
        <ActionAnswer />
        {body}
    }
}

/// The audit log of the token: by its id, and by its serial, under which it was imported.
#[component]
fn TokenHistory(token: Memo<Option<Token>>) -> impl IntoView {
    let names = Memo::new(move |_| {
        token.with(|token| token.as_ref().map(|token| (token.id.clone(), token.serial.to_string())))
    });
    let by = |name: String| AuditFilter { token: Some(name), ..AuditFilter::default() };
    let filters = Signal::derive(move || {
        let names = names.get().map(|(id, serial)| [id.as_str().to_owned(), serial]);
        names.into_iter().flatten().map(by).collect::<Vec<AuditFilter>>()
    });
    let all = Signal::derive(move || by(names.get().map(|(_, serial)| serial).unwrap_or_default()));
    view! { <History subject=Subject::Token filters all /> }
}

/// The actions, or the form of the chosen one, as long as it is allowed for the token.
#[component]
fn ActionsOrForm(token: Memo<Option<Token>>) -> impl IntoView {
    let form = RwSignal::new(None::<ActionKind>);
    let token_actions = use_token_actions();
    let is_code_refused = move || {
        token_actions.refused_code.with(|refused| {
            let refused = refused.as_ref().map(|(id, _)| id);
            token.with(|token| token.as_ref().is_some_and(|token| refused == Some(&token.id)))
        })
    };
    let shown = Memo::new(move |_| {
        let verb = form.get()?;
        let allows =
            |verb| token.with(|token| token.as_ref().is_some_and(|token| allowed(token, verb).is_ok()));
        match verb {
            // It was deactivated or assigned, and not activated: its next code is asked for.
            ActionKind::Refresh | ActionKind::AssignAndActivate if !allows(verb) => {
                Some(ActionKind::Activate).filter(|verb| allows(*verb) && is_code_refused())
            }
            verb => Some(verb).filter(|verb| allows(*verb)),
        }
    });
    // The focused element has been removed. What came of an action has the focus already.
    Effect::watch(
        move || shown.get(),
        move |now, _, _| match now {
            Some(_) => request_animation_frame(|| focus(forms::FIRST_FIELD)),
            None => {
                form.set(None);
                restore_focus(actions::HEADING);
            }
        },
        false,
    );
    move || match shown.get() {
        Some(verb) => view! { <ActionForm verb token form /> }.into_any(),
        None => view! { <Actions token form /> }.into_any(),
    }
}

/// The state of loading.
fn load_note(now: LiveToken) -> AnyView {
    let retry = Callback::new(move |()| now.read());
    match now.load_state.get() {
        TokenLoadState::Running => view! {
            <p class="panel__state" role="status">
                "Reading the token …"
            </p>
        }
        .into_any(),
        TokenLoadState::Done => view! {
            <p class="panel__state" role="status">
                "Just read from Microsoft."
            </p>
        }
        .into_any(),
        TokenLoadState::Gone => ().into_any(),
        TokenLoadState::Failed(error) => {
            view! { <ErrorNote what="The token could not be read anew" error retry /> }.into_any()
        }
        TokenLoadState::Refused(refusal) => view! {
            <div class="note note--danger" role="alert">
                <p>
                    <strong>"The token could not be read anew. "</strong>
                    {format!("Microsoft Graph says: {}", refusal.message)}
                </p>
                <button class="button" on:click=move |_| retry.run(())>
                    "Retry"
                </button>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn TokenFacts(token: Token, panels: Panels) -> impl IntoView {
    let unknown = || "Unknown".to_owned();
    let hash = token.hash.map_or_else(unknown, |hash| hash.to_string());
    let maker = if token.manufacturer.trim().is_empty() { unknown() } else { token.manufacturer.clone() };
    let model = if token.model.trim().is_empty() { unknown() } else { token.model.clone() };
    let used = token.last_used.as_deref().map_or_else(|| "Not known".to_owned(), local_time);
    let name = token.name.clone().filter(|name| !name.trim().is_empty());
    let settings = format!("{hash}, {} s", token.interval_seconds);
    view! {
        <dl class="facts">
            <dt>"Status"</dt>
            <dd>
                <StatusBadge tone=token_tone(&token.status) text=token.status.to_string() />
            </dd>
            <dt>"User"</dt>
            <dd>{move || owner(&token, panels)}</dd>
            {name
                .map(|name| {
                    view! {
                        <dt>"Display name"</dt>
                        <dd>
                            <bdi>{name}</bdi>
                        </dd>
                    }
                })}
            <dt>"Manufacturer"</dt>
            <dd>
                <bdi>{maker}</bdi>
            </dd>
            <dt>"Model"</dt>
            <dd>
                <bdi>{model}</bdi>
            </dd>
            <dt>"Hash, interval"</dt>
            <dd>{settings}</dd>
            <dt>"Last used"</dt>
            <dd>{used}</dd>
        </dl>
    }
}

/// The owner, with a link to their panel.
fn owner(token: &Token, panels: Panels) -> AnyView {
    let Some(assigned_to) = &token.assigned_to else {
        return match allowed(token, ActionKind::Assign) {
            Ok(()) => "Nobody: in stock".into_any(),
            Err(_) => "Somebody whom the inventory does not name".into_any(),
        };
    };
    let store = expect_context::<InventoryStore>();
    store.track();
    let copied = assigned_to.name.clone().unwrap_or_default();
    let (name, more) = store.with(|list| match list.user(&assigned_to.id) {
        AssignedUserInfo::Known(user) => (user.name.clone(), user.upn.clone()),
        AssignedUserInfo::Deleted => (copied.clone(), "no longer in the directory".to_owned()),
        AssignedUserInfo::Pending => (copied.clone(), String::new()),
    });
    let name = if name.trim().is_empty() { "A user without a name".to_owned() } else { name };
    view! {
        {panel_link(panels, OpenPanel::Person(assigned_to.id.clone()), name)}
        <span class="panel__more">
            <bdi>{more}</bdi>
        </span>
    }
    .into_any()
}

/// The owner's other tokens in the inventory.
fn others(token: &Token, panels: Panels) -> Option<AnyView> {
    let store = expect_context::<InventoryStore>();
    let assigned_to = token.assigned_to.as_ref()?.id.clone();
    let id = token.id.clone();
    let others = move || {
        store.track();
        let theirs = |other: &&Token| {
            other.id != id && other.assigned_to.as_ref().is_some_and(|other| other.id == assigned_to)
        };
        let others: Vec<Token> = store.with(|list| list.tokens().iter().filter(theirs).cloned().collect());
        if others.is_empty() {
            return ().into_any();
        }
        let items = others.into_iter().map(|other| {
            view! {
                <li class="panel__item">
                    {panel_link(panels, OpenPanel::Token(other.id.clone()), other.serial.to_string())}
                    <span class="panel__more">{other.model}</span>
                    <StatusBadge tone=token_tone(&other.status) text=other.status.to_string() />
                </li>
            }
        });
        view! {
            <h3>"The user's other tokens"</h3>
            <ul class="panel__list">{items.collect_view()}</ul>
        }
        .into_any()
    };
    Some(view! { <section class="panel__part">{others}</section> }.into_any())
}
