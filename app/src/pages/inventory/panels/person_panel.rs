//! The panel of one person: account, tokens, clean-up, and assigning another token.

use leptos::{html, prelude::*};
use token_core::{
    audit::AuditFilter,
    manage::person::HeldToken,
    plan::{ActionKind, ActionRequest, CodeSource, TokenAction},
    token::{MAX_TOKENS_PER_USER, Token},
    user::{User, UserId},
};

use super::{
    PanelHead,
    actions::formless_action,
    live_person::{LivePerson, MethodsLoadState, PersonLookup},
    serial_field::SerialField,
};
use crate::{
    components::panel_link::panel_link,
    components::{
        code_input::{CodeInput, has_unreadable_code, take_code},
        error_note::ErrorNote,
        history::{History, Subject},
        status_badge::{StatusBadge, Tone, token_tone},
        user_picker::{eligibility::disabled_reason, shown_name},
    },
    state::{
        panels::{OpenPanel, Panels},
        token_actions::use_token_actions,
    },
    token_actions::ActionAnswer,
};

/// Id of what is wrong with the code.
const CODE_ERROR: &str = "another-code-error";

/// The panel of one person.
#[component]
pub fn PersonPanel(id: UserId, panels: Panels) -> impl IntoView {
    let by_id = AuditFilter { person: Some(id.as_str().to_owned()), ..AuditFilter::default() };
    let now = LivePerson::new(id);
    let filters = vec![by_id.clone()];
    let title = Signal::derive(move || {
        now.lookup.with(|lookup| match lookup {
            PersonLookup::Known(user) => shown_name(user),
            PersonLookup::Deleted => copied_name(now).unwrap_or_else(|| "Deleted user".to_owned()),
            PersonLookup::Pending => copied_name(now).unwrap_or_else(|| "User".to_owned()),
        })
    });
    let is_here = Memo::new(move |_| now.lookup.with(|lookup| *lookup != PersonLookup::Deleted));
    view! {
        <PanelHead panels title />
        {move || person_details(now)}
        <ActionAnswer />
        <section class="panel__part" aria-labelledby="panel-tokens">
            <h3 id="panel-tokens">
                "Tokens: " {move || now.tokens.with(Vec::len)} " of " {MAX_TOKENS_PER_USER}
            </h3>
            {move || load_note(now)}
            {move || token_list(now, panels)}
            <TakeAllBack now />
            <p class="hint">"Authenticator apps count towards the five too; they are not shown here."</p>
        </section>
        <Show when=move || is_here.get()>
            <AssignAnother now />
        </Show>
        <History subject=Subject::Person filters=filters all=by_id />
    }
}

/// The person's name as stored with their tokens.
fn copied_name(now: LivePerson) -> Option<String> {
    now.tokens.with(|tokens| tokens.iter().find_map(|held| held.token.assigned_to.as_ref()?.name.clone()))
}

/// User principal name, mail address and account badges.
fn person_details(now: LivePerson) -> AnyView {
    if let Some(error) = now.lookup_error.get() {
        let retry = Callback::new(move |()| now.look_up());
        return view! { <ErrorNote what="The user could not be looked up" error retry /> }.into_any();
    }
    match now.lookup.get() {
        PersonLookup::Pending => view! {
            <p class="panel__state" role="status">
                "Looking the user up …"
            </p>
        }
        .into_any(),
        PersonLookup::Deleted => view! {
            <p class="note note--warning">
                "This user is no longer in the directory. Tokens that the inventory still shows as theirs can be unassigned and given to somebody else."
            </p>
        }
        .into_any(),
        PersonLookup::Known(user) => {
            let mail = user.mail.clone().filter(|mail| !mail.eq_ignore_ascii_case(&user.upn));
            view! {
                <dl class="facts">
                    <dt>"User principal name"</dt>
                    <dd>
                        <bdi>{user.upn.clone()}</bdi>
                    </dd>
                    {mail
                        .map(|mail| {
                            view! {
                                <dt>"Mail"</dt>
                                <dd>
                                    <bdi>{mail}</bdi>
                                </dd>
                            }
                        })}
                    {account_badges(&user)}
                </dl>
            }
            .into_any()
        }
    }
}

/// Badges for what makes the account ineligible for tokens.
fn account_badges(user: &User) -> Option<AnyView> {
    let guest = user.is_guest().then(|| view! { <StatusBadge tone=Tone::Warning text="Guest" /> });
    let disabled = user.is_disabled().then(|| view! { <StatusBadge tone=Tone::Danger text="Disabled" /> });
    (guest.is_some() || disabled.is_some()).then(|| {
        view! {
            <dt>"Account"</dt>
            <dd class="actions">{guest} {disabled}</dd>
        }
        .into_any()
    })
}

/// The state of loading the person's own list.
fn load_note(now: LivePerson) -> AnyView {
    match now.load_state.get() {
        MethodsLoadState::Running => view! {
            <p class="panel__state" role="status">
                "Reading this user's own list …"
            </p>
        }
        .into_any(),
        MethodsLoadState::Done => ().into_any(),
        MethodsLoadState::Failed(error) => {
            let retry = Callback::new(move |()| now.read());
            let what = "This user's own list could not be read; tokens that the inventory hides may be missing below";
            view! { <ErrorNote what error retry /> }.into_any()
        }
    }
}

fn token_list(now: LivePerson, panels: Panels) -> AnyView {
    let tokens = now.tokens.get();
    let is_complete = now.load_state.with(|load_state| *load_state == MethodsLoadState::Done);
    if tokens.is_empty() {
        return is_complete.then(|| view! { <p>"This user holds no hardware tokens."</p> }).into_any();
    }
    let items = tokens.into_iter().map(|held| view! { <PersonTokenItem held is_complete panels /> });
    view! { <ul class="panel__list">{items.collect_view()}</ul> }.into_any()
}

/// One of the person's tokens, with its anomalies and the actions to clean up.
#[component]
fn PersonTokenItem(held: HeldToken, is_complete: bool, panels: Panels) -> impl IntoView {
    let HeldToken { token, legacy, duplicate, only_in_inventory } = &held;
    let serial = if *legacy {
        view! { <bdi>{token.serial.to_string()}</bdi> }.into_any()
    } else {
        panel_link(panels, OpenPanel::Token(token.id.clone()), token.serial.to_string())
    };
    let mark = |on: bool, text: &'static str| on.then(|| view! { <StatusBadge tone=Tone::Warning text /> });
    let lags = *only_in_inventory && is_complete;
    let can_clean = (*legacy || *duplicate)
        .then(|| view! { <PersonTokenButton verb=ActionKind::UnassignAndDelete held=held.clone() /> });
    view! {
        <li class="panel__item">
            <strong>{serial}</strong>
            <StatusBadge tone=token_tone(&token.status) text=token.status.to_string() />
            {mark(*legacy, "Uploaded by CSV")}
            {mark(*duplicate, "Duplicate serial")}
            <span class="panel__more panel__wide">
                <bdi>{format!("{} {}", token.manufacturer, token.model)}</bdi>
            </span>
            {held.advice().map(|advice| view! { <p class="panel__wide">{advice}</p> })}
            {lags
                .then(|| {
                    view! {
                        <p class="panel__wide">
                            "Waiting for Microsoft: the inventory says that this user holds it, their own list does not show it (yet)."
                        </p>
                    }
                })}
            <span class="actions panel__wide">
                <PersonTokenButton verb=ActionKind::Unassign held=held.clone() /> {can_clean}
            </span>
        </li>
    }
}

/// Unassigns all tokens of the person, for example when they leave.
#[component]
fn TakeAllBack(now: LivePerson) -> impl IntoView {
    let actions = use_token_actions();
    let count = Memo::new(move |_| now.tokens.with(Vec::len));
    let press = move |_| {
        let tokens = now.tokens.get_untracked();
        let requests = tokens.iter().zip(1..).map(|(held, line)| request(line, held, TokenAction::Unassign));
        let has_legacy = tokens.iter().any(|held| held.legacy);
        if has_legacy {
            actions.propose(requests.collect(), Vec::new());
        } else {
            actions.act(requests.collect(), Vec::new());
        }
    };
    view! {
        <Show when=move || { count.get() > 1 }>
            <p class="actions">
                <button class="button" on:click=press>
                    {move || format!("Unassign all {}", count.get())}
                </button>
            </p>
        </Show>
    }
}

/// The request of an action on one of the person's tokens.
fn request(line: u64, held: &HeldToken, action: TokenAction) -> ActionRequest {
    let request = ActionRequest::one(line, &held.token, action);
    if held.legacy { request.of_legacy() } else { request }
}

/// An action on one of the person's tokens.
#[component]
fn PersonTokenButton(verb: ActionKind, held: HeldToken) -> impl IntoView {
    let actions = use_token_actions();
    // The name contains the serial, because there is such a button for each token.
    let name = format!("{} {}", verb.label(), held.token.serial);
    let press = move |_| {
        let Some(action) = formless_action(verb) else { return };
        let requests = vec![request(1, &held, action)];
        // An unassigned legacy token is gone.
        if verb == ActionKind::Unassign && !held.legacy {
            actions.act(requests, Vec::new());
        } else {
            actions.propose(requests, Vec::new());
        }
    };
    view! {
        <button class="button" aria-label=name on:click=press>
            {verb.label()}
        </button>
    }
}

/// Assigns another token to this person, by its serial number; with the code on its display it is activated in the same
/// step.
#[component]
fn AssignAnother(now: LivePerson) -> impl IntoView {
    let actions = use_token_actions();
    let why_not = Memo::new(move |_| {
        let held = now.tokens.with(Vec::len);
        now.lookup.with(|lookup| {
            if let PersonLookup::Known(user) = lookup { disabled_reason(user, held) } else { None }
        })
    });
    let code = NodeRef::<html::Input>::new();
    let code_error = RwSignal::new("");
    let is_ready = Callback::new(move |()| {
        let is_ready = !has_unreadable_code(code);
        code_error.set(if is_ready {
            ""
        } else {
            "Type the six digits that the token shows now, or nothing."
        });
        is_ready
    });
    let found = Callback::new(move |token: Token| {
        let PersonLookup::Known(user) = now.lookup.get_untracked() else { return };
        let is_typed = code.get_untracked().is_some_and(|field| !field.value().is_empty());
        let code = if is_typed { take_code(code) } else { None };
        let action = match &code {
            Some(_) => TokenAction::AssignAndActivate(user, 0),
            None => TokenAction::Assign(user),
        };
        let sources = code.map(CodeSource::Code).into_iter().collect();
        actions.act(vec![ActionRequest::one(1, &token, action)], sources);
    });
    let is_known = Memo::new(move |_| now.lookup.with(|lookup| matches!(lookup, PersonLookup::Known(_))));
    view! {
        <section class="panel__part" aria-labelledby="panel-another">
            <h3 id="panel-another">"Assign another token"</h3>
            {move || match (is_known.get(), why_not.get()) {
                (false, _) => ().into_any(),
                (true, Some(why)) => view! { <p>{why}</p> }.into_any(),
                (true, None) => {
                    view! {
                        <SerialField label="Serial number, typed or scanned" button="Assign" found is_ready>
                            <CodeInput field=code label="Code on its display, to activate it at once" error=CODE_ERROR />
                            <p class="field__error" id=CODE_ERROR role="alert">
                                {move || code_error.get()}
                            </p>
                            <p class="hint">"Without a code it is assigned, and activated later."</p>
                        </SerialField>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}
